from odoo import fields, models


class CreditReason(models.Model):
    """Why a credit note was made: for lists and reports, and for the customer to read."""

    _name = "cn285.credit.reason"
    _description = "Credit Reason"
    _inherit = ["cn285.guarded"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
