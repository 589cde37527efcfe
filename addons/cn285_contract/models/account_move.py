from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    cn285_run_id = fields.Many2one(
        "cn285.billing.run",
        string="Billing Run",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    cn285_contract_ids = fields.Many2many(
        "cn285.contract",
        "cn285_contract_move_rel",
        "move_id",
        "contract_id",
        string="Contracts",
        readonly=True,
        copy=False,
    )
    cn285_schedule_ids = fields.One2many(
        "cn285.billing.schedule", "move_id", string="Billing Schedule", readonly=True
    )
    cn285_contract_count = fields.Integer(compute="_compute_cn285_contract_count")

    def _compute_cn285_contract_count(self):
        for move in self:
            move.cn285_contract_count = len(move.cn285_contract_ids)

    def unlink(self):
        # sudo: the rows behind a draft that its owner may delete go back to the schedule.
        self.sudo().cn285_schedule_ids._release()
        return super().unlink()

    def button_cancel(self):
        result = super().button_cancel()
        # sudo: cancelling an invoice is an accountant's right; the schedule has to follow.
        self.sudo().cn285_schedule_ids.filtered(
            lambda row: row.state == "invoiced" and row.move_id.state == "cancel"
        )._cancel_invoiced()
        return result

    def action_view_cn285_contracts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_contract.action_contract")
        action["domain"] = [("id", "in", self.cn285_contract_ids.ids)]
        return action


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    cn285_schedule_ids = fields.One2many(
        "cn285.billing.schedule", "move_line_id", string="Billing Schedule", readonly=True
    )

    def unlink(self):
        # sudo: a line deleted from a draft invoice frees its rows, which are then planned again.
        self.sudo().cn285_schedule_ids._release()
        return super().unlink()
