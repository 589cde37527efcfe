from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...engine.changes import Billed, Price, settle
from ...engine.money import round_money
from ...engine.periods import period_at
from ...engine.plan import settling_day
from ..alike import Alike
from ..common import BILLED_STATES, LIVE_STATES, OPEN_STATES, STATE_DOOR, as_decimal, day_after
from .types.discount_period import prepared_discount

# Items in these states owe nothing, whatever was invoiced.
OWING_NOTHING = ("draft", "withdrawn", "cancelled")


class ContractItem(models.Model):
    """After a change: what was invoiced and is no longer due is credited, the rest planned anew."""

    _inherit = "cn285.contract.item"

    def _settle(self, changes):
        """Credit what these items were invoiced and do not owe any more; plan what they owe.

        Invoiced rows stay as they are. Settling twice credits once. A fixed number of queries for
        any number of items.

        :param changes: ``{item: change that caused it}``
        :returns: the credit rows made
        """
        items = self.sudo()  # sudo: schedules follow from the items, who may change those may not
        billed, counts = items._billed_rows()
        creates, freed, counted = [], items.browse(), {}
        for item in items:
            credits = settle(item._owing_stretches(), billed[item], item._rounding())
            for credit in credits:
                key = item.id, credit.start
                creates.append(
                    {
                        **item._prepare_credit_vals(credit, changes[item], counted),
                        "revision": counts[key],
                    }
                )
                counts[key] += 1
            if any(credit.frees for credit in credits):
                freed |= item
        # What ended is planned no more: its freed days are billed anew before it ends again.
        freed.with_context(cn285_no_replan=STATE_DOOR)._update_state(("ended",), "active")
        rows = self.env["cn285.billing.schedule"].sudo().create(creates)
        items._replan()
        items._mark_caused(changes, rows)
        self.env["cn285.billing.schedule"].sudo()._date_credits(items.contract_id)
        return rows

    def _planned_discounts(self):
        """Discount periods that changes will give the item.

        :returns: list of ``(first day, last day or False, percent, amount, name)``
        """
        self.ensure_one()
        begun = self.env.context.get("cn285_discounts_begun", ())
        # sudo: schedules follow from what is planned, whoever may not read changes
        planned = self.sudo().change_ids.filtered(
            lambda change: (
                change.type == "discount_period"
                and change.state == "scheduled"
                and change.id not in begun
            )
        )
        names = ("date_start", "date_end", "percent", "amount", "name")
        given = (
            prepared_discount(change) for change in planned if not change._parsed().get("removed")
        )
        return [tuple(vals[name] for name in names) for vals in given]

    def _owing_stretches(self):
        """The item's history; empty where it owes nothing at all."""
        self.ensure_one()
        return [] if self.state in OWING_NOTHING else self._engine_stretches()

    # === THE CONTRACT'S NEXT INVOICE === #

    def _engine_stretches_beside(self, beside):
        """The item's history, with what its contract invoices where differences wait for that.

        :param beside: ``{contract: terms}`` known so far; filled in
        """
        stretches = self._engine_stretches()
        if all(stretch.at_once for stretch in stretches):
            return stretches
        if self.contract_id not in beside:
            beside.update(self._terms_beside())
        terms = beside[self.contract_id]
        return [
            stretch if stretch.at_once else replace(stretch, beside=terms) for stretch in stretches
        ]

    def _terms_beside(self):
        """The terms of all running items of these items' contracts: ``{contract: terms}``.

        With the next invoice of any of them goes what waits for the contract's next one.
        """
        result = {}
        for contract in self.contract_id:
            alike = Alike.of(self.env)
            known = self.browse(alike.counts) if alike else contract.item_ids
            live = known.filtered(lambda item: item.state in LIVE_STATES)
            result[contract] = tuple({terms for item in live if (terms := item._engine_terms())})
        return result

    # === WHAT WAS INVOICED === #

    def _billed_rows(self):
        """Invoiced rows that changes may credit, as the engine wants them, with their credits.

        :returns: ``{item: [Billed]}``, and the number of credits by ``(item id, period start)``
        """
        rows = (
            self.env["cn285.billing.schedule"]
            .search(
                Domain("item_id", "in", self.ids)
                & (Domain("kind", "=", "credit") | Domain("state", "in", BILLED_STATES)),
                order="item_id, period_start, revision",
            )
            .filtered(lambda row: row.item_id._credits_kind(row.kind))
        )
        credits, counts = defaultdict(list), defaultdict(int)
        for row in rows.filtered(lambda row: row.kind == "credit"):
            counts[row.item_id.id, row.period_start] += 1
            if row.state != "cancelled":
                credits[row.credited_id].append(row)
        billed, known = defaultdict(list), {}
        invoiced = rows.filtered(lambda row: row.kind != "credit" and row.state in BILLED_STATES)
        credited = invoiced._credited()
        for row in invoiced:
            item = row.item_id
            billed[item].append(row._as_billed(credits[row], credited.get(row), known))
        return billed, counts

    def _credits_kind(self, kind):
        """Whether changes credit rows of a kind: of usage only where nothing at all is owed."""
        return kind in ("fixed", "one_shot", "credit") or self.state in OWING_NOTHING

    # === CREDITS === #

    def _prepare_credit_vals(self, credit, change, counted):
        """Values of a credit row.

        :param credit: ``Credit`` of the engine; its key is the credited row
        :param counted: see ``cn285.billing.schedule._untaxed_credit``
        """
        row = credit.key
        net = float(-credit.amount)
        taxes = self._included_taxes().get(self)
        share = as_decimal(row.net) and credit.amount / as_decimal(row.net)
        due = change._billing_day() if change else self.company_id._cn285_today()
        return {
            **self._row_owner(),
            "item_id": self.id,
            "kind": "credit",
            "credited_id": row.id,
            "frees": credit.frees,
            "change_id": change.id,
            "version_id": row.version_id.id,
            "period_start": credit.start,
            "period_end": credit.end - timedelta(days=1),
            "full_start": row.full_start,
            "full_end": row.full_end,
            "billing_date": self._invoice_day(due),
            "quantity": -row.quantity,
            "price_unit": row.price_unit,
            "discount": row.discount,
            "proration": round(float(share), 10),
            "net": net,
            "amount": row._untaxed_credit(credit.amount, counted) if taxes else net,
            "steps": [
                [
                    "credit",
                    {
                        "amount": str(-credit.amount),
                        "net": str(as_decimal(row.net)),
                        "start": credit.start.isoformat(),
                        "end": (credit.end - timedelta(days=1)).isoformat(),
                    },
                ]
            ],
            "state": "planned",
        }

    def _mark_caused(self, changes, credits):
        """Note on open rows which change made them: parts of periods, and freed days."""
        freed = defaultdict(list)
        for row in credits:
            freed[row.item_id].append((row.period_start, day_after(row.period_end)))
        caused = {}
        for row in self._changed_rows(freed):
            change = changes[row.item_id]
            if change and row._is_caused_by(change, freed[row.item_id]):
                caused[row.id] = {"change_id": change.id}
        self.env["cn285.billing.schedule"].sudo()._write_planned(caused, ["change_id"])
        self.change_ids.browse(
            {values["change_id"]: None for values in caused.values()}
        ).invalidate_recordset(["schedule_ids"], flush=False)

    def _changed_rows(self, freed):
        """Open rows that a change may have made: parts of periods, and of items with freed days."""
        schedules = self.env["cn285.billing.schedule"]
        schedules.flush_model()
        found = self.env.execute_query(
            SQL(
                """SELECT id FROM cn285_billing_schedule
                    WHERE item_id = ANY(%s) AND state = ANY(%s) AND kind != 'credit'
                      AND change_id IS NULL
                      AND (period_start > full_start OR item_id = ANY(%s))""",
                self.ids,
                list(OPEN_STATES),
                [item.id for item in freed],
            )
        )
        return schedules.browse([row_id for (row_id,) in found])


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    def _as_billed(self, credits, credited, known):
        """The invoiced row as the engine of changes wants it.

        :param credits: list of the credit rows of it that are not cancelled
        :param credited: what was credited of it in all, by changes and for other reasons, untaxed
        :param known: terms and discount periods of items, as the engine has them; filled in
        """
        self.ensure_one()
        item = self.item_id
        terms = self.version_id or item.version_ids[:1] or item
        if (item, terms) not in known:
            known[item, terms] = item._terms_key(terms)
        if item not in known:
            known[item] = item._engine_windows()
        by_change = -sum((as_decimal(row.amount) for row in credits), start=Decimal(0))
        waived = (credited or Decimal(0)) - by_change
        if waived and self.amount != self.net:
            # Excluding tax, where the net price includes it.
            waived *= as_decimal(self.net) / as_decimal(self.amount)
        full_start, full_end = self._full_period()
        return Billed(
            key=self,
            start=self.period_start,
            end=day_after(self.period_end),
            terms_key=known[item, terms],
            price=Price(
                as_decimal(self.quantity),
                as_decimal(self.price_unit),
                as_decimal(self.discount),
                () if self._has_own_amount() else known[item],
            ),
            net=as_decimal(self.net),
            full_start=full_start,
            full_end=full_end,
            share=Fraction(as_decimal(self.proration)),
            credited=-sum((as_decimal(row.net) for row in credits), start=Decimal(0)),
            waived=waived,
            freed=tuple(
                (row.period_start, day_after(row.period_end)) for row in credits if row.frees
            ),
        )

    def _untaxed_credit(self, amount, counted):
        """What a credit of the row comes to without the taxes that are in its price; below zero.

        The difference of two rounded running totals: credits of all of it are what it charged.

        :param Decimal amount: the credit in terms of the price
        :param counted: ``{row: (net, untaxed)}`` credited so far, in this transaction, too; changed
        """
        self.ensure_one()
        credits = self.change_credit_ids.filtered(lambda row: row.state != "cancelled")
        so_far = tuple(
            -sum((as_decimal(row[name]) for row in credits), start=Decimal(0))
            for name in ("net", "amount")
        )
        net, before = counted.get(self, so_far)
        net += amount
        share = net / as_decimal(self.net) if self.net else Decimal(0)
        after = round_money(as_decimal(self.amount) * share, as_decimal(self.currency_id.rounding))
        counted[self] = net, after
        return float(before - after)

    def _full_period(self):
        """Bounds of the row's full period, half-open; nothing for a fee, nor for usage."""
        if self.kind != "fixed":
            return None, None
        if self.full_start:
            return self.full_start, self.full_end
        terms = self.item_id._engine_terms()
        period = period_at(terms.rhythm, self.period_start, self.period_start, None)
        return period.full_start, period.full_end

    def _is_caused_by(self, change, freed):
        """Whether an open row exists, as it is, because of a change."""
        after = day_after(self.period_end)
        if any(self.period_start < end and start < after for start, end in freed):
            return True
        part = self.full_start and self.period_start > self.full_start
        return bool(part) and after > change.date_effective

    @api.model
    def _date_credits(self, contracts):
        """Have credits wait for the contract's next invoice, as charges do, if the setting says so.

        Those that wait already are dated anew: at the end of a contract everything is settled.
        """
        waiting = self.search(
            [
                ("contract_id", "in", contracts.ids),
                ("kind", "=", "credit"),
                ("state", "=", "planned"),
            ]
        )
        rows = waiting.filtered(lambda row: not row._at_once())
        if not rows:
            return
        terms = rows.item_id._terms_beside()
        for row in rows:
            due = row.change_id._billing_day()
            day = settling_day(terms[row.contract_id], due)
            row.billing_date = row.item_id._invoice_day(day)

    def _at_once(self):
        self.ensure_one()
        return self.change_id._bills_at_once() if self.change_id else True
