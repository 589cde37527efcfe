from odoo import api, fields, models

KINDS = [
    ("promise", "Promise to Pay"),
    ("dispute", "Dispute"),
    ("notice", "Formal Notice Received"),
]


class DunningDecision(models.TransientModel):
    """A dialog in which a clerk notes what a debtor said, or got."""

    _name = "cn285.dunning.decision"
    _inherit = ["cn285.links.read", "cn285.bounded"]
    _description = "Note About a Debtor"

    case_id = fields.Many2one("cn285.dunning.case", string="Debtor", required=True)
    currency_id = fields.Many2one(related="case_id.currency_id")
    overdue_amount = fields.Monetary(related="case_id.overdue_amount")
    kind = fields.Selection(KINDS, required=True, default="promise")
    date = fields.Date(string="Day")
    candidate_ids = fields.Many2many(
        "account.move", compute="_compute_candidate_ids", compute_sudo=True
    )
    move_ids = fields.Many2many(
        "account.move",
        "cn285_dunning_decision_move_rel",
        "decision_id",
        "move_id",
        string="Invoices",
        domain="[('id', 'in', candidate_ids)]",
    )
    note = fields.Char()

    @api.depends("case_id")
    def _compute_candidate_ids(self):
        may_read = self.env["account.move"].sudo(False).has_access("read")
        for decision in self:
            case = decision.case_id
            decision.candidate_ids = case._open_moves() if case and may_read else False

    def action_note(self):
        """Note it, and go on."""
        self.ensure_one()
        case = self.case_id
        if self.kind == "promise":
            case.action_promise(self.date, self.note)
        elif self.kind == "notice":
            case.action_notice_received(self.date)
        else:
            case.action_dispute(self.move_ids.ids or None, self.note)
        return {"type": "ir.actions.act_window_close"}
