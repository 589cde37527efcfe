from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import DAY


class AccountMove(models.Model):
    # Days of lines that are given with their invoice are checked before Odoo reads them.
    _name = "account.move"
    _inherit = ["account.move", "cn285.bounded.values"]

    cn285_revrec_run_id = fields.Many2one(
        "cn285.revrec.run",
        string="Recognition Run",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    cn285_revrec_count = fields.Integer(
        string="Recognition Schedules", compute="_compute_cn285_revrec_count", compute_sudo=True
    )

    def _compute_cn285_revrec_count(self):
        groups = self.env["cn285.revrec.schedule"]._read_group(
            [("move_id", "in", self.ids)], ["move_id"], ["__count"]
        )
        counts = {move.id: count for move, count in groups}
        for move in self:
            move.cn285_revrec_count = counts.get(move.id, 0)

    def button_draft(self):
        """Refuse where recognition rests on the entry; else forget what was planned from it."""
        if self:
            # sudo: schedules follow their invoice, whoever may reset it.
            self.env["cn285.revrec.schedule"].sudo()._forget_invoices(self)
        return super().button_draft()

    def _cn285_prepare_credit_line(self, line, credit, own=None):
        """A credit note's line is recognised as the line that it credits."""
        return {
            **super()._cn285_prepare_credit_line(line, credit, own),
            "cn285_revrec_rule_id": line.cn285_revrec_rule_id.id,
            "cn285_service_start": line.cn285_service_start,
            "cn285_service_end": line.cn285_service_end,
        }

    def action_view_cn285_revrec(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_revrec.action_revrec_schedule"
        )
        action["domain"] = [("move_id", "=", self.id)]
        action["context"] = {}
        return action


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "cn285.bounded.values"]

    # Plain data, so that invoices are still written set-based.
    cn285_revrec_rule_id = fields.Many2one(
        "cn285.revrec.rule",
        string="Recognition Rule",
        check_company=True,
        help="When the line's revenue is earned. Empty: as the product says.",
    )
    cn285_service_start = fields.Date(
        string="Service From", help="First day of the service that the line bills."
    )
    cn285_service_end = fields.Date(
        string="Service To", help="Last day of the service that the line bills."
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "cn285_service_start": DAY, "cn285_service_end": DAY}
