from dateutil.relativedelta import relativedelta
from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import persistently, update_rows
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.tools import SQL, split_every

from ..engine.keeping import kept

MEASURED = ("mrr_at_stake", "mrr_kept", "kept_rate", "measured_on")
# Offers that are measured and committed together.
MEASURE_BATCH = 500


class RetentionOffer(models.Model):
    """What offers have kept, by the ledger of recurring revenue: accepted, declined and expired
    ones alike, so that the ones can be compared with the others.
    """

    _inherit = "cn285.retention.offer"

    @api.model
    def _measure(self, company):
        """Measure a company's offers whose months are not over, or were over since the last time.

        From then on the figures stay.
        """
        offers = self.sudo().search([("company_id", "=", company.id)])  # sudo: figures of all
        today = company._cn285_today()
        due = offers.filtered(lambda offer: offer._measure_day(today) != offer.measured_on)
        if not due:
            return
        # sudo: the ledger is kept by the program.
        self.env["cn285.mrr.ledger"].sudo()._update(company)
        for ids in split_every(MEASURE_BATCH, due.ids):
            persistently(self.env, lambda part=ids: due.browse(part)._measure_now(today))

    def _measure_day(self, today):
        """The day of the measure: so many months after the offer, or today where that is before."""
        months = relativedelta(months=self.template_id.measured_months)
        return min(today, self.date_offered + months)

    def _measure_now(self, today):
        days = {offer.id: offer._measure_day(today) for offer in self}
        offered = {offer.id: offer.date_offered for offer in self}
        before, after = self._values_on(offered), self._values_on(days)
        values = {}
        for offer in self:
            currency = offer.company_currency_id
            stake = as_decimal(currency.round(before[offer.id]))
            left = as_decimal(currency.round(after[offer.id]))
            remains = kept(stake, left)
            values[offer.id] = {
                "mrr_at_stake": float(stake),
                "mrr_kept": float(remains),
                "kept_rate": float(remains / stake * 100) if stake else 0.0,
                "measured_on": days[offer.id],
            }
        update_rows(self, values, MEASURED)

    def _values_on(self, days):
        """The recurring revenue of the offers' contracts, each on its day, in one question.

        :param days: ``{offer id: day}``
        :returns: ``{offer id: amount in the company's currency}``
        """
        rows = self.env.execute_query(
            SQL(
                """SELECT told.id, COALESCE(sum(entry.delta_net), 0)::float
                     FROM unnest(%s::int[], %s::date[]) AS told (id, day)
                     JOIN cn285_retention_offer offer ON offer.id = told.id
                     LEFT JOIN cn285_mrr_entry entry ON entry.contract_id = offer.contract_id
                      AND entry.date <= told.day
                    GROUP BY told.id""",
                list(days),
                list(days.values()),
            )
        )
        amounts = {}
        for number, amount in rows:
            offer = self.browse(number)
            amounts[number] = offer.contract_id.currency_id._convert(
                amount, offer.company_currency_id, offer.company_id, days[number], round=False
            )
        return amounts

    def _read_group_select(self, aggregate_spec, query):
        """A rate of many is that of their sums, never a mean of rates."""
        if aggregate_spec == "kept_rate:avg":
            left, stake = (
                self._field_to_sql(self._table, name, query)
                for name in ("mrr_kept", "mrr_at_stake")
            )
            return SQL("SUM(%s) / NULLIF(SUM(%s), 0) * 100", left, stake)
        return super()._read_group_select(aggregate_spec, query)
