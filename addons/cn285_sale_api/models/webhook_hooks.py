"""What becomes of quotations, told in the transaction in which it happens."""

from odoo import api, models

from ..routers.quote_views import show_quotes

# In the context of whoever cancels: why. What a remote call says here alters no more than a name.
DECLINED = "cn285_declined"
REPLACED = "cn285_replaced"
STATES = {"sent": "sent", "sale": "accepted"}
ACTIVATIONS = {"done": "activated", "waiting": "not_activated"}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    _cn285_changed_idx = models.Index("(write_date, id) WHERE cn285_kind IS NOT NULL")

    def write(self, vals):
        moved = self._api_moved("state", vals), self._api_moved("cn285_activation", vals)
        result = super().write(vals)
        states, activations = moved
        states._api_tell(self._api_state_name(vals.get("state")))
        activations._api_tell(ACTIVATIONS.get(vals.get("cn285_activation")))
        return result

    def _api_moved(self, name, vals):
        """Those whose value changes."""
        if name not in vals:
            return self.browse()
        return self.filtered(lambda order: order[name] != vals[name])

    def _api_state_name(self, state):
        if state != "cancel":
            return STATES.get(state)
        if self.env.context.get(REPLACED):
            return "replaced"
        return "declined" if self.env.context.get(DECLINED) else "cancelled"

    def _api_tell(self, name):
        """Note what happened to quotations of contracts; other orders are nobody's matter here."""
        if not name or not self:
            return
        # sudo: whoever accepts a quotation need not see the events.
        events = self.env["cn285.webhook.event"].sudo()
        events._tell(f"quote.{name}", self.filtered("cn285_kind"))

    def action_cn285_new_version(self):
        """The old version was replaced, not cancelled."""
        return super(SaleOrder, self.with_context(**{REPLACED: True})).action_cn285_new_version()


class WebhookEvent(models.Model):
    _inherit = "cn285.webhook.event"

    @api.model
    def _shown(self):
        shown = {"sale.order": lambda records: show_quotes(records, {"lines"})}
        return {**super()._shown(), **shown}
