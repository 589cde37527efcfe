from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class MrrFigures(models.AbstractModel):
    """The figures of monthly recurring revenue that contracts and items have alike.

    ``mrr`` is exact on the day on which it is read. What lists sum, sort and group by is stored,
    and brought up to date each day (:meth:`cn285.contract._cron_refresh_mrr`). Sums are in one
    currency: that of the company for which the user works.
    """

    _name = "cn285.mrr.figures"
    _description = "Monthly Recurring Revenue"

    company_id = fields.Many2one("res.company")
    currency_id = fields.Many2one("res.currency")
    mrr_amount = fields.Float(
        string="MRR (unrounded)",
        compute="_compute_mrr_stored",
        store=True,
        readonly=True,
        compute_sudo=True,
        aggregator=None,
        help="MRR in the contract's currency as of this morning, by which lists search and sort.",
    )
    mrr_company = fields.Float(
        string="MRR (Company Currency)",
        compute="_compute_mrr_stored",
        store=True,
        readonly=True,
        compute_sudo=True,
        help="MRR as of this morning in the company's currency, unrounded: what lists sum.",
    )

    def _compute_mrr_stored(self):
        raise NotImplementedError

    def _search_mrr(self, operator, value):
        """Search by the stored figure; an amount that is equal is so once it is rounded."""
        if operator in ("in", "not in"):
            near = Domain.OR(
                Domain("mrr_amount", ">=", amount - 0.005)
                & Domain("mrr_amount", "<", amount + 0.005)
                for amount in value
            )
            return near if operator == "in" else ~near
        return Domain("mrr_amount", operator, value)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        name = "mrr_amount" if field_name == "mrr" else field_name
        return super()._order_field_to_sql(alias, name, direction, nulls, query)

    def _read_group_select(self, aggregate_spec, query):
        """Sums over currencies are made in that of the user's company."""
        if aggregate_spec not in ("mrr:sum", "mrr:sum_currency", "mrr_company:sum"):
            return super()._read_group_select(aggregate_spec, query)
        amount = self._field_to_sql(self._table, "mrr_company", query)
        company = self._field_to_sql(self._table, "company_id", query)
        return SQL("SUM(%s * %s)", amount, self._company_rates_sql(company))

    @api.model
    def _company_rates_sql(self, company_id):
        """What an amount of each company's currency is worth in the user's company's, as SQL."""
        own = self.env.company
        # sudo: only the currencies of the companies are read.
        others = self.env["res.company"].sudo().search([("currency_id", "!=", own.currency_id.id)])
        if not others:
            return SQL("1")
        today = own._cn285_today()
        rate = self.env["res.currency"]._get_conversion_rate
        cases = [
            SQL("WHEN %s THEN %s", other.id, rate(other.currency_id, own.currency_id, own, today))
            for other in others
        ]
        return SQL("(CASE %s %s ELSE 1 END)", company_id, SQL(" ").join(cases))
