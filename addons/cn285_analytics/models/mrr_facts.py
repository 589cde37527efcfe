from odoo import api, fields, models
from odoo.addons.cn285_contract.models.copied_link import CopiedMany2one
from odoo.tools import SQL


class MrrFacts(models.AbstractModel):
    """Figures in the company's currency: sums over companies are in that of the user's company."""

    _name = "cn285.mrr.facts"
    _description = "Facts of Recurring Revenue"

    # What is an amount in the company's currency, and adds up.
    _amounts = ()

    company_id = CopiedMany2one("res.company", required=True, readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )

    @api.model
    def _today_sql(self, company):
        """Today by the clock of a company, whose id is given as SQL, as SQL."""
        # sudo: only clocks are read.
        companies = self.env["res.company"].sudo().search([])  # pylint: disable=no-search-all
        cases = [SQL("WHEN %s THEN %s", one.id, one._cn285_today()) for one in companies]
        return SQL("(CASE %s %s END)", company, SQL(" ").join(cases))

    @api.model
    def _in_company_sql(self, currency, day, company):
        """What an amount of a currency is worth in its company's on a day, as SQL of rows.

        As Odoo converts: by the company's own rates first.

        :param company: the alias of ``res_company``
        """

        def rate(currency):
            return SQL(
                """COALESCE((SELECT rate.rate FROM res_currency_rate rate
                              WHERE rate.currency_id = %(currency)s AND rate.name <= %(day)s
                                AND (rate.company_id IS NULL OR rate.company_id =
                                     split_part(%(company)s.parent_path, '/', 1)::int)
                           ORDER BY rate.company_id, rate.name DESC LIMIT 1), 1)""",
                currency=currency,
                day=day,
                company=company,
            )

        own = SQL("%s.currency_id", company)
        return SQL(
            "(CASE WHEN %s = %s THEN 1 ELSE %s / %s END)", currency, own, rate(own), rate(currency)
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
