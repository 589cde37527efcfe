# pylint: disable=missing-return
from odoo import fields, models
from odoo.addons.cn285_contract.models.copied_link import CopiedMany2one

from .mrr_levels import AMOUNTS
from .mrr_links import CopiedSelected


class MrrItemMonth(models.Model):
    """What an item is worth at a month's end, by all that is known of it: for cubes by product.

    In the company's currency; the items of a customer come to the closing of the customer's month.
    """

    _name = "cn285.mrr.item.month"
    _description = "Recurring Revenue by Item and Month"
    _inherit = ["cn285.guarded", "cn285.summed.table", "cn285.mrr.levels"]
    _is_history = True
    _log_access = False
    _order = "month desc, id desc"
    _rec_name = "item_id"
    _sums = "cn285.mrr.item.month.sum"

    customer_id = CopiedMany2one("res.partner", required=True, readonly=True)
    contract_id = CopiedSelected("cn285.contract", required=True, readonly=True)
    item_id = fields.Many2one(
        "cn285.contract.item", required=True, readonly=True, ondelete="cascade"
    )
    template_id = fields.Many2one(related="contract_id.template_id")
    user_id = fields.Many2one(related="contract_id.user_id", string="Salesperson")
    country_id = fields.Many2one(related="customer_id.country_id")
    tag_ids = fields.Many2many(related="contract_id.tag_ids")

    _once = models.Constraint("unique(item_id, month)", "This month of the item is there already.")
    _company_idx = models.Index("(company_id, month)")

    def init(self):
        super().init()
        self.env[self._sums]._keep_sums()

    def action_view_entries(self):
        """Open the ledger's entries of the item: what this value was made of."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_analytics.action_mrr_entry")
        action["domain"] = [("item_id", "=", self.item_id.id)]
        action["context"] = {}
        return action


class MrrItemMonthSum(models.Model):
    """What items are worth at months' ends, by product."""

    _name = "cn285.mrr.item.month.sum"
    _description = "Recurring Revenue by Product and Month"
    _inherit = ["cn285.mrr.levels", "cn285.table.sums"]
    _auto = False
    _rows = "cn285.mrr.item.month"
    _kept_by = ("company_id", "month", "product_id")
    _summed = AMOUNTS
    _following = ("company_currency_id",)
    # Written before it is read: the database sums what it has.
    _depends = {"cn285.mrr.item.month": [*_kept_by, *_summed]}
