from odoo import fields, models


class BillingRunIssue(models.Model):
    """A contract that a run has set aside, or a mail that it could not send, with the reason."""

    _name = "cn285.billing.run.issue"
    _description = "Billing Run Issue"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "state, id desc"
    _rec_name = "reason"

    run_id = fields.Many2one(
        "cn285.billing.run", string="Billing Run", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    kind = fields.Selection(
        [("billing", "Not Billed"), ("rating", "Not Planned or Rated"), ("mail", "Not Sent")],
        default="billing",
        required=True,
    )
    contract_id = fields.Many2one("cn285.contract", ondelete="cascade", index=True)
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Customer")
    move_id = fields.Many2one("account.move", string="Invoice", ondelete="cascade")
    reason = fields.Text(required=True)
    state = fields.Selection(
        [("open", "Open"), ("solved", "Solved")], default="open", required=True, index=True
    )

    def action_view_contract(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "cn285.contract",
            "res_id": self.contract_id.id,
            "view_mode": "form",
        }
