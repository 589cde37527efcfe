from odoo import api, fields, models
from odoo.tools import SQL


class MrrTouched(models.Model):
    """Items whose recurring revenue may be another since the ledger was written.

    A queue without a key: who adds to it waits for nobody, and what is added while the ledger is
    written stays for the next time.
    """

    _name = "cn285.mrr.touched"
    _description = "Item whose Recurring Revenue May Have Changed"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _log_access = False

    item_id = fields.Many2one(
        "cn285.contract.item", required=True, readonly=True, index=True, ondelete="cascade"
    )

    @api.model
    def _note(self, items):
        """Note items, once their changes are written. One statement for any number of them."""
        ids = [item_id for item_id in items._ids if isinstance(item_id, int)]  # saved ones
        if ids:
            self.env.cr.execute(
                SQL(
                    """INSERT INTO cn285_mrr_touched (item_id)
                       SELECT id FROM cn285_contract_item WHERE id = ANY(%s)""",
                    ids,
                )
            )


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _compute_mrr_stored(self):  # pylint: disable=missing-return
        """Whatever changes the figures of today may change those of other days."""
        super()._compute_mrr_stored()
        self.env["cn285.mrr.touched"]._note(self)
