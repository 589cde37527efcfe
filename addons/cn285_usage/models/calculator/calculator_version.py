"""Terms of calculators over time, as they are kept."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date


class UsageCalculatorVersion(models.Model):
    """The terms of a calculator from a day on; written once, never rewritten.

    A calculator whose terms never changed has none. Its first version has no day: the terms that
    it began with. A calculator's own fields are those of its last version. What an edit replaces
    stays, archived: so it is told what was known when something was rated.
    """

    _name = "cn285.usage.calculator.version"
    _description = "Terms of a Usage Calculator over Time"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "calculator_id, date_from NULLS FIRST, id"
    _rec_name = "date_from"

    calculator_id = fields.Many2one(
        "cn285.usage.calculator", required=True, ondelete="cascade", index=True, readonly=True
    )
    item_id = fields.Many2one(related="calculator_id.item_id", store=True)
    company_id = fields.Many2one(related="calculator_id.company_id", store=True)
    active = fields.Boolean(
        default=True, readonly=True, help="Not active: replaced by a later edit."
    )
    date_from = fields.Date(
        string="From", readonly=True, help="First day. Empty: from the item's start."
    )
    date_to = fields.Date(string="To", compute="_compute_date_to", help="Last day.")
    terms = fields.Json(readonly=True, help="All that decides on a price, as data; empty: nothing.")
    change_id = fields.Many2one(
        "cn285.contract.change",
        string="Contract Change",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    corrects = fields.Boolean(
        string="Billed Anew",
        readonly=True,
        help="What was billed of its days by other terms was rated anew.",
    )
    summary = fields.Char(string="What Holds", compute="_compute_summary")

    @api.depends("calculator_id.version_ids.date_from", "date_from", "active")
    def _compute_date_to(self):
        for version in self:
            later = [
                other.date_from
                for other in version.calculator_id.version_ids
                if other.date_from
                and (not version.date_from or other.date_from > version.date_from)
            ]
            version.date_to = min(later) - timedelta(days=1) if later and version.active else False

    @api.depends("terms")
    @api.depends_context("lang")
    def _compute_summary(self):
        for version in self:
            if version.terms:
                version.summary = version.calculator_id._at(version.terms)._terms_text()
            else:
                version.summary = self.env._("Not part of the item yet")

    @api.depends("calculator_id.name", "date_from")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for version in self:
            day = version.date_from
            version.display_name = " · ".join(
                filter(None, (version.calculator_id.name, day and format_date(self.env, day)))
            )
