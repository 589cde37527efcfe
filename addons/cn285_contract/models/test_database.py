from odoo import api, fields, models
from odoo.exceptions import AccessError

# Kept from when only time travel knew test databases.
MARK = "cn285_time_travel.test_database"


class ResCompany(models.Model):
    """Whether the database is one for tests, which may make what must never be made in earnest."""

    _inherit = "res.company"

    @api.model
    def _cn285_is_test_database(self):
        """Whether the database is marked as a test.

        The mark names the database, so that neither a copy of it nor a production database into
        which its data are restored is taken for a test.
        """
        # sudo: one technical parameter is compared with another; nothing of them is shown.
        parameters = self.env["ir.config_parameter"].sudo()
        mark = parameters.get_param(MARK)
        return bool(mark) and mark == parameters.get_param("database.uuid")

    @api.model
    def _cn285_mark_test_database(self, marked=True):
        """Mark this database as a test, or not any more."""
        if not self.env.is_system():
            raise AccessError(self.env._("Only administrators mark a database as a test."))
        parameters = self.env["ir.config_parameter"]
        return parameters.set_param(MARK, marked and parameters.get_param("database.uuid"))

    @api.model
    def _cn285_posts_ahead(self):
        """Whether runs post invoices of days to come: only where no customer gets them.

        That is a database marked as a test, or made with Odoo's demonstration data.
        """
        # sudo: a flag of one module, which is no secret.
        base = self.env["ir.module.module"].sudo().search([("name", "=", "base")])
        return base.demo or self._cn285_is_test_database()


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    cn285_test_database = fields.Boolean(
        string="Test Database",
        help="Invoices of days to come can be posted. Never mark a database that is in production.",
    )

    def get_values(self):
        values = super().get_values()
        values["cn285_test_database"] = self.env["res.company"]._cn285_is_test_database()
        return values

    def set_values(self):
        """Apply these settings, for administrators.

        Odoo asks who it is in ``execute`` alone, which calls this one. A remote call of this one,
        of no record, would set all settings back, and Odoo writes them as superuser.

        :raises AccessError: for anybody else
        """
        if not self.env.is_admin():
            raise AccessError(self.env._("Only administrators change the settings."))
        result = super().set_values()
        companies = self.env["res.company"]
        if self.cn285_test_database != companies._cn285_is_test_database():
            companies._cn285_mark_test_database(self.cn285_test_database)
        return result
