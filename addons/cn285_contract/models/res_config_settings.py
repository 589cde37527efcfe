from odoo import fields, models

from .held_mail import SEND_ANYWAY


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cn285_tz = fields.Selection(related="company_id.cn285_tz", readonly=False, required=True)
    cn285_horizon_months = fields.Integer(related="company_id.cn285_horizon_months", readonly=False)
    cn285_daily_billing = fields.Boolean(related="company_id.cn285_daily_billing", readonly=False)
    cn285_daily_post = fields.Boolean(related="company_id.cn285_daily_post", readonly=False)
    cn285_batch_size = fields.Integer(related="company_id.cn285_batch_size", readonly=False)
    cn285_change_day = fields.Selection(related="company_id.cn285_change_day", readonly=False)
    cn285_end_day = fields.Selection(related="company_id.cn285_end_day", readonly=False)
    cn285_change_billing = fields.Selection(
        related="company_id.cn285_change_billing", readonly=False
    )
    cn285_backdate_days = fields.Integer(related="company_id.cn285_backdate_days", readonly=False)
    cn285_test_database = fields.Boolean(
        string="Test Database",
        help="The company's clock can be moved ahead. Never mark a database that is in production.",
    )
    cn285_test_database_mails = fields.Boolean(
        string="Send E-Mails",
        config_parameter=SEND_ANYWAY,
        help="Send the e-mails of this test database, to try out a mail server that nobody reads. "
        "E-mails that time travel causes are never sent.",
    )

    def get_values(self):
        values = super().get_values()
        values["cn285_test_database"] = self.env["res.company"]._cn285_is_test_database()
        return values

    def set_values(self):
        result = super().set_values()
        companies = self.env["res.company"]
        if self.cn285_test_database != companies._cn285_is_test_database():
            companies._cn285_mark_test_database(self.cn285_test_database)
        return result
