from dateutil.relativedelta import relativedelta
from odoo import fields, models
from odoo.tools import SQL

FIGURES = ("arpa", "churn_12", "nrr_12", "ltv", "cltv")


class MrrWorth(models.Model):
    """What a customer is worth, of each company as of today: for dashboards; see docs/analytics.md.

    Worked out by the same code as the home screen's figures when it is asked for.
    """

    _name = "cn285.mrr.worth"
    _description = "Value of a Customer"
    _inherit = ["cn285.guarded"]
    _auto = False
    _log_access = False
    _is_history = True
    _order = "id"
    _rec_name = "company_id"

    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    arpa = fields.Float("ARPA", digits=(16, 2), readonly=True, aggregator="avg")
    churn_12 = fields.Float("Customer Churn in Twelve Months (%)", readonly=True, aggregator="avg")
    nrr_12 = fields.Float("Net Retention in Twelve Months (%)", readonly=True, aggregator="avg")
    ltv = fields.Float("Lifetime Value", digits=(16, 2), readonly=True, aggregator="avg")
    cltv = fields.Float(
        "Discounted Lifetime Value", digits=(16, 2), readonly=True, aggregator="avg"
    )

    @property
    def _table_query(self):
        rows = [
            SQL(
                "(%s::int, %s::int, %s)",
                company.id,
                company.id,
                SQL(", ").join(SQL("%s::float", value) for value in self._figures(company)),
            )
            for company in self.env.companies
        ]
        return SQL(
            "SELECT * FROM (VALUES %s) AS told (id, company_id, %s)",
            SQL(", ").join(rows),
            SQL(", ").join(map(SQL.identifier, FIGURES)),
        )

    def _figures(self, company):
        """The figures of a company, in the order of their names; None where there is none."""
        # sudo: who may read them, access to this model says, and its rule which companies'.
        months = self.env["cn285.mrr.month"].sudo().with_company(company)
        last = company._cn285_today().replace(day=1)
        now = months._roll(last, last)
        year = months._roll(last - relativedelta(months=11), last)
        worth = months._worth(now, last)
        shares = (year.logo_churn, year.nrr)
        percents = [None if share is None else 100 * float(share) for share in shares]
        amounts = (now.arpa, worth["ltv"], worth["cltv"])
        arpa, ltv, cltv = (None if amount is None else float(amount) for amount in amounts)
        return arpa, *percents, ltv, cltv
