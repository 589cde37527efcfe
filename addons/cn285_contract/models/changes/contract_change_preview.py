from datetime import timedelta
from typing import NamedTuple

from odoo import models

from ...engine.included_tax import rounded_to
from ..clock import imagined_day
from ..common import LIVE_STATES, OPEN_STATES, as_decimal


class _Played(NamedTuple):
    """What would be invoiced, and the ids of the plans that would be given up."""

    amount: float
    with_tax: float
    given_up: list


class ContractChange(models.Model):
    """What a change would do, in money, without doing it."""

    _inherit = "cn285.contract.change"

    def preview(self):
        """What this change comes to if it takes effect as things stand; nothing is written.

        What is planned for days before it is taken to have happened; what is planned for later, and
        renewals, count in the whole effect.

        :returns: ``{"date", "currency", "credits", "charges", "dropped", "amount", "total",
            "until", "next_invoice", "mrr_before", "mrr_after", "month_before_with_tax",
            "month_after_with_tax", "cancelled"}``: ``credits``
            (negative) and
            ``charges`` are rows of the billing schedule that it would add for days until it takes
            effect or today, or until its own end where it has one (a pause), ``dropped`` those that
            were planned and would not be billed, each ``{"item_id", "item", "period_start",
            "period_end", "billing_date", "amount"}``; ``amount`` is credits and charges less what
            is dropped. ``total`` is the whole difference in what is invoiced up to the day
            ``until``, the last one that is planned; usage counts where it is known. Money excludes
            tax; ``amount_with_tax``, of lines too, and ``total_with_tax`` include it, and
            ``shows_tax`` tells whether the customer reads those. Dates are ISO text.
            ``mrr_before`` and ``mrr_after`` are of that day, of items in trial or that start later
            once they have started; a month with tax is told where the customer reads prices so,
            else False. ``next_invoice`` is the first of
            :meth:`cn285.contract.preview_invoices`, or False: what is due before the day of effect
            is billed before it, as things stand until then; on the day itself the change comes
            first. ``cancelled`` are planned changes that this one makes void, each ``{"change_id",
            "change", "date"}``.
        :raises ValidationError: what cannot be done, and where
        """
        self.ensure_one()
        self.check_access("read")
        if self.state in ("draft", "to_approve", "scheduled"):
            self._check()
        return self._preview_money()

    def _preview_money(self):
        """See :meth:`preview`; the change was checked."""
        self.ensure_one()
        # sudo: reads and tries what the user may plan; nothing of it stays
        change = self.sudo().with_context(
            tracking_disable=True, mail_notrack=True, mail_activity_quick_update=True
        )
        self.env.flush_all()
        without = change._undone(change._play_without)
        following = change._undone(change._invoice_before)
        return change._undone(lambda: change._try_and_measure(without, following))

    def _undone(self, act):
        """What ``act`` returns; nothing of what it does stays."""
        try:
            with self.env.cr.savepoint():
                raise _Measured(act())
        except _Measured as measured:
            self.env.invalidate_all()
            return measured.args[0]

    # === WITH AND WITHOUT IT === #

    def _play_without(self):
        """What would be invoiced without this change, and which plans would be given up."""
        contracts, until = self._touched_contracts(), self.company_id._cn285_horizon()
        self._take_out()
        self._plan_to(contracts, until)
        self._play_plans(contracts, until)
        return _Played(*self._sums_until(contracts, until), self._given_up(contracts).ids)

    def _invoice_before(self):
        """The next invoice with this planned, where something is due before its day; else None.

        Billed and applied day by day, as it will be: on one day changes come before billing.
        """
        today, contract = self.company_id._cn285_today(), self.contract_id
        if self.date_effective <= today:
            return None
        if self.state != "scheduled":
            self._write_inside({"state": "scheduled", "date_scheduled": today})
            self._announce(True)
        self._plan_to(contract, min(self.date_effective, self.company_id._cn285_horizon()))
        due = any(
            row.state == "planned" and row.billing_date < self.date_effective
            for row in contract.schedule_ids
        )
        changes = any(
            other.state == "scheduled" and other.date_effective < self.date_effective
            for other in contract.change_ids
        )
        return next(iter(contract._preview_played(1)), None) if due or changes else None

    def _try_and_measure(self, without, following):
        contracts, until = self._touched_contracts(), self.company_id._cn285_horizon()
        waiting = contracts.change_ids.filtered(lambda other: other.state == "scheduled") - self
        self._take_out()
        self._plan_to(contracts, until)
        self._play_plans(contracts, self.date_effective + timedelta(days=1))
        day = max(self._first_day(), self.company_id._cn285_today())
        mrr_before, month_before = contracts._month_begun(day)
        given_up = self._plans_given_up()
        before = self._planned_amounts(contracts)
        today = self.company_id._cn285_today()
        self._write_inside({"state": "scheduled", "date_scheduled": self.date_scheduled or today})
        self._apply()
        contracts |= self.result_contract_id
        after = self._planned_amounts(contracts)
        last = max(self._first_day(), self._billing_day(), self._type().own_end(self) or day)
        lines = self._preview_lines(self._differences(before, after, last))
        added, dropped = lines["credits"] + lines["charges"], lines["dropped"]
        amount, amount_with_tax = (
            sum(line[name] for line in added) - sum(line[name] for line in dropped)
            for name in ("amount", "amount_with_tax")
        )
        following = following or next(iter(self.contract_id.preview_invoices(1)), False)
        mrr_after, month_after = contracts._month_begun(day)
        self._plan_to(contracts, until)
        self._play_plans(contracts, until)
        given_up |= (self._given_up(contracts) & waiting) - self.browse(without.given_up)
        total, total_with_tax = self._sums_until(contracts, until)
        return {
            "date": self.date_effective.isoformat(),
            "currency": self.currency_id.name,
            **lines,
            "amount": self.currency_id.round(amount),
            "amount_with_tax": self.currency_id.round(amount_with_tax),
            "total": self.currency_id.round(total - without.amount),
            "total_with_tax": self.currency_id.round(total_with_tax - without.with_tax),
            "shows_tax": self.contract_id._prices_with_tax(),
            "until": (until - timedelta(days=1)).isoformat(),
            "next_invoice": following,
            "mrr_before": self.currency_id.round(float(mrr_before)),
            "mrr_after": self.currency_id.round(float(mrr_after)),
            "month_before_with_tax": month_before,
            "month_after_with_tax": month_after,
            "cancelled": [
                {
                    "change_id": plan.id,
                    "change": plan.display_name,
                    "date": plan.date_effective.isoformat(),
                }
                for plan in given_up.sorted(lambda plan: (plan.date_effective, plan.id))
            ],
        }

    def _take_out(self):
        """Make it a draft of which nothing is announced, whatever it was."""
        announced = self.state == "scheduled"
        self._write_inside({"state": "draft"})
        if announced:
            self._announce(False)

    def _touched_contracts(self):
        """The contract, and others that the change names: where an item goes."""
        values = self._parsed()
        named = [value for value in values.values() if _is_contract(value)]
        return self.contract_id.union(self.contract_id, *(contract.sudo() for contract in named))

    def _plan_to(self, contracts, until):
        """Plan what runs on these contracts up to a day, where it is not planned that far."""
        behind = contracts.item_ids.filtered(
            lambda item: (
                item.state in LIVE_STATES and item.planned_until and item.planned_until < until
            )
        )
        if behind:
            behind._extend_until(until)

    def _play_plans(self, contracts, until):
        """Let what is planned of these contracts for days before ``until`` take effect.

        So do renewals that come by then. What cannot be applied is left out.
        """
        day = self.company_id._cn285_today() - timedelta(days=1)
        while (day := self._next_planned_day(contracts, day)) and day < until:
            with imagined_day(max(day, self.company_id._cn285_today())):
                self._apply_due(contracts)

    def _next_planned_day(self, contracts, day):
        """The first day after ``day`` on which something planned takes effect, or None."""
        days = [
            change.date_effective
            for change in contracts.change_ids
            if change.state == "scheduled" and not change.error and change.date_effective > day
        ]
        days += filter(None, (contract._next_own_act(day) for contract in contracts))
        return min(days, default=None)

    def _given_up(self, contracts):
        return contracts.change_ids.filtered(lambda change: change.state == "cancelled")

    def _sums_until(self, contracts, until):
        """What is still to be invoiced before a day, without and with tax."""
        sums = self.env["cn285.billing.schedule"]._read_group(
            [
                ("contract_id", "in", contracts.ids),
                ("state", "in", OPEN_STATES),
                ("billing_date", "<", until),
            ],
            ["billing_date:day", "item_id"],
            ["amount:sum", "net:sum"],
        )
        items = self.env["cn285.contract.item"].union(*(item for _day, item, *_sums in sums))
        taxes, lines, untaxed = items._get_taxes(), {}, 0.0
        together = self.company_id.tax_calculation_rounding_method == "round_globally"
        for day, item, amount, net in sums:
            untaxed += amount
            # Rounded over a document, what has the same taxes is one line.
            key = day, item.contract_id, taxes[item] if together else item
            lines[key] = item, lines.get(key, (item, 0.0))[1] + net
        entries = [(key[0], item, net) for key, (item, net) in lines.items()]
        return untaxed, sum(items._with_tax_in_documents(entries))

    def _planned_amounts(self, contracts):
        """Open rows by what they stand for: ``{key: (billing date, amount)}``."""
        rows = self.env["cn285.billing.schedule"].search(
            [("contract_id", "in", contracts.ids), ("state", "in", OPEN_STATES)],
            order="item_id, period_start, id",
        )
        result = {}
        for row in rows:
            # Credits that wait from before have revisions of their own.
            revision = row.revision if row.kind == "credit" else 0
            key = row.item_id, row.kind, row.period_start, row.period_end, revision
            result[key] = row.billing_date, row.amount, row.change_id, row.net, row.id
        return result

    def _differences(self, before, after, until):
        """What is new because of the change, and what is gone, of the rows until a day."""
        found = {"credits": [], "charges": [], "dropped": []}
        for key, value in after.items():
            concerns = key[2] <= until or value[2] == self
            if concerns and before.get(key, (None, None))[1] != value[1]:
                found["credits" if key[1] == "credit" else "charges"].append((key, value))
        for key, value in before.items():
            if key[2] <= until and after.get(key, (None, None))[1] != value[1]:
                found["dropped"].append((key, value))
        return found

    def _preview_lines(self, differences):
        """What :meth:`preview` says of rows that are new or gone, by kind.

        :param differences: see :meth:`_differences`
        """
        added = differences["credits"] + differences["charges"]
        dropped = differences["dropped"]
        with_tax = iter([*self._added_with_tax(added), *self._in_documents(dropped)])
        return {
            kind: [self._preview_line(*one, next(with_tax)) for one in differences[kind]]
            for kind in ("credits", "charges", "dropped")
        }

    def _in_documents(self, differences):
        """Amounts of these with tax, as the documents of their days have them."""
        entries = [(value[0], key[0], value[3]) for key, value in differences]
        return self.env["cn285.contract.item"]._with_tax_in_documents(entries)

    def _added_with_tax(self, added):
        """Amounts with tax of new rows; what is credited has the taxes that were charged."""
        amounts = self._in_documents(added)
        rows = self.env["cn285.billing.schedule"].browse([value[4] for _key, value in added])
        if not any(row.kind == "credit" for row in rows):
            return amounts
        unit = as_decimal(self.currency_id.rounding)
        for contract, own in rows.grouped("contract_id").items():
            indexes = [index for index, row in enumerate(rows) if row in own]
            total = as_decimal(contract._document_total(own)[1])
            parts = rounded_to([as_decimal(amounts[index]) for index in indexes], total, unit)
            for index, part in zip(indexes, parts, strict=True):
                amounts[index] = float(part)
        return amounts

    def _preview_line(self, key, value, with_tax):
        item, _kind, start, end, _revision = key
        billing_date, amount, *_more = value
        return {
            "item_id": item.id,
            "item": item.name,
            "period_start": start.isoformat(),
            "period_end": end.isoformat(),
            "billing_date": billing_date.isoformat(),
            "amount": amount,
            "amount_with_tax": with_tax,
        }


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _next_own_act(self, day):
        """Hook: the next day after ``day`` on which the contract does something by itself.

        :returns: date or None
        """
        self.ensure_one()
        return None


class _Measured(Exception):
    """Leaves the savepoint in which a change was tried, so that nothing of it stays."""


def _is_contract(value):
    return isinstance(value, models.BaseModel) and value._name == "cn285.contract"
