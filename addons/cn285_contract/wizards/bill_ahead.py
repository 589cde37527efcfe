from odoo import fields, models


class BillAhead(models.TransientModel):
    """A dialog that bills periods ahead of their day."""

    _name = "cn285.bill.ahead"
    _inherit = ["cn285.links.read", "cn285.bounded"]
    _description = "Bill Upcoming Periods"

    contract_ids = fields.Many2many("cn285.contract", string="Contracts", required=True)
    how = fields.Selection(
        [("periods", "A Number of Periods"), ("until", "Up to a Day")],
        string="Bill",
        default="periods",
        required=True,
    )
    periods = fields.Integer(default=1)
    until = fields.Date()

    def action_bill(self):
        """Bill, and show the invoices."""
        self.ensure_one()
        chosen = {"periods": self.periods} if self.how == "periods" else {"until": self.until}
        ids = self.contract_ids.bill_ahead(**chosen)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action["domain"] = [("id", "in", ids)]
        if len(ids) == 1:
            action["views"] = [(self.env.ref("account.view_move_form").id, "form")]
            action["res_id"] = ids[0]
        return action
