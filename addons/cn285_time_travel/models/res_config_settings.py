from odoo import fields, models

from .held_mail import SEND_ANYWAY


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cn285_test_database_mails = fields.Boolean(
        string="Send E-Mails",
        config_parameter=SEND_ANYWAY,
        help="Send the e-mails of this test database, to try out a mail server that nobody reads. "
        "E-mails that time travel causes are never sent.",
    )
