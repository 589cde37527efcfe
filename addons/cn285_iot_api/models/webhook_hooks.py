"""What devices become, and what their networks say, told in the transaction in which it happens."""

from odoo import api, models

from ..routers.devices import show_devices


class Device(models.Model):
    _inherit = "cn285.device"

    def _update_state(self, target, day=None, reason=None, **values):
        moved = super()._update_state(target, day, reason, **values)
        # sudo: programs are told, whoever has done it
        self.env["cn285.webhook.event"]._tell(f"device.{target}", moved.sudo())
        return moved

    def _heard(self, state):
        """A network that says twice what it has said already is told of once."""
        # sudo: as above
        news = self.sudo().filtered(lambda device: device.network_state != state)
        # Told before what follows from it: what waited for the network begins.
        self.env["cn285.webhook.event"]._tell(f"device.network_{state}", news)
        return super()._heard(state)


class WebhookEvent(models.Model):
    _inherit = "cn285.webhook.event"

    @api.model
    def _shown(self):
        return {**super()._shown(), "cn285.device": show_devices}
