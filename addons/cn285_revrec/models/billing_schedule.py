from contextlib import closing

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.tools import SQL, split_every

from ..engine.recognition import months_between
from ..engine.service import Facts, pattern_of

# Rows of which the usage is estimated in one go, unless more depend on each other.
ESTIMATED_TOGETHER = 2_000


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    cn285_usage_estimate = fields.Float(
        string="Usage to Be Billed",
        digits=(16, 2),
        readonly=True,
        copy=False,
        help="What the usage of a period that is over comes to, before it is billed.",
    )

    def _cn285_accrued(self):
        """Those of the rows that a month accrued which is closed."""
        # sudo: whoever bills need not read what months accrued.
        positions = (
            self.env["cn285.revrec.position"]
            .sudo()
            .search(
                [
                    ("schedule_id.billing_schedule_id", "in", self.ids),
                    ("kind", "=", "accrual"),
                    ("state", "=", "posted"),
                ]
            )
        )
        return self & positions.schedule_id.billing_schedule_id.sudo(False)

    def _cn285_facts(self, billed_on):
        """What the recognition engine has to know of a row that is invoiced on that day."""
        self.ensure_one()
        item = self.item_id
        return Facts(
            billed_on=billed_on,
            billed=(self.period_start, self.period_end),
            activated=item.date_start or None,
            service=(item.cn285_service_start or None, item.cn285_service_end or None),
        )

    def _cn285_pattern(self, rule, billed_on):
        """How the row's revenue is recognised.

        :raises RecognitionError: where the rule cannot be applied to the row
        """
        return pattern_of(rule._engine_rule(), self._cn285_facts(billed_on))

    def _cn285_usage_weights(self):
        """What was consumed in each month of the row's period, for the method "usage".

        :returns: tuple of ``(last day of the month, value in the smallest unit)``, or nothing where
            it is not known: then revenue is spread by day
        """
        self.ensure_one()
        unit, before, weights = as_decimal(self.currency_id.rounding), 0, []
        start, end = self.period_start, self.period_end
        for day in months_between(start, end):
            until = self._cn285_usage_amounts(min(day, end), left=False).get(self)
            if until is None:
                return ()
            weights.append((day, int((until - before) / unit)))
            before = until
        return tuple(weights) if min(weight for _day, weight in weights) >= 0 else ()

    @api.model
    def _cn285_estimate_usage(self, company, until):
        """Note what usage comes to that was consumed until a day and waits for its bill.

        Nothing is rated for good: the billing does that. Without cn285_usage nothing waits.
        """
        rows = self.search_fetch(
            [
                ("company_id", "=", company.id),
                ("state", "=", "waiting"),
                ("kind", "=", "usage"),
                ("period_start", "<=", until),
            ],
            ["contract_id"],
        )
        for part in rows._cn285_parts_to_estimate(company):
            self._cn285_note_estimates(part._cn285_usage_amounts(until))

    def _cn285_parts_to_estimate(self, company):
        """These rows in parts that are estimated one after the other, so that memory is bounded.

        Contracts whose usage depends on each other's, by a pool or a cascade, are in one part.
        """
        nothing, by_contract = self.browse(), self.grouped("contract_id")
        for contracts in company.env["cn285.contract"]._rated_together(company):
            tied = nothing.concat(*(by_contract.pop(one, nothing) for one in contracts))
            if tied:
                yield tied
        apart = [row_id for rows in by_contract.values() for row_id in rows.ids]
        for ids in split_every(ESTIMATED_TOGETHER, apart):
            yield self.browse(ids)

    @api.model
    def _cn285_note_estimates(self, amounts):
        if not amounts:
            return
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """UPDATE cn285_billing_schedule row SET cn285_usage_estimate = used.amount
                     FROM unnest(%s, %s::numeric[]) AS used(id, amount)
                    WHERE row.id = used.id
                      AND row.cn285_usage_estimate IS DISTINCT FROM used.amount
                RETURNING row.id""",
                [row.id for row in amounts],
                [str(amount) for amount in amounts.values()],
            )
        )
        self.invalidate_model(["cn285_usage_estimate"], flush=False)

    def _cn285_usage_amounts(self, until, left=True):
        """What the usage of these rows comes to, as ``{row: Decimal}``, excluding tax.

        It is rated as if periods ended on that day. Nothing of that stays. Without cn285_usage the
        result is empty.

        :param left: only what was not billed yet; else all of the period
        """
        if "cn285.usage.rating" not in self.env:
            return {}
        with closing(self.env.cr.savepoint()):
            self.env.execute_query(
                SQL(
                    """UPDATE cn285_billing_schedule SET period_end = %s
                        WHERE id = ANY(%s) AND period_end > %s RETURNING id""",
                    until,
                    self.ids,
                    until,
                )
            )
            self.invalidate_model(["period_end"], flush=False)
            # What thresholds billed before the period's end is not billed once more.
            before = self._known_ratings() if left else None
            batch = self._rate_rows(before)
            included = self.item_id._included_taxes()
            amounts = {row: row._cn285_rated(batch, included) for row in self}
        self.env.invalidate_all(flush=False)
        return amounts

    def _cn285_rated(self, batch, included):
        """What a batch of cn285_usage makes of the row, excluding tax."""
        outcomes = batch.outcomes.get(self.id, ())
        net = sum((outcome.rating.amount for outcome in outcomes), as_decimal(0))
        taxes = included.get(self.item_id)
        return as_decimal(self.item_id._untaxed(float(net), taxes)) if taxes else net
