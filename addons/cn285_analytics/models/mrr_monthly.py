from odoo import api, fields, models
from odoo.fields import Domain


class MrrMonthly(models.AbstractModel):
    """Facts by month."""

    _name = "cn285.mrr.monthly"
    _description = "Facts of Recurring Revenue by Month"
    _inherit = ["cn285.mrr.facts"]

    month = fields.Date(required=True, readonly=True, help="First day of the month.")
    is_current = fields.Boolean(
        "Current Month",
        compute="_compute_is_current",
        search="_search_is_current",
        help="By the company's clock.",
    )

    def _compute_is_current(self):
        for fact in self:
            fact.is_current = fact.month == fact.company_id._cn285_today().replace(day=1)

    @api.model
    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        months = {}
        # sudo: only clocks are read; which companies' facts are read, their rules say.
        for company in self.env["res.company"].sudo().search([]):  # pylint: disable=no-search-all
            months.setdefault(company._cn285_today().replace(day=1), []).append(company.id)
        current = Domain.OR(
            Domain("month", "=", month) & Domain("company_id", "in", ids)
            for month, ids in months.items()
        )
        return current if True in value else ~current
