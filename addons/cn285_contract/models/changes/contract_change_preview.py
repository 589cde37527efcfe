from odoo import models

from ..common import OPEN_STATES


class ContractChange(models.Model):
    """What a change would do, in money, without doing it."""

    _inherit = "cn285.contract.change"

    def preview(self):
        """What this change comes to if it takes effect as things stand; nothing is written.

        :returns: ``{"date", "currency", "credits", "charges", "dropped", "amount", "next_invoice",
            "mrr_before", "mrr_after", "cancelled"}``: ``credits`` (negative) and ``charges`` are
            rows of the billing schedule that it would add for days until it takes effect or today,
            ``dropped`` those that were planned and would not be billed, each ``{"item_id", "item",
            "period_start", "period_end", "billing_date", "amount"}``; ``amount`` is credits and
            charges less what is dropped. Money excludes tax; dates are ISO text.
            ``next_invoice`` is the first of :meth:`cn285.contract.preview_invoices`, or False.
            ``mrr_before`` and ``mrr_after``: the monthly recurring revenue on its first day (or
            today, if that is past) as things stand, and with the change.
            ``cancelled`` are planned changes that this one makes void, each ``{"change_id",
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
        change = self.sudo()  # sudo: reads and tries what the user may plan; nothing of it stays
        self.env.flush_all()
        try:
            with self.env.cr.savepoint():
                raise _Measured(change._try_and_measure())
        except _Measured as measured:
            self.env.invalidate_all()
            return measured.args[0]

    def _try_and_measure(self):
        contract = self.contract_id
        day = max(self._first_day(), self.company_id._cn285_today())
        mrr_before = sum(contract._mrr_on(day).values())
        cancelled = [
            {
                "change_id": plan.id,
                "change": plan.display_name,
                "date": plan.date_effective.isoformat(),
            }
            for plan in self._plans_given_up()
        ]
        before = self._planned_amounts(contract)
        if self.state != "scheduled":
            today = self.company_id._cn285_today()
            self._write_inside({"state": "scheduled", "date_scheduled": today})
        self.with_context(tracking_disable=True, mail_notrack=True)._apply()
        contracts = contract | self.result_contract_id
        after = self._planned_amounts(contracts)
        until = max(self._first_day(), self._billing_day())
        lines = {
            kind: [self._preview_line(row, amount) for row, amount in rows]
            for kind, rows in self._differences(before, after, until).items()
        }
        amount = sum(line["amount"] for line in lines["credits"] + lines["charges"])
        amount -= sum(line["amount"] for line in lines["dropped"])
        invoices = contract.preview_invoices(1)
        return {
            "date": self.date_effective.isoformat(),
            "currency": self.currency_id.name,
            **lines,
            "amount": self.currency_id.round(amount),
            "next_invoice": invoices[0] if invoices else False,
            "mrr_before": self.currency_id.round(float(mrr_before)),
            "mrr_after": self.currency_id.round(float(sum(contracts._mrr_on(day).values()))),
            "cancelled": cancelled,
        }

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
            result[key] = row.billing_date, row.amount, row.change_id
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

    def _preview_line(self, key, value):
        item, _kind, start, end, _revision = key
        billing_date, amount, _change = value
        return {
            "item_id": item.id,
            "item": item.name,
            "period_start": start.isoformat(),
            "period_end": end.isoformat(),
            "billing_date": billing_date.isoformat(),
            "amount": amount,
        }


class _Measured(Exception):
    """Leaves the savepoint in which a change was tried, so that nothing of it stays."""
