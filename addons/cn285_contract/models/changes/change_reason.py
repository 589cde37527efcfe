from odoo import fields, models


class ChangeReason(models.Model):
    """Why a contract changes: for the log, for reports, and where a reason is demanded."""

    _name = "cn285.change.reason"
    _description = "Reason of a Contract Change"
    _inherit = ["cn285.guarded"]
    _order = "sequence, name"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(help="Short name by which programs refer to it.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    portal = fields.Boolean(
        string="For Customers", default=True, help="Customers may choose it in the portal."
    )
    note = fields.Text(translate=True)

    _code_uniq = models.Constraint("unique(code)", "A reason with this code already exists.")
