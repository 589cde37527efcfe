"""What a program does with a quotation, where the seller's buttons do not do it alone."""

from odoo import models
from odoo.addons.cn285_sign.models.contract import SIGNED
from odoo.addons.cn285_sign_api.models.asked import KEY
from odoo.addons.cn285_sign_api.routers.asking import Side
from odoo.exceptions import UserError

from .webhook_hooks import DECLINED


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _api_signatures(self):
        """``{id: its last signature request}``; who may read the quotation is told its state."""
        # sudo: that it is being signed, and how far, is told with the quotation; nothing else is.
        found = (
            self.env["cn285.sign.request"].sudo().search([("order_id", "in", self.ids)], order="id")
        )
        return {one.order_id.id: one for one in found}

    def _api_sign_side(self):
        """Who may sign it, and what rule asks for it: see ``asking.asked_of``."""
        self.ensure_one()
        customers = self.partner_id | self.partner_invoice_id
        return Side(self._cn285_sign_rule(), self.company_id, customers)

    def _api_refuse_expired(self):
        """Refuse what the customer could not accept on its page any more.

        :raises UserError: in a seller's words
        """
        self.ensure_one()
        if self.validity_date and self.validity_date < self.company_id._cn285_today():
            raise UserError(self.env._("%s has expired: give it a new date first.", self.name))

    def _api_check(self, signed=False):
        """Refuse what neither could be sent nor accepted today.

        :param signed: whether its signature is what accepts it
        :raises UserError: in a seller's words
        """
        self._api_refuse_expired()
        order = self.with_context(cn285_signed=SIGNED) if signed else self
        reason = order._confirmation_error_message()
        if reason:
            raise UserError(reason)

    def _api_accept(self):
        """Accept it, as the customer has said yes.

        :raises UserError: where it cannot be accepted, or has expired
        """
        self._api_refuse_expired()
        self.action_confirm()

    def _api_send(self, asked=None, email=True):
        """Send it: for signature where that is asked for or a rule wants it, else by mail.

        :param asked: an ``Asked``
        :raises UserError: where it cannot be accepted, or nobody can be asked
        """
        self.ensure_one()
        self.check_access("write")
        self._api_refuse_expired()
        if asked or self._cn285_sign_rule():
            self.with_context(**({KEY: asked} if asked else {}))._cn285_send_for_signature()
            return
        reason = self._confirmation_error_message()
        if reason:
            raise UserError(reason)
        if email:
            template = self._find_mail_template()
            if not template:
                raise UserError(self.env._("The e-mail template of quotations is not there."))
            if not self.partner_id.email:
                raise UserError(
                    self.env._("%s has no e-mail address.", self.partner_id.display_name)
                )
            self._portal_ensure_token()
            # By Odoo's queue of mails: whoever calls does not wait for a mail server.
            self.with_context(mail_notify_force_send=False).message_post_with_source(
                template,
                email_layout_xmlid="mail.mail_notification_layout_with_responsible_signature",
                subtype_xmlid="mail.mt_comment",
            )
        if self.state == "draft":
            self.action_quotation_sent()

    def _cn285_declined(self, words, reason=None):
        """Programs are told that the customer declined, on his page too."""
        order = self.with_context(**{DECLINED: True})
        return super(SaleOrder, order)._cn285_declined(words, reason)

    def _api_decline(self, reason=None):
        """The customer does not want it: it is cancelled; its log, and its opportunity, say why."""
        self.ensure_one()
        self.check_access("write")
        self._cn285_declined(reason or "")
        said = self.env._("Declined by the customer.")
        self.message_post(body=f"{said} {reason}" if reason else said)
