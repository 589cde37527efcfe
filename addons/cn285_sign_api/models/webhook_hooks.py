"""What becomes of signature requests, told in the transaction in which it happens."""

from odoo import api, models

from ..routers.signatures import show_requests

# States of which programs are told, by another name where theirs is one.
TOLD = {
    "sent": "sent",
    "signed": "completed",
    "declined": "declined",
    "expired": "expired",
    "cancelled": "cancelled",
    "replaced": "replaced",
}


class SignRequest(models.Model):
    _inherit = "cn285.sign.request"

    def _update_state(self, target, **values):
        result = super()._update_state(target, **values)
        if target in TOLD:
            self.env["cn285.webhook.event"]._tell(f"signature.{TOLD[target]}", self)
        return result


class WebhookEvent(models.Model):
    _inherit = "cn285.webhook.event"

    @api.model
    def _shown(self):
        return {**super()._shown(), "cn285.sign.request": show_requests}
