from odoo import api, fields, models
from odoo.addons.cn285_contract.models.isolation import reason_of
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ...engine.declines import HARD
from ..collection import collection_asking
from .initiation import MEANS
from .prepayment import WAITING

# States of a transaction after which no money comes of it.
DEAD = ("cancel", "error")


class Prepayment(models.Model):
    """How what is asked for is paid: on the customer's page, by means on file, by transfer."""

    _inherit = "cn285.prepayment"

    # === BY THE CUSTOMER === #

    def _agree(self, shown):
        """Lock the prepayment for a payer who begins to pay what his page has shown him.

        :param shown: the amount on his page, None for means of payment alone
        :raises UserError: in his words, where he cannot pay, or not that amount
        """
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        obstacle = self._obstacle()
        if obstacle:
            raise UserError(obstacle)
        self._refresh_amount()
        asked = 0.0 if self._asks_means_only() else self.amount
        if self.currency_id.compare_amounts(asked, shown or 0.0) != 0:
            raise UserError(
                self.env._(
                    "What is due has changed since this page was opened: it is %(now)s, not "
                    "%(then)s. Nothing was paid; please open the page again.",
                    now=self.currency_id.format(asked),
                    then=self.currency_id.format(shown or 0.0),
                )
            )
        self._inside().write({"date_agreed": self.company_id._cn285_today(), "message": False})

    # === BY MEANS ON FILE === #

    def _charge(self, token):
        """Charge means on file: committed before and after, so that nobody is charged twice.

        :param token: means of the payer that can be charged
        :returns: the transaction; none where nothing is to be paid
        :raises UserError: in words, where they cannot
        """
        self.ensure_one()
        obstacle = token._cn285_obstacle(self.partner_id, self.company_id) or self._obstacle()
        if obstacle:
            raise UserError(obstacle)
        collection = self.env["cn285.collection"]
        if not collection._may_call(token.provider_id, self.company_id):
            raise UserError(self.env._("While time travels, only providers in test are called."))
        self._refresh_amount()
        if self._asks_means_only():
            self._take_means(token)
            self._advance()
            return self.env["payment.transaction"]
        self._agree(self.amount)
        number = len(self.transaction_ids) + 1
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": token.provider_id.id,
                "payment_method_id": token.payment_method_id.id,
                "token_id": token.id,
                "operation": "offline",
                "amount": self.amount,
                "currency_id": self.currency_id.id,
                "partner_id": token.partner_id.id,
                "reference": f"{self.name}-C{number}",
                "cn285_prepayment_id": self.id,
            }
        )
        self._inside().write({"state": "pending", "sent_at": fields.Datetime.now()})
        collection._commit(forget=False)
        # Locked while the provider is called: who finds it unlocked knows that the process ended.
        self.lock_for_update(allow_referencing=True)
        self._send(transaction)
        collection._commit(forget=False)
        self._look_at_payments()
        return transaction

    def _send(self, transaction):
        """Have the provider charge; what breaks on the way is asked for later."""
        try:
            with self.env.cr.savepoint():
                transaction._charge_with_token()
        except (ValidationError, UserError) as error:
            # Refused before anything was sent, such as by archived means.
            transaction._set_error(reason_of(self.env, error))
        except Exception as error:  # the money may have moved whatever broke afterwards
            reason_of(self.env, error)
            transaction.write({"cn285_outcome": "unknown"})

    def _look_at_payments(self):
        """Find out what became of payments that are under way, and go on with what is paid."""
        for prepayment in self:
            if not prepayment.try_lock_for_update(allow_referencing=True):
                continue  # another process is at it, perhaps within the call of its provider
            for transaction in prepayment.transaction_ids.filtered(
                lambda one: one.operation == "offline" and one._cn285_is_unknown()
            ):
                prepayment._ask(transaction)
            prepayment._follow(prepayment.transaction_ids)
        self._go_on()

    def _ask(self, transaction):
        """Ask the provider of a charge that nobody answered; never charge anew meanwhile."""
        answer = self.env["cn285.collection"]._ask_provider(transaction)[transaction]
        if answer == "done":
            transaction._set_done(extra_allowed_states=DEAD)
        elif answer == "pending":
            transaction._set_pending(extra_allowed_states=DEAD)
        elif answer == "declined" or (answer == "nothing" and not self._is_on_its_way()):
            if transaction.state == "draft":
                transaction._set_error(self.env._("The provider refused it."))
            transaction.write({"cn285_outcome": "declined"})
        else:
            self._inside().write(
                {
                    "message": self.env._(
                        "Nobody knows what became of %s: look at the provider's own pages.",
                        transaction.reference,
                    )
                }
            )

    def _is_on_its_way(self):
        """Whether the call may still arrive."""
        self.ensure_one()
        on_its_way = collection_asking.ON_ITS_WAY
        return bool(self.sent_at) and fields.Datetime.now() - self.sent_at < on_its_way

    # === BY TRANSFER === #

    def _receive(self, journal, amount, day, memo):
        """Register money that was received otherwise, and go on with it."""
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        payment = (
            self.env["account.payment"]
            .with_company(self.company_id)
            .create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.partner_id.commercial_partner_id.id,
                    "amount": amount,
                    "currency_id": self.currency_id.id,
                    "journal_id": journal.id,
                    "date": day,
                    "memo": memo or self.name,
                    "cn285_prepayment_id": self.id,
                }
            )
        )
        payment.action_post()
        if not self.date_agreed:
            self._inside().write({"date_agreed": self.company_id._cn285_today()})
        self._note_paid()
        self._advance()

    # === WHAT PROVIDERS TELL === #

    def _follow(self, transactions):
        """The state follows its transactions; what is paid is gone on with by a job."""
        self.ensure_one()
        for transaction in transactions.filtered(
            lambda one: one.cn285_prepayment_id == self and one.operation != "refund"
        ):
            if transaction.state == "done":
                self._note_paid_or_means(transaction)
            elif transaction.operation == "validation":
                continue
            elif transaction.state in ("pending", "authorized") and self._may_wait():
                self._inside().write({"state": "pending", "message": False})
            elif transaction.state in DEAD and self.state == "pending":
                self._note_refused(transaction)

    def _note_paid_or_means(self, transaction):
        if transaction.operation != "validation" and self.state == "open":
            self._inside().write({"state": "pending", "message": False})
        self._delay_advance()

    def _gather_means(self):
        """Means that came with what was paid, or were added instead: the latest."""
        done = self.transaction_ids.filtered(lambda one: one.state == "done" and one.token_id)
        token = done.sorted("id")[-1:].token_id
        if token and token != self.token_id:
            self._inside().write({"token_id": token.id})

    def _may_wait(self):
        """Whether a payment of it counts for the draft: its link is open, or expired meanwhile."""
        if self.state == "open":
            return True
        others = [("contract_id", "=", self.contract_id.id), ("state", "in", WAITING)]
        return self.state == "expired" and not self.search_count(others, limit=1)

    def _note_refused(self, transaction):
        """What was under way was refused: the customer may pay otherwise, and is told."""
        if self._busy_transactions():
            return
        token = transaction.token_id
        if transaction._cn285_meaning() == HARD and token.cn285_state == "valid":
            # As by the collection: what is refused for good is not used again.
            token.cn285_state = "revoked"
        self._inside().write(
            {"state": "open", "message": transaction.state_message or transaction.cn285_code}
        )
        self.contract_id.message_post(body=self.env._("The payment of %s was refused.", self.name))
        if transaction.operation != "offline":
            self._mail("cn285_payment.mail_template_prepayment_refused")

    def _take_payment(self, transaction):
        """The payment that Odoo booked for a transaction is this prepayment's."""
        self.ensure_one()
        if transaction.payment_id and not transaction.payment_id.cn285_prepayment_id:
            transaction.payment_id.cn285_prepayment_id = self
            self._note_paid()
        self._delay_advance()

    def _note_paid(self):
        """Money came: from now on it is this prepayment's, whatever state that was in."""
        if self.state == "pending" or self._may_wait():
            self._inside().write({"state": "paid", "message": False})
        elif self.state in ("expired", "cancelled"):
            self._inside().write({"state": "to_return"})
            self._ask_what_to_do(
                lambda one: one.env._("Paid by an old link: give it back, or keep it as credit")
            )
        elif self.state in ("done", "refunded", "kept"):
            self._ask_what_to_do(
                lambda one: one.env._("Paid twice: give it back, or keep it as credit")
            )

    # === MEANS === #

    def _take_means(self, token):
        """Means that pay for the contract from now on; what waits for them goes on by a job."""
        self.ensure_one()
        self._inside().write({"token_id": token.id})
        self._delay_advance()

    def _found_means(self):
        """By what the contract can be paid: what was added here, else what its payer has."""
        self.ensure_one()
        token = self.token_id
        if token and not token._cn285_obstacle(self.partner_id, self.company_id):
            return token
        return self.contract_id._means_to_start() if self.kind == MEANS else token.browse()

    @api.model
    def _means_came(self, token):
        """Means were added somewhere: drafts of their payer that wait for some go on by a job."""
        waiting = self.sudo().search(  # sudo: the program's own records
            [
                ("state", "=", "open"),
                ("kind", "=", MEANS),
                ("partner_id", "child_of", token.partner_id.commercial_partner_id.id),
            ]
        )
        for prepayment in waiting:
            prepayment._delay_advance()

    # === JOBS === #

    def _delay_advance(self):
        """Order a job that goes on with these, as the program itself, whoever paid."""
        for prepayment in self.with_user(self.env.ref("base.user_root")).sudo():
            prepayment.with_delay(
                channel="root.collection",
                description=self.env._("%s: activate its contract", prepayment.name),
                identity_key=f"cn285.prepayment-{prepayment.id}",
            )._job_advance()

    def _job_advance(self):
        """Job: go on as far as can be. Safe to run again, wherever it was killed."""
        for prepayment in self.exists():
            if not prepayment._advance():
                message = self.env._("Another process is at this prepayment.")
                raise RetryableJobError(message, seconds=10, ignore_retry=True)

    def _transactions_to_book(self):
        return self.transaction_ids.filtered(
            lambda one: (
                one.state == "done"
                and one.operation not in ("validation", "refund")
                and not one.payment_id.cn285_prepayment_id
            )
        )

    def _link_invoices(self, moves):
        """Invoices show by which transactions they were paid."""
        for transaction in self.transaction_ids.filtered("payment_id"):
            transaction.invoice_ids = [Command.link(move.id) for move in moves]
