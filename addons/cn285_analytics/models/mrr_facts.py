from odoo import api, fields, models
from odoo.tools import SQL


class MrrFacts(models.AbstractModel):
    """Figures in the company's currency: sums over companies are in that of the user's company."""

    _name = "cn285.mrr.facts"
    _description = "Facts of Recurring Revenue"

    # What is an amount in the company's currency, and adds up.
    _amounts = ()

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )

    @api.model
    def _amount_sql(self, name, query):
        """An amount in the currency of the user's company, as SQL."""
        company = self._field_to_sql(self._table, "company_id", query)
        rates = self.env["cn285.mrr.figures"]._company_rates_sql(company)
        return SQL("%s * %s", self._field_to_sql(self._table, name, query), rates)

    def _read_group_select(self, aggregate_spec, query):
        name, _colon, function = aggregate_spec.partition(":")
        if name in self._amounts and function in ("sum", "sum_currency"):
            return SQL("SUM(%s)", self._amount_sql(name, query))
        return super()._read_group_select(aggregate_spec, query)
