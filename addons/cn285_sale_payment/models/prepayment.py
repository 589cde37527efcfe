from odoo import models
from odoo.addons.cn285_contract.models.common import insert_steps
from odoo.addons.cn285_payment.engine.prepayment import last_day


class Prepayment(models.Model):
    """What was paid for a quotation accepts it: a step of its own, before the contract starts."""

    _inherit = "cn285.prepayment"

    def _steps(self):
        return insert_steps(super()._steps(), [self._step_accept], before=self._step_confirm)

    def _step_accept(self):
        """The quotation is accepted and its contract confirmed, once; else it is told why not.

        An acceptance whose contract cannot start stays, as the payment does: see
        ``sale.order._cn285_activate``.
        """
        order = self.contract_id.order_id
        if not order or self.contract_id.state != "draft":
            return True
        for transaction in self.transaction_ids.filtered("payment_id"):
            transaction.sale_order_ids |= order
        if order.state != "sale":
            order._cn285_signed()._validate_order()
        elif order.cn285_activation != "done":
            order._cn285_signed()._cn285_activate()
        if order.cn285_activation == "waiting":
            # The quotation's own activity tells it.
            reason = order.cn285_activation_error or ""
            self._inside().write({"message": reason[:500], "is_told": True})
            return False
        return True

    def _due(self):
        """Of what is due at the start, the part that the quotation asks for."""
        due, order = super()._due(), self.contract_id.order_id
        starts = order and self.contract_id.state == "draft"
        return order._cn285_asked_part(due) if starts else due

    def _obstacle(self):
        """Also a quotation that is over, in the customer's words."""
        order = self.contract_id.order_id
        if order and self.state == "open" and order.state in ("draft", "sent"):
            if order.cn285_superseded_by_id:
                return self.env._("This quotation was replaced by another one: do not pay for it.")
            if order.is_expired:
                return self.env._("This quotation has expired. Please ask us for a new one.")
        return super()._obstacle()

    def _renew_link(self):
        """A link that is asked for again is valid for its days from today on."""
        for prepayment in self.filtered(lambda one: one.state == "open"):
            company = prepayment.company_id
            expiry = last_day(company._cn285_today(), company.cn285_link_days)
            if prepayment.expiry != expiry:
                prepayment._inside().write({"expiry": expiry})
