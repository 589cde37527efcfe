from odoo import fields, models
from odoo.addons.cn285_payment.models.prepayment.initiation import MEANS, NOTHING, PAID

# What a company's quotations may ask for where they have no contract template.
ASKED = [
    (NOTHING, "Nothing Before"),
    (MEANS, "Means of Payment First"),
    (PAID, "Paid First"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    cn285_quote_initiation = fields.Selection(
        ASKED,
        string="Quotations Start With",
        default=NOTHING,
        required=True,
        help="What quotations without a contract template ask for before their contract starts.",
    )


class ResConfigSettings(models.TransientModel):  # pylint: disable=no-wizard-in-models
    _inherit = "res.config.settings"

    cn285_quote_initiation = fields.Selection(
        related="company_id.cn285_quote_initiation", readonly=False
    )
