from odoo import fields, models
from odoo.addons.cn285_contract.models.copied_link import CopiedMany2one
from odoo.exceptions import UserError

from .mrr_links import CopiedSelected

CAUSES = [
    ("start", "Start"),
    ("quantity", "Quantity"),
    ("price", "Price"),
    ("indexation", "Indexation"),
    ("pricelist", "Pricelist"),
    ("discount_start", "Discount Begins"),
    ("discount_end", "Discount Ends"),
    ("product", "Other Product"),
    ("cross_sell", "Added to the Contract"),
    ("pause", "Pause"),
    ("resume", "Resumption"),
    ("end", "End"),
    ("termination", "Termination"),
    ("withdrawal", "Withdrawal"),
    ("debt", "Suspension"),
    ("transfer", "Other Holder"),
    ("terms", "Other Terms"),
    ("correction", "Correction"),
    ("currency", "Currency"),
]


class MrrEntry(models.Model):
    """What changed of an item's monthly recurring revenue on a day, and since when it is known.

    Append-only: whatever is known later, dated back too, adds entries. The sum of the entries up to
    a day is the value of that day; of those known up to another day, what was thought of it then.
    """

    _name = "cn285.mrr.entry"
    _description = "Recurring Revenue Entry"
    _inherit = ["cn285.guarded", "cn285.large.table"]
    _is_history = True
    _log_access = False
    _order = "date desc, id desc"
    _rec_name = "item_id"

    company_id = CopiedMany2one("res.company", required=True, readonly=True)
    contract_id = CopiedSelected("cn285.contract", required=True, readonly=True, index=True)
    item_id = fields.Many2one(
        "cn285.contract.item", required=True, readonly=True, ondelete="cascade"
    )
    customer_id = fields.Many2one(
        related="contract_id.partner_id.commercial_partner_id", string="Customer"
    )
    product_id = CopiedMany2one("product.product", readonly=True)
    currency_id = CopiedMany2one("res.currency", required=True, readonly=True)
    date = fields.Date(required=True, readonly=True, help="From this day on.")
    known_on = fields.Date(
        required=True,
        readonly=True,
        help="The day on which it was entered, by the company's clock.",
    )
    delta_net = fields.Float(
        "Change (net)",
        digits=(16, 6),
        readonly=True,
        aggregator=None,
        help="What is added to the item's monthly recurring revenue after all discounts, excluding "
        "taxes, in the contract's currency.",
    )
    delta_full = fields.Float(
        "Change (list)",
        digits=(16, 6),
        readonly=True,
        aggregator=None,
        help="The same before discount periods.",
    )
    cause = fields.Selection(CAUSES, required=True, readonly=True)
    change_id = fields.Many2one(
        "cn285.contract.change",
        string="Contract Change",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    reason_id = fields.Many2one(related="change_id.reason_id")
    revision = fields.Integer(
        readonly=True,
        aggregator=None,
        help="0 for the first entry of an item and day, one more for each correction.",
    )

    _once = models.Constraint(
        "unique(item_id, date, revision)", "This change of the item is in the ledger already."
    )
    _company_idx = models.Index("(company_id, date)")

    # pylint: disable=method-required-super, no-raise-unlink
    def write(self, vals):
        """Entries stay as they are: what was wrong is corrected by another one."""
        raise UserError(self.env._("Entries of recurring revenue are not changed, but corrected."))

    def unlink(self):
        """Entries stay; they go with the contract that they are about alone."""
        raise UserError(self.env._("Entries of recurring revenue are not deleted."))

    def action_view_rows(self):
        """Open the schedule rows of the item on the day: what proves the price."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_contract.action_billing_schedule"
        )
        action["domain"] = [("item_id", "=", self.item_id.id), ("period_end", ">=", self.date)]
        action["context"] = {}
        return action
