"""The doors between the states of a quotation: its buttons, the customer's page, no bare write."""

from odoo import models
from odoo.addons.cn285_contract.models.common import STATE_DOOR, told_inside
from odoo.exceptions import UserError

# States that something hangs on: a contract, what was agreed. Sending is checked as it is written.
GUARDED = frozenset({"draft", "sale", "cancel"})
# The key by which a door is told; no remote call can give its value.
DOOR = "cn285_quote_door"


class SaleOrder(models.Model):
    """A quotation that is written *accepted* would have no contract, and none would be made."""

    _inherit = "sale.order"

    def action_confirm(self):
        """Odoo's, by the door."""
        return super(SaleOrder, self._cn285_through_door()).action_confirm()

    def _cn285_through_door(self):
        return self.with_context(**{DOOR: STATE_DOOR})

    def _cn285_is_past_doors(self):
        """Whether a state is written by hand where a contract hangs on it."""
        inside = self.env.su or told_inside(self.env, DOOR)
        return bool(self.cn285_kind) and not inside

    def _cn285_refuse_new_states(self):
        """Refuse users new quotations that are accepted already.

        :raises UserError: naming the quotation
        """
        if self.env.su or told_inside(self.env, DOOR):
            return
        for order in self.filtered(lambda order: order.state not in ("draft", "sent")):
            if any(line._cn285_recurs() for line in order.order_line):
                order._cn285_refuse_state()

    def _cn285_refuse_by_hand(self, vals):
        """Refuse users to write a state past the buttons.

        :raises UserError: naming the quotation
        """
        if vals.get("state") not in GUARDED:
            return
        for order in self:
            if order.state != vals["state"] and order._cn285_is_past_doors():
                order._cn285_refuse_state()

    def _cn285_refuse_state(self):
        self.ensure_one()
        raise UserError(
            self.env._(
                "%s is accepted, cancelled or made a draft again by its buttons: a contract hangs "
                "on it.",
                self.name,
            )
        )
