import logging
from datetime import timezone

import stripe
from odoo import models
from odoo.addons.cn285_payment.engine.declines import SEPA
from odoo.addons.payment import utils as payment_utils
from odoo.addons.payment_stripe.const import CURRENCY_DECIMALS
from odoo.addons.payment_stripe.controllers.main import StripeController
from odoo.addons.queue_job.exception import RetryableJobError

from ..engine.intents import (
    DECLINED,
    DONE,
    NOTHING,
    PENDING,
    answer_of,
    charged,
    of_reference,
)
from ..engine.means import sepa_reason

_logger = logging.getLogger(__name__)

# Clocks differ: how much earlier than our transaction Stripe may have made its intent.
CLOCKS = 3600  # seconds


class PaymentTransaction(models.Model):
    """What became of a transaction at Stripe: asked, or told by an event and taken over."""

    _inherit = "payment.transaction"

    # === ASKING === #

    def _cn285_ask_provider(self):
        """Ask Stripe for the intent of this transaction: by its id, else among the customer's.

        Stripe's search lags behind; the list of a customer's intents does not.
        """
        if self.provider_code != "stripe":
            return super()._cn285_ask_provider()
        self.ensure_one()
        try:
            if self.operation == "refund":
                return self._cn285_stripe_ask_refund()
            intent = self._cn285_stripe_intent()
        except (RetryableJobError, stripe.StripeError) as error:
            _logger.warning(
                "Stripe could not be asked about %s: %s", self.reference, type(error).__name__
            )
            return None
        answer = answer_of(intent)
        problem = intent and self._cn285_stripe_contradiction(intent)
        if problem:
            _logger.error("%s", problem)
            return None
        if answer.state != NOTHING:
            self._cn285_stripe_note(answer)
        return answer.state

    def _cn285_stripe_intent(self):
        """This transaction's intent as it is now, or None."""
        provider = self.provider_id
        if self._cn285_stripe_has_intent():
            return provider._cn285_stripe_fetch("payment_intents", self.provider_reference)
        # sudo: the customer's number at Stripe, as it stands in his means.
        customer = self.sudo().token_id.provider_ref
        if not customer:
            return None
        # The database's clock made it, this machine's sent it: whichever is behind.
        moments = [self.create_date, self.last_state_change]
        moments += self.cn285_attempt_ids.mapped("sent_at")
        since = int(min(filter(None, moments)).replace(tzinfo=timezone.utc).timestamp()) - CLOCKS
        client = provider._cn285_stripe_client()
        pages = client.v1.payment_intents.list(
            {"customer": customer, "created": {"gte": since}, "limit": 100}
        )
        intents = [intent.to_dict() for intent in pages.auto_paging_iter()]
        if len(charged(intents, self.reference)) > 1:
            _logger.error("Stripe charged %s more than once.", self.reference)
        return of_reference(intents, self.reference)

    def _cn285_stripe_has_intent(self):
        return (self.provider_reference or "").startswith("pi_")

    def _cn285_stripe_note(self, answer):
        """Keep what an answer tells besides the state."""
        values = {"provider_reference": answer.reference}
        if answer.state == DECLINED:
            is_debit = self.token_id and self.token_id._cn285_rail() == SEPA
            values |= {
                "cn285_code": (sepa_reason(answer.code) if is_debit else answer.code) or False,
                "cn285_advice": answer.advice or False,
            }
        # sudo: kept by the program, whoever pays.
        self.sudo().write(values)
        if answer.state == DECLINED:
            self.sudo().cn285_outcome = self._cn285_class_of_code()

    # === TAKING OVER === #

    def _cn285_stripe_lock(self):
        """Lock the transaction and its attempts; while its call is under way it answers itself.

        :raises RetryableJobError: another process holds one of them
        """
        attempts = self.cn285_attempt_ids
        free = len(attempts.try_lock_for_update(allow_referencing=True)) == len(attempts)
        if not free or not self.try_lock_for_update(allow_referencing=True):
            raise RetryableJobError(
                f"{self.reference} is being worked.", seconds=20, ignore_retry=True
            )
        self.invalidate_recordset()
        attempts.invalidate_recordset()

    def _cn285_stripe_contradiction(self, intent):
        """Why an intent cannot be this transaction's, in a clerk's words, or None.

        Money that came twice, or after we gave up, is nothing that a program decides on.
        """
        self.ensure_one()
        if answer_of(intent).state != DONE:
            return None
        if self._cn285_stripe_is_other_amount(intent):
            return self.env._(
                "%s: Stripe charged another amount than was asked for.", self.reference
            )
        if self.state == "done" and intent["id"] != self.provider_reference:
            return self.env._(
                "%(reference)s was paid twice at Stripe: by %(first)s and by %(second)s. Refund "
                "one of them.",
                reference=self.reference,
                first=self.provider_reference,
                second=intent["id"],
            )
        return None

    def _cn285_stripe_is_other_amount(self, intent):
        return (intent["amount"], intent["currency"].upper()) != (
            self._cn285_stripe_minor(),
            self.currency_id.name,
        )

    def _cn285_stripe_take_over(self, intent):
        """Take over what an intent says now; in whatever order events come, it is the same.

        :param dict intent: as Stripe has it now, with its payment method
        :returns: what changed in a few words, or None
        """
        self.ensure_one()
        self._cn285_stripe_lock()
        answer, was = answer_of(intent), self.state
        if was in ("done", "cancel") and answer.state != DONE:
            return None
        if answer.state == DECLINED and not self._cn285_stripe_refused(intent, answer):
            return None
        if answer.state == PENDING and was == "error":
            # Odoo goes from draft only: the answer of the call was lost, and the money is moving.
            self._set_pending(extra_allowed_states=("error",))
        elif answer.state == DONE and was == "cancel":
            self._set_done(extra_allowed_states=("cancel",))
        # First: the attempt reads it when the state changes.
        self._cn285_stripe_note(answer)
        data = {"reference": self.reference}
        StripeController._include_payment_intent_in_payment_data(intent, data)
        self._process("stripe", data)
        if self.state == was:
            return None
        return self.env._("%(reference)s: %(state)s", reference=self.reference, state=self.state)

    def _cn285_stripe_refused(self, intent, answer):
        """Whether a refusal is news of this transaction's own intent."""
        if self._cn285_stripe_has_intent() and self.provider_reference != intent["id"]:
            return False
        if intent.get("status") != "requires_payment_method" and self.state != "pending":
            return False  # the customer is still at it, or we withdrew it
        return bool(answer.code or intent.get("last_payment_error")) and self.state in (
            "draft",
            "pending",
        )

    def _cn285_stripe_take_over_setup(self, setup):
        """Take over means that were added, or that could not be.

        :returns: what changed in a few words, or None
        """
        self.ensure_one()
        self._cn285_stripe_lock()
        was = self.state
        if setup["status"] == "succeeded":
            data = {"reference": self.reference}
            StripeController._include_setup_intent_in_payment_data(setup, data)
            self._process("stripe", data)
        elif setup.get("last_setup_error"):
            self._set_error(setup["last_setup_error"].get("message") or "")
        if self.state == was:
            return None
        return self.env._("%(reference)s: %(state)s", reference=self.reference, state=self.state)

    def _cn285_stripe_minor(self):
        """The amount as Stripe counts it."""
        return payment_utils.to_minor_currency_units(
            self.amount,
            self.currency_id,
            arbitrary_decimal_number=CURRENCY_DECIMALS.get(self.currency_id.name),
        )
