from odoo import fields, models


class ApiScope(models.Model):
    """What a key may open: a part of the API, to read or to write."""

    _name = "cn285.api.scope"
    _description = "API Scope"
    _inherit = ["cn285.guarded"]
    _order = "sequence, code"
    _rec_name = "code"

    code = fields.Char(required=True, readonly=True)
    name = fields.Char(string="Opens", required=True, readonly=True, translate=True)
    sequence = fields.Integer(default=10, readonly=True)

    _code_uniq = models.Constraint("unique(code)", "This scope exists already.")
