"""Mandates that are signed and revoked, told in the transaction in which it happens."""

from odoo import api, models

from ..routers.mandates import show_mandates


class SepaMandate(models.Model):
    _inherit = "cn285.sepa.mandate"

    def _sign(self, day, how, by=None, proof=None):
        result = super()._sign(day, how, by, proof)
        self.env["cn285.webhook.event"]._tell("mandate.signed", self)
        return result

    def _revoke(self, reason):
        revoked = self.filtered(lambda mandate: mandate.state in ("draft", "active"))
        result = super()._revoke(reason)
        self.env["cn285.webhook.event"]._tell("mandate.revoked", revoked)
        return result


class WebhookEvent(models.Model):
    _inherit = "cn285.webhook.event"

    @api.model
    def _shown(self):
        return {**super()._shown(), "cn285.sepa.mandate": show_mandates}
