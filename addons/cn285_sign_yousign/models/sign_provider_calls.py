"""Where Yousign is called, and whether an answer is believed: keys stay in here."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.urls import urljoin

from ..engine.webhook import is_signed
from ..transport import Client

ADDRESSES = {
    "production": "https://api.yousign.app/v3",
    "sandbox": "https://api-sandbox.yousign.app/v3",
}
# Honoured in databases that are marked as a test, for the sandbox: a server to try against.
BASE_ADDRESS = "cn285_sign_yousign.base_address"


class SignProvider(models.Model):
    _inherit = "cn285.sign.provider"

    def _yousign_client(self):
        """Who calls Yousign with this provider's key.

        :raises UserError: without a key; in a test database, with one for production
        """
        self.ensure_one()
        # sudo: the key is the administrators'; who sends a contract has it used, and never sees it.
        key = (self.sudo().yousign_api_key or "").strip()
        if not key or not key.isascii() or not key.isprintable():
            raise UserError(
                self.env._("%s has no valid API key: an administrator enters it.", self.name)
            )
        if self._yousign_is_test() and self.yousign_environment == "production":
            raise UserError(
                self.env._(
                    "This database is marked as a test: nothing is sent to Yousign for signatures "
                    "in earnest. Take the sandbox."
                )
            )
        return Client(self._yousign_address(), key)

    @api.model
    def _yousign_is_test(self):
        return self.env["res.company"]._cn285_is_test_database()

    def _yousign_address(self):
        """Where this provider's calls go."""
        if self.yousign_environment == "sandbox" and self._yousign_is_test():
            # sudo: an address, of which nothing is shown.
            address = self.env["ir.config_parameter"].sudo().get_param(BASE_ADDRESS)
            if address:
                return urljoin(address, "/v3")
        return ADDRESSES[self.yousign_environment]

    def _yousign_has_signed(self, body, header):
        self.ensure_one()
        return is_signed(body, header, self.sudo().yousign_webhook_secret)  # sudo: compared only
