from odoo import fields, models

KINDS = [
    ("opened", "Overdue"),
    ("step", "Step Taken"),
    ("skipped", "Left Out"),
    ("failed", "Failed"),
    ("refused", "Payment Refused"),
    ("promise", "Promise to Pay"),
    ("broken", "Promise Not Kept"),
    ("dispute", "In Dispute"),
    ("released", "Not in Dispute Any More"),
    ("notice", "Formal Notice Received"),
    ("deactivated", "Deactivated"),
    ("reactivated", "Reactivated"),
    ("terminated", "Terminated"),
    ("paid", "Paid"),
    ("closed", "Settled"),
]


class DunningEvent(models.Model):
    """What happened about a debtor, and when: the history of a case."""

    _name = "cn285.dunning.event"
    _description = "History of Dunning"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id desc"

    case_id = fields.Many2one(
        "cn285.dunning.case", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="case_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="case_id.currency_id")
    date = fields.Date(required=True, readonly=True, index=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    step_id = fields.Many2one(
        "cn285.dunning.policy.step",
        string="Policy Step",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    tells = fields.Boolean(readonly=True, help="The customer was told of the debt.")
    amount = fields.Monetary(readonly=True, help="What was overdue.")
    text = fields.Char(string="What Happened", readonly=True)
    contract_id = fields.Many2one(
        "cn285.contract", readonly=True, ondelete="set null", index="btree_not_null"
    )
    attachment_id = fields.Many2one(
        "ir.attachment", string="Document", readonly=True, index="btree_not_null"
    )
