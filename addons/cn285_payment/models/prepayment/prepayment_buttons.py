from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ...engine.prepayment import last_day
from .initiation import MEANS, WAITING_FOR

MANAGERS = "cn285_contract.group_billing_manager"


class Prepayment(models.Model):
    """What clerks do with prepayments; money is moved by billing managers alone."""

    _inherit = "cn285.prepayment"

    def _checked(self, states, is_money=True):
        """These for who may: :raises AccessError: or UserError where it is too late for it."""
        if is_money and not self.env.su and not self.env.user.has_group(MANAGERS):
            raise AccessError(self.env._("Only billing managers move money."))
        self.check_access("read")
        self.contract_id.check_access("write")
        labels = dict(self._fields["state"]._description_selection(self.env))
        for prepayment in self:
            if prepayment.state not in states:
                raise UserError(
                    self.env._(
                        "%(name)s is “%(state)s”: that cannot be done any more.",
                        name=prepayment.name,
                        state=labels[prepayment.state],
                    )
                )
        # sudo: checked above; prepayments are written by the program alone.
        return self.sudo()

    def action_send(self):
        """Write to the payer, with the link, what is asked for."""
        for prepayment in self._checked(("open",), is_money=False):
            if not prepayment.partner_id.email:
                raise UserError(
                    self.env._(
                        "%s has no e-mail address to which a link could be sent. Copy the link "
                        "from the prepayment.",
                        prepayment.partner_id.display_name,
                    )
                )
            prepayment._send_link()
        return _told(self.env._("The link was sent."))

    def _send_link(self):
        """Write what is asked for by now; the link is valid for its days from today on."""
        self._refresh_amount()
        company = self.company_id
        expiry = last_day(company._cn285_today(), company.cn285_link_days)
        self._inside().write({"expiry": expiry})
        self._mail("cn285_payment.mail_template_prepayment")
        self.contract_id.message_post(
            body=self.env._("%s: a link was sent to the payer.", self.name)
        )

    def action_withdraw(self):
        """The link is no more; what the customer has begun to pay may still arrive."""
        for prepayment in self._checked(("open", "pending"), is_money=False):
            prepayment._inside().write({"state": "cancelled"})
            prepayment.contract_id.message_post(
                body=self.env._("%s: its link was withdrawn.", prepayment.name)
            )
        return True

    def action_charge(self):
        """Charge the payer's means on file for what is due at the start."""
        self.ensure_one()
        prepayment = self._checked(("open",))
        token = prepayment.contract_id._payment_token()
        if not token:
            raise UserError(
                self.env._(
                    "%s has no means of payment that could be charged.",
                    prepayment.partner_id.display_name,
                )
            )
        prepayment._charge(token)
        return _told(prepayment._state_told(), is_good=prepayment.state == "done")

    def action_receive(self):
        """Open the dialog of a payment that was received."""
        self.ensure_one()
        self._checked(("open", "pending", "paid", "expired"))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payment Received"),
            "res_model": "cn285.prepayment.receive",
            "view_mode": "form",
            "target": "new",
            "context": {"default_prepayment_id": self.id},
        }

    def action_retry(self):
        """Go on with what was paid, now."""
        self.ensure_one()
        prepayment = self._checked(("open", "pending", "paid", "to_return"), is_money=False)
        if prepayment.state == "to_return":
            prepayment._use_again()
        prepayment._look_at_payments()
        if prepayment.state == "paid":
            prepayment._advance()
        return _told(prepayment._state_told(), is_good=prepayment.state == "done")

    def action_activate_anyway(self):
        """The contract starts although less was paid than is due: the rest is on its invoice."""
        self.ensure_one()
        prepayment = self._checked(("paid",))
        prepayment._inside().write({"accepted_by_id": self.env.uid})
        prepayment._advance()
        return _told(prepayment._state_told(), is_good=prepayment.state == "done")

    def action_ask_rest(self):
        """Ask the payer for what is missing by now."""
        self.ensure_one()
        prepayment = self._checked(("paid",))
        prepayment._refresh_amount()
        if prepayment.currency_id.is_zero(prepayment.amount):
            raise UserError(self.env._("%s: nothing is missing.", prepayment.name))
        prepayment._inside().write({"state": "open", "message": False, "is_told": False})
        prepayment._send_link()
        return _told(self.env._("The link was sent."))

    def action_was_paid(self):
        """The provider's own pages show the payment: it is booked, and the contract starts."""
        for prepayment in self._checked(("pending",)):
            for transaction in prepayment._unknown_transactions():
                transaction._set_done(
                    state_message=self.env._("Found at the provider by %s", self.env.user.name)
                )
            prepayment._look_at_payments()
        return True

    def action_was_not_paid(self):
        """The provider's own pages show no such payment: the customer may pay again."""
        for prepayment in self._checked(("pending",)):
            for transaction in prepayment._unknown_transactions():
                message = self.env._("Not found at the provider by %s", self.env.user.name)
                transaction.write({"cn285_outcome": "declined"})
                if transaction.state == "draft":
                    transaction._set_error(message)
            prepayment._look_at_payments()
        return True

    def _unknown_transactions(self):
        """Charges of which nobody knows what became.

        :raises UserError: where there are none
        """
        found = self.transaction_ids.filtered(
            lambda one: one.operation == "offline" and one._cn285_is_unknown()
        )
        if not found:
            raise UserError(self.env._("%s: it is known what became of its payment.", self.name))
        return found

    def action_give_back(self):
        """Pay what is left back to the means that paid it."""
        for prepayment in self._checked(("to_return", "done")):
            prepayment._give_back()
        return True

    def action_keep(self):
        """What is left stays a credit of the payer."""
        for prepayment in self._checked(("to_return",)):
            prepayment._keep()
        return True

    def action_view_contract(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "cn285.contract",
            "res_id": self.contract_id.id,
            "view_mode": "form",
        }

    def _state_told(self):
        """What came of it, in a line."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        return f"{self.name}: {labels[self.state]}. {self.message or ''}".strip()


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _cn285_authorships(self):
        return [*super()._cn285_authorships(), ("cn285.prepayment", "accepted_by_id")]


class Contract(models.Model):
    _inherit = "cn285.contract"

    def action_initiate(self):
        """Ask the payer for means, or for the payment of what is due first, by a link.

        Where he has means already, and nothing more is asked for, the contract is confirmed.

        :returns: the action that opens what was asked for
        :raises UserError: where the contract cannot be started like this
        """
        self.ensure_one()
        self.check_access("write")
        self._check_to_initiate()
        if self.initiation == MEANS and self._means_to_start():
            return self.action_confirm_asking()
        prepayment = self.env["cn285.prepayment"]._start(self)
        if prepayment.state == "open" and prepayment.partner_id.email:
            prepayment._send_link()
        return self.action_view_prepayments()

    def _check_to_initiate(self):
        if self.state != "draft" or self.initiation not in WAITING_FOR:
            raise UserError(
                self.env._("Contract %s waits for no payment before it starts.", self.name)
            )
        if not self.item_ids:
            raise UserError(
                self.env._(
                    "Contract %s has no items: add what is sold before confirming it.", self.name
                )
            )

    def action_confirm_unpaid(self):
        """Confirm a draft without the payment or the means that it waits for.

        :raises AccessError: where the user is no billing manager
        """
        self.ensure_one()
        if not self.env.su and not self.env.user.has_group(MANAGERS):
            raise AccessError(self.env._("Only billing managers confirm without a payment."))
        self.check_access("write")
        self._begun().action_confirm()
        # sudo: what no link is needed for any more.
        self.sudo().prepayment_ids._not_needed()
        self.message_post(body=self.env._("Confirmed without the payment that it waited for."))
        return True

    def action_view_prepayments(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_payment.action_prepayment")
        action["domain"] = [("contract_id", "=", self.id)]
        action["context"] = {}
        if len(self.prepayment_ids) == 1:
            action["views"] = [
                (self.env.ref("cn285_payment.view_prepayment_form").id, "form"),
            ]
            action["res_id"] = self.prepayment_ids.id
        return action


def _told(message, is_good=True):
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": "success" if is_good else "warning",
            "message": message,
            "next": {"type": "ir.actions.client", "tag": "soft_reload"},
        },
    }
