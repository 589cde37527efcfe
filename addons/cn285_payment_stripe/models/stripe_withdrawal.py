import logging

import stripe
from odoo import api, fields, models
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import UserError

from ..engine.intents import OPEN

_logger = logging.getLogger(__name__)


class PaymentTransaction(models.Model):
    """What was refused is withdrawn at Stripe, so that no old link or window charges anybody.

    Before the invoice is charged anew, and when it was paid otherwise.
    """

    _inherit = "payment.transaction"

    cn285_intent_closed = fields.Boolean(
        string="Withdrawn at Stripe",
        readonly=True,
        copy=False,
        help="The payment intent was cancelled: no old link can charge the customer any more.",
    )

    def _cn285_withdraw(self):
        """Cancel the intent of a refused transaction, so that no old link or window charges.

        :raises UserError: it is paid or under way, or Stripe does not answer
        """
        result = super()._cn285_withdraw()
        if self.provider_code == "stripe" and not self._cn285_stripe_withdraw():
            raise UserError(
                self.env._(
                    "%s is not withdrawn at Stripe: the customer may be paying it at this moment.",
                    self.reference,
                )
            )
        return result

    def _job_cn285_stripe_withdraw(self):
        """Job: the invoice is paid; what the customer could still confirm is cancelled.

        :raises RetryableJobError: Stripe does not answer
        """
        self.ensure_one()
        paid = all(self.currency_id.is_zero(move.amount_residual) for move in self.invoice_ids)
        if self.company_id._cn285_is_imagined() and self.provider_id.state != "test":
            return
        if not paid or self._cn285_stripe_withdraw() or self.state in ("done", "pending"):
            return
        raise RetryableJobError(f"{self.reference} is not withdrawn.", seconds=300)

    def _cn285_stripe_withdraw(self):
        """Whether the intent of a transaction can charge nobody any more; what it did is known."""
        if self.cn285_intent_closed or not self._cn285_stripe_has_intent():
            return True
        if not self.env["cn285.collection"]._may_call(self.provider_id, self.company_id):
            return False  # on a journey none that moves money is called
        client = self.provider_id._cn285_stripe_client()
        try:
            client.v1.payment_intents.cancel(self.provider_reference)
        except stripe.InvalidRequestError:
            if not self._cn285_stripe_is_closed():
                return False
        except stripe.StripeError as error:
            _logger.warning(
                "%s could not be withdrawn at Stripe: %s", self.reference, type(error).__name__
            )
            return False
        # sudo: kept by the program.
        self.sudo().cn285_intent_closed = True
        return True

    def _cn285_stripe_is_closed(self):
        """Whether an intent that Stripe does not cancel is closed; what was paid is taken over."""
        try:
            intent = self.provider_id._cn285_stripe_fetch(
                "payment_intents", self.provider_reference, ["payment_method"]
            )
            if intent is None or intent["status"] == "canceled":
                return True
            if intent["status"] not in OPEN:
                self._cn285_stripe_take_over(intent)
        except (RetryableJobError, stripe.StripeError) as error:
            _logger.warning("%s at Stripe: %s", self.reference, type(error).__name__)
        return False


class Collection(models.AbstractModel):
    _inherit = "cn285.collection"

    @api.model
    def _clear_up(self, attempts):
        """First, what the customer may have confirmed meanwhile of what was refused before.

        While an older intent is not withdrawn its invoice is not charged anew; if it was paid, that
        is known by now.
        """
        for attempt in attempts.filtered(lambda one: one.provider_code == "stripe"):
            older = attempt._stripe_older()
            for transaction in older.transaction_id:
                transaction._cn285_stripe_withdraw()
            if older:
                self._commit(forget=False)
        return super()._clear_up(attempts)


class PaymentAttempt(models.Model):
    _inherit = "cn285.payment.attempt"

    def _stripe_older(self):
        """Refused attempts of the same invoice whose intents are not known to be closed."""
        self.ensure_one()
        return self.search(
            [
                ("move_id", "=", self.move_id.id),
                ("number", "<", self.number),
                ("state", "=", "declined"),
                ("transaction_id.provider_code", "=", "stripe"),
                ("transaction_id.cn285_intent_closed", "=", False),
            ]
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.model
    def _cn285_paid_steps(self):
        return [*super()._cn285_paid_steps(), self._cn285_stripe_paid]

    @api.model
    def _cn285_stripe_paid(self, moves):
        """Order that what was refused is withdrawn: no old link may charge a paid invoice."""
        # sudo: attempts, whoever books the payment.
        refused = (
            self.env["cn285.payment.attempt"]
            .sudo()
            .search(
                [
                    ("move_id", "in", moves.ids),
                    ("state", "=", "declined"),
                    ("transaction_id.provider_code", "=", "stripe"),
                    ("transaction_id.cn285_intent_closed", "=", False),
                ]
            )
        )
        for transaction in refused.transaction_id:
            transaction.with_delay(
                channel="root.collection",
                identity_key=f"cn285_stripe_withdraw_{transaction.id}",
                description=self.env._("Stripe: withdraw %s", transaction.reference),
            )._job_cn285_stripe_withdraw()
