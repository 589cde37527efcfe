"""Signed, then paid: how a customer gives what is asked for, and what acceptance makes of it."""

from odoo import models
from odoo.addons.cn285_payment.models.prepayment.initiation import MEANS, WAITING_FOR
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _cn285_start_paying(self):
        """Draft the contract, once, and say where what it asks for is paid, or added.

        :returns: the path of the page of its prepayment
        :raises UserError: where nothing is to be given, or it is not signed yet
        """
        self.ensure_one()
        # sudo: a customer makes no contract; what follows is what he accepts.
        order = self.sudo().with_company(self.company_id)
        order.flush_recordset()
        order.lock_for_update(allow_referencing=True)
        order.invalidate_recordset(["cn285_contract_id", "state"])
        reason = order._cn285_signed()._confirmation_error_message()
        if reason:
            raise UserError(reason)
        if order._has_to_be_signed() or not order._has_to_be_paid():
            raise UserError(self.env._("%s is not to be paid now.", order.name))
        return order._cn285_ask_for_start()._page()

    def _cn285_ask_for_start(self):
        """What the contract waits for, asked for anew where the link was over."""
        self.ensure_one()
        contract = self._cn285_make_contract()
        prepayment = self.env["cn285.prepayment"].sudo()._start(contract)
        prepayment._renew_link()
        return prepayment

    # === WHAT ACCEPTANCE MAKES OF IT === #

    def _sign_completed(self, request):
        """All have signed: what asks for a payment is accepted once it was paid."""
        order = self.sudo()  # sudo: as the method that is overridden
        if order.state == "sale" or not order._cn285_asks() or order._cn285_is_given():
            return super()._sign_completed(request)
        signer = request.signer_ids.filtered(lambda one: one.role == "customer")[:1]
        order.write({"signed_by": signer.signed_name, "signed_on": self.env.cr.now()})
        order._cn285_send_start()
        return None

    def _cn285_send_start(self):
        """Write to the customer by which link what is asked for is given."""
        prepayment = self._cn285_ask_for_start()
        if prepayment.partner_id.email:
            prepayment._send_link()

    def _cn285_confirm_contract(self, contract):
        """Confirm what was paid; ask for what was not: the contract stays a draft until then."""
        if contract.state != "draft" or contract.initiation not in WAITING_FOR:
            return super()._cn285_confirm_contract(contract)
        # sudo: what came for it, whoever accepts.
        paid = contract.sudo()._waiting_prepayments().filtered(lambda one: one.state == "paid")
        if paid:
            paid._check_enough()
            paid._give_means()
            return super()._cn285_confirm_contract(contract._begun())
        if contract.initiation == MEANS and contract._means_to_start():
            return super()._cn285_confirm_contract(contract)
        self._cn285_send_start()
        return None

    def action_cn285_activate(self):
        """Try again; what was paid for it pays its first invoice at once."""
        result = super().action_cn285_activate()
        for order in self:
            order._cn285_prepayment().filtered(lambda one: one.state == "paid")._delay_advance()
        return result

    def _cn285_start_url(self):
        """The address of the page on which it is paid, or means are added."""
        prepayment = self._cn285_prepayment()
        if prepayment.state != "open":
            return super()._cn285_start_url()
        return f"{prepayment.get_base_url()}{prepayment._page()}"

    def _cn285_alike(self):
        """Those that wait for means or a payment go their own way."""
        return super()._cn285_alike().filtered(lambda order: not order._cn285_asks())

    def _cn285_activation_reached(self):
        """Not activated before it is paid."""
        contract = self.cn285_contract_id
        if contract.state == "draft" and contract.initiation in WAITING_FOR:
            return "unpaid"
        return super()._cn285_activation_reached()

    def _cn285_not_activated(self, reason):
        """With what was paid for it: that stays a credit of the customer until it starts."""
        prepayment = self._cn285_prepayment()
        if prepayment and prepayment.currency_id.compare_amounts(prepayment.amount_paid, 0) > 0:
            reason = self.env._(
                "%(reason)s %(amount)s was paid: it stays a credit of %(customer)s, and pays the "
                "first invoice as soon as the contract starts.",
                reason=reason,
                amount=prepayment.currency_id.format(prepayment.amount_paid),
                customer=prepayment.partner_id.display_name,
            )
        return super()._cn285_not_activated(reason)

    def _can_be_edited_on_portal(self):
        """Odoo's; not what somebody pays for."""
        return super()._can_be_edited_on_portal() and not self._cn285_prepayment()
