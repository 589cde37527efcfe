from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    cn285_ordinary_reason = fields.Char(
        string="Why Not Written Quickly",
        groups="base.group_user",
        copy=False,
        readonly=True,
        help="Where the invoice writer left the invoice to Odoo: the code of the reason, and its "
        "arguments.",
    )
