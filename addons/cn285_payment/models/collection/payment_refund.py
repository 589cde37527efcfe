from odoo import api, fields, models
from odoo.addons.cn285_contract.models.isolation import reason_of
from odoo.exceptions import ValidationError

from ...engine.declines import OPEN
from .collection_asking import ON_ITS_WAY
from .payment_attempt import ASKED_STATES


class PaymentRefund(models.Model):
    """A credit note that is paid back to the means by which its invoice was paid, once.

    Providers take two requests for two refunds, so that each has a row of its own, committed before
    the provider is called; of one that is not known, he is asked.
    """

    _name = "cn285.payment.refund"
    _description = "Payment Refund"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Reference", required=True, readonly=True)
    move_id = fields.Many2one(
        "account.move",
        string="Credit Note",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    attempt_id = fields.Many2one(
        "cn285.payment.attempt",
        string="Paid By",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    amount = fields.Monetary(required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    state = fields.Selection(
        [
            ("open", "To Be Sent"),
            ("sent", "Sent"),
            ("pending", "Pending"),
            ("done", "Refunded"),
            ("failed", "Failed"),
            ("unknown", "Unknown"),
        ],
        string="Status",
        default="open",
        required=True,
        readonly=True,
        index=True,
    )
    message = fields.Char(readonly=True)
    sent_at = fields.Datetime(readonly=True)
    transaction_id = fields.Many2one(
        "payment.transaction",
        required=True,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    payment_id = fields.Many2one(related="transaction_id.payment_id")

    _once = models.UniqueIndex(
        "(move_id, attempt_id) WHERE state <> 'failed'",
        "This credit note is refunded already.",
    )

    def _set_sent(self):
        self.ensure_one()
        self.write({"state": "sent", "sent_at": self.sent_at or fields.Datetime.now()})
        transaction = self.transaction_id
        if transaction.state == "error":
            transaction.write({"state": "draft", "state_message": False, "cn285_outcome": False})

    def _note_answer(self, problem=None):
        """Keep what became of the transaction.

        :param problem: why that is not known, in words
        """
        for refund in self:
            transaction = refund.transaction_id
            state = {"done": "done", "pending": "pending", "error": "failed", "cancel": "failed"}
            state = state.get(transaction.state, "unknown")
            if state == "failed" and transaction.cn285_outcome in OPEN:
                state = "unknown"
            if problem and state != "done":
                state = "unknown"
            message = problem or transaction.state_message or False
            refund.write({"state": state, "message": False if state == "done" else message})

    def _is_under_way(self):
        """Whether it is not known to have failed, and the credit note does not show it yet."""
        self.ensure_one()
        booked = self.state == "done" and self.payment_id
        return self.state != "failed" and not booked

    def _is_on_its_way(self):
        """Whether the call may still arrive."""
        self.ensure_one()
        return bool(self.sent_at) and fields.Datetime.now() - self.sent_at < ON_ITS_WAY

    def _settle_refunds(self):
        """Reconcile booked refunds with their credit notes."""
        for refund in self:
            payment = refund.transaction_id.payment_id
            if refund.transaction_id.state != "done" or not payment:
                continue
            if refund.state != "done":
                refund._note_answer()
            lines = (payment.move_id.line_ids + refund.move_id.line_ids).filtered(
                lambda line, payment=payment: (
                    line.account_id == payment.destination_account_id and not line.reconciled
                )
            )
            if refund.move_id.state == "posted" and len(lines.move_id) > 1:
                lines.reconcile()


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    cn285_refund_ids = fields.One2many(
        "cn285.payment.refund", "transaction_id", string="Refunds", readonly=True
    )


class PaymentAttempt(models.Model):
    _inherit = "cn285.payment.attempt"

    refund_ids = fields.One2many(
        "cn285.payment.refund", "attempt_id", string="Refunds", readonly=True
    )

    def _refundable(self):
        """How much of what was paid can be refunded to the means: nothing where they cannot."""
        self.ensure_one()
        transaction = self.transaction_id
        method = transaction.primary_payment_method_id
        if "none" in (transaction.provider_id.support_refund, method.support_refund):
            return 0.0
        done = self.refund_ids.filtered(lambda one: one.state != "failed")
        return self.amount - sum(done.mapped("amount"))


class AccountMove(models.Model):
    _inherit = "account.move"

    cn285_refund_ids = fields.One2many(
        "cn285.payment.refund", "move_id", string="Refunds", readonly=True
    )

    def _cn285_credited_invoices(self):
        """The invoices that this credit note credits."""
        self.ensure_one()
        lines = self.invoice_line_ids.cn285_credited_line_id
        return (self.reversed_entry_id | lines.move_id).filtered(
            lambda move: move.move_type == "out_invoice"
        )

    def _cn285_refunds_under_way(self):
        """What of this credit note is on its way back to its customer, and not booked yet."""
        # sudo: refunds of whomever; only that there are some is told.
        return self.sudo().cn285_refund_ids.filtered(lambda one: one._is_under_way())

    def _cn285_is_paid_back_otherwise(self):
        """Hook: whether this credit note is being paid back by another way than to its means."""
        self.ensure_one()
        return False


class Collection(models.AbstractModel):
    """Credit notes of paid invoices are paid back to the means."""

    _inherit = "cn285.collection"

    @api.model
    def _refund(self, notes):
        """Refund what is open of posted credit notes to the means that paid their invoices.

        Commits before a provider is called. Run twice, it refunds once.

        :returns: the refunds that were asked for
        """
        refunds = self.env["cn285.payment.refund"]
        for note in notes:
            made = self._persistently(lambda note=note: self._make_refunds(note))
            for refund in made:
                self._send_refund(refund)
            self._book_refunds(made)
            refunds |= made
        return refunds

    @api.model
    def _make_refunds(self, note):
        """Refunds of what is open of a credit note, by the attempts that paid, the latest first."""
        refunds = self.env["cn285.payment.refund"]
        locked = note.try_lock_for_update(allow_referencing=True)
        under_way = locked._cn285_refunds_under_way() or (
            locked and locked._cn285_is_paid_back_otherwise()
        )
        if not locked or under_way or note.move_type != "out_refund" or note.state != "posted":
            return refunds
        rest = note.amount_residual
        attempts = note._cn285_credited_invoices().cn285_attempt_ids.sorted("id", reverse=True)
        for attempt in attempts.filtered(lambda one: one.state == "done" and one.payment_id):
            known = locked.cn285_refund_ids.filtered(
                lambda one, attempt=attempt: one.attempt_id == attempt and one.state != "failed"
            )
            amount = min(rest, attempt._refundable())
            if known or note.currency_id.compare_amounts(amount, 0) <= 0:
                continue
            refunds |= self._make_refund(note, attempt, amount)
            rest -= amount
        return refunds

    @api.model
    def _make_refund(self, note, attempt, amount):
        number = len(note.cn285_refund_ids) + 1
        name = f"R{note.id}-{number}"
        transaction = attempt.transaction_id._create_child_transaction(
            amount, is_refund=True, reference=name
        )
        return self.env["cn285.payment.refund"].create(
            {
                "name": name,
                "move_id": note.id,
                "attempt_id": attempt.id,
                "company_id": note.company_id.id,
                "amount": amount,
                "currency_id": note.currency_id.id,
                "transaction_id": transaction.id,
            }
        )

    @api.model
    def _send_refund(self, refund, again=False):
        """Call the provider for a refund, and commit its answer; as :meth:`_send_one`."""
        if not self._may_call(refund.transaction_id.provider_id, refund.company_id):
            return
        claimed = self._lock(refund, ASKED_STATES if again else ("open",))
        if not claimed:
            return
        claimed._set_sent()
        self._commit(forget=False)
        claimed = self._lock(refund, ("sent",))
        if claimed:
            claimed._note_answer(self._call_refund(claimed))
            self._commit(forget=False)

    @api.model
    def _call_refund(self, refund):
        """Have the provider refund; returns None, or why it is not known what became of it."""
        return self._call_refund_of(refund.transaction_id)

    @api.model
    def _call_refund_of(self, transaction):
        """As :meth:`_call_refund`, for a transaction of a refund."""
        transaction = transaction.with_context(cn285_sending=True)
        try:
            with self.env.cr.savepoint():
                transaction._ensure_provider_is_not_disabled()
                try:
                    transaction._send_refund_request()
                except ValidationError as error:
                    transaction._set_error(str(error))
        except Exception as error:  # the money may have moved whatever broke afterwards
            return reason_of(self.env, error)
        return None

    @api.model
    def _book_refunds(self, refunds):
        """Book refunds that are done, and reconcile them with their credit notes."""
        for refund in refunds.filtered(lambda one: one.transaction_id.state == "done"):
            self._persistently(lambda refund=refund: self._book_refund(refund))

    @api.model
    def _book_refund(self, refund):
        transaction = refund.transaction_id.try_lock_for_update(allow_referencing=True)
        transaction.invalidate_recordset(["payment_id", "state", "is_post_processed"])
        if transaction and not transaction.payment_id:
            transaction._post_process()
        refund._settle_refunds()

    @api.model
    def _clear_up_refunds(self, refunds):
        """Go on with refunds that a process left, and ask what became of others."""
        for refund in refunds:
            if refund.state == "open":
                self._send_refund(refund)
                continue
            transaction = refund.transaction_id
            if transaction.state in ("done", "pending"):
                refund._note_answer()
                continue
            answer = self._ask_provider(transaction)[transaction]
            tx = transaction.with_context(cn285_sending=True)
            if answer == "done":
                tx._set_done()
                refund._note_answer()
            elif answer == "pending":
                tx._set_pending(extra_allowed_states=("error",))
                refund._note_answer()
            elif answer == "declined":
                refund.write({"state": "failed"})
            elif answer == "nothing" and not refund._is_on_its_way():
                self._send_refund(refund, again=True)
            self._commit(forget=False)
        self._book_refunds(refunds)
