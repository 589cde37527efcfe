from odoo import fields, models
from odoo.addons.cn285_contract.models.copied_link import CopiedMany2one

from .mrr_entry import CAUSES
from .mrr_links import CopiedSelected

KINDS = [
    ("new", "New"),
    ("reactivation", "Reactivation"),
    ("expansion", "Expansion"),
    ("contraction", "Contraction"),
    ("churn", "Churn"),
    ("transfer", "Transfer"),
    ("pause", "Pause"),
    ("internal", "Within the Customer"),
    ("currency", "Currency"),
]


class MrrMovement(models.Model):
    """How a customer moved on a day: what of it is of which item, and why.

    Follows from the ledger, and is made anew for customers about whom something is known that was
    not before. Movements of days to come are those that are agreed.
    """

    _name = "cn285.mrr.movement"
    _description = "Recurring Revenue Movement"
    _inherit = ["cn285.guarded", "cn285.large.table", "cn285.mrr.facts"]
    _is_history = True
    _log_access = False
    _order = "date desc, id desc"
    _rec_name = "customer_id"
    _amounts = ("amount_company",)

    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict"
    )
    contract_id = CopiedSelected("cn285.contract", required=True, readonly=True, index=True)
    item_id = fields.Many2one(
        "cn285.contract.item", required=True, readonly=True, index=True, ondelete="cascade"
    )
    product_id = CopiedMany2one("product.product", readonly=True)
    currency_id = CopiedMany2one("res.currency", required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    kind = fields.Selection(KINDS, string="Movement", required=True, readonly=True)
    cause = fields.Selection(CAUSES, required=True, readonly=True)
    change_id = fields.Many2one(
        "cn285.contract.change",
        string="Contract Change",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    amount = fields.Monetary(
        "MRR Change (contract currency)",
        readonly=True,
        aggregator=None,
        help="In the contract's currency; those of different currencies do not add.",
    )
    amount_company = fields.Monetary(
        "MRR Change",
        currency_field="company_currency_id",
        readonly=True,
        help="In the company's currency, at the rate of the day.",
    )
    logos = fields.Integer(
        "Customers", readonly=True, help="1: the customer came by it; -1: the customer left."
    )
    template_id = fields.Many2one(related="contract_id.template_id")
    user_id = fields.Many2one(related="contract_id.user_id", string="Salesperson")
    reason_id = fields.Many2one(related="change_id.reason_id")
    country_id = fields.Many2one(related="customer_id.country_id")
    tag_ids = fields.Many2many(related="contract_id.tag_ids")

    _company_idx = models.Index("(company_id, date)")

    def action_view_entries(self):
        """Open the ledger's entries of the item: what this movement was made of."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_analytics.action_mrr_entry")
        action["domain"] = [("item_id", "=", self.item_id.id)]
        action["context"] = {}
        return action
