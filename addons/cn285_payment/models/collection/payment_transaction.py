import re

import requests
from odoo import api, fields, models
from odoo.addons.cn285_contract.models.guarded import is_for_staff, refuse_kept_links
from odoo.exceptions import ValidationError

from ...engine.declines import CARD, UNKNOWN, classify, classify_status

# References that attempts and refunds have: the letter, the id of the document, a number.
OURS = re.compile(r"[CR][0-9]+(-[0-9]+)?")


class PaymentTransaction(models.Model):
    """What a provider's answer means, kept where Odoo keeps its text only."""

    _inherit = "payment.transaction"

    cn285_attempt_ids = fields.One2many(
        "cn285.payment.attempt", "transaction_id", string="Attempts", readonly=True
    )
    cn285_outcome = fields.Selection(
        [
            ("declined", "Declined, May Succeed Later"),
            ("customer", "The Customer Must Act"),
            ("hard", "Never With These Means"),
            ("unknown", "Not Known"),
            ("technical", "The Provider Was Busy"),
            ("config", "Our Mistake"),
        ],
        string="Meaning of the Answer",
        readonly=True,
        copy=False,
    )
    cn285_code = fields.Char(string="Reason of the Refusal", readonly=True, copy=False)
    cn285_advice = fields.Char(string="Advice of the Issuer", readonly=True, copy=False)

    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and not is_for_staff(self, field)

    def write(self, vals):
        refuse_kept_links(self, vals)
        return super().write(vals)

    def _send_api_request(self, method, endpoint, **kwargs):
        """Odoo's, which takes a time-out for a refusal: what really became is kept here.

        :raises ValidationError: as Odoo's
        """
        try:
            return super()._send_api_request(method, endpoint, **kwargs)
        except ValidationError as error:
            # sudo: kept by the program, whoever pays.
            self.sudo().write(self._cn285_classified(error.__context__))
            raise

    def _cn285_classified(self, cause):
        """Values of what a failed request means.

        :param cause: the exception behind Odoo's, None where there is none
        """
        response = getattr(cause, "response", None)
        if isinstance(cause, requests.HTTPError) and response is not None:
            details = self._cn285_refusal(response)
            outcome = classify_status(
                response.status_code, details.get("cn285_code"), details.get("cn285_advice")
            )
            return {"cn285_code": False, "cn285_advice": False, **details, "cn285_outcome": outcome}
        return {"cn285_outcome": UNKNOWN, "cn285_code": False, "cn285_advice": False}

    def _cn285_refusal(self, response):
        """Hook: what a provider's answer that is no success says, besides its status.

        Understands the form that Stripe and those that follow it use; never raises.

        :param response: a ``requests.Response``
        :returns: values of ``cn285_code``, ``cn285_advice`` and, where the provider names its own
            record of it, ``provider_reference``
        """
        try:
            error = response.json()["error"]
            code = error.get("decline_code") or error.get("code")
            advice = error.get("advice_code")
        except (ValueError, KeyError, TypeError, AttributeError):
            return {}
        found = {"cn285_code": code, "cn285_advice": advice}
        return {name: value[:64] for name, value in found.items() if isinstance(value, str)}

    def _cn285_ask_provider(self):
        """Hook: ask the provider what became of this transaction, by its reference.

        What it tells besides (its own reference, code and advice of a refusal) is written to the
        transaction; its state is the caller's.

        :returns: ``done``, ``declined``, ``pending``, ``nothing`` (the provider knows of none: the
            same transaction may be sent again), or None where it cannot be asked or does not answer
        """
        self.ensure_one()
        return None

    def _cn285_meaning(self):
        """The class of a refused transaction, one of :mod:`engine.declines`.

        Refusals of which the provider says nothing more, such as the demonstration's, may succeed
        later.
        """
        self.ensure_one()
        return self.cn285_outcome or self._cn285_class_of_code()

    def _cn285_class_of_code(self):
        """The class of what was refused, by its code and the issuer's advice."""
        self.ensure_one()
        rail = self.token_id._cn285_rail() if self.token_id else CARD
        return classify(self.cn285_code, self.cn285_advice, rail)

    def _cn285_withdraw(self):
        """Hook: have the provider forget what was refused and the customer could still confirm.

        Called before the invoice is charged anew, and when it was paid otherwise. Raises where the
        provider does not say that it is withdrawn: then nothing else is charged.
        """
        self.ensure_one()

    # === NAMES === #

    @api.model
    def _compute_reference(self, provider_code, prefix=None, separator="-", **kwargs):
        """Odoo's; but none that attempts and refunds of ours will have.

        Customers' browsers say how their payments are called. One who took the names of the
        attempts to come could not be charged any more, nor anybody whose names he guessed.
        """
        compute = super()._compute_reference
        reference = compute(provider_code, prefix=prefix, separator=separator, **kwargs)
        if OURS.fullmatch(reference):
            return compute(provider_code, prefix=f"tx-{reference}", separator=separator, **kwargs)
        return reference

    # === ATTEMPTS FOLLOW === #

    def _set_pending(self, *, state_message=None, extra_allowed_states=()):
        """Odoo's; what was not known may turn out to be under way."""
        asked = self.filtered(lambda tx: any(one._is_asked_for() for one in tx.cn285_attempt_ids))
        result = self.browse()
        for transactions, more in ((asked, ("error",)), (self - asked, ())):
            if transactions:
                result |= super(PaymentTransaction, transactions)._set_pending(
                    state_message=state_message,
                    extra_allowed_states=(*extra_allowed_states, *more),
                )
        return result

    def _update_state(self, allowed_states, target_state, state_message):
        """Odoo's; attempts follow what providers tell by themselves."""
        changed = super()._update_state(allowed_states, target_state, state_message)
        if not self.env.context.get("cn285_sending"):
            # sudo: attempts follow, whoever pays or tells.
            changed.sudo().cn285_refund_ids._note_answer()
            changed.sudo()._cn285_follow_prepayments()
            followed = changed.sudo().cn285_attempt_ids._follow_transaction()
            if followed:
                collection = self.env["cn285.collection"].sudo()
                collection.with_delay(
                    channel="root.collection",
                    description=self.env._("Book payments that were answered late"),
                )._job_settle(followed.ids)
        return changed

    def _post_process(self):
        """Odoo's; attempts whose transactions are booked here have their payments.

        And top-ups of wallets that they pay are the customer's, or are taken out if paid back.
        """
        # sudo: the invoices of top-ups that are paid, whoever books.
        self.sudo()._cn285_issue_topups()
        result = super()._post_process()
        # sudo: attempts and top-ups follow, whoever books.
        self.sudo().cn285_attempt_ids._take_payments()
        self.sudo()._cn285_settle_topups()
        self.sudo()._cn285_refund_topups()
        self.sudo()._cn285_settle_prepayments()
        self.sudo().cn285_refund_ids._settle_refunds()
        return result

    def _log_sent_message(self):
        """Odoo's, but for attempts: see below."""
        # sudo: as below.
        return super(
            PaymentTransaction, self.filtered(lambda tx: not tx.sudo().cn285_attempt_ids)
        )._log_sent_message()

    def _log_message_on_linked_documents(self, message):
        """Odoo's, but for attempts: the invoice lists these, and a note of each costs time."""
        # sudo: whether there are attempts, of whomever.
        if self.sudo().cn285_attempt_ids:
            return None
        return super()._log_message_on_linked_documents(message)
