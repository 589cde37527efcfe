from odoo import models
from odoo.addons.cn285_contract.models.isolation import reason_of
from odoo.exceptions import UserError, ValidationError


class Prepayment(models.Model):
    """What was paid and pays nothing: back to the means, once, or kept as the payer's credit."""

    _inherit = "cn285.prepayment"

    def _give_back(self):
        """Pay what is left back to the means that paid it, each payment once.

        Committed before a provider is called. A refund of which nothing is known is not repeated.

        :raises UserError: where nothing can be given back by a provider
        """
        self.ensure_one()
        collection = self.env["cn285.collection"]
        refunds = self.env["payment.transaction"]
        self.lock_for_update(allow_referencing=True)
        for transaction in self.transaction_ids.filtered("payment_id"):
            left = self._refundable(transaction)
            if self.currency_id.compare_amounts(left, 0) > 0:
                refunds |= self._make_refund(transaction, left)
        if not refunds:
            raise UserError(
                self.env._(
                    "%s: there is nothing that could be paid back to means of payment. Pay it back "
                    "by transfer in accounting, or keep it as credit.",
                    self.name,
                )
            )
        collection._commit(forget=False)
        for refund in refunds:
            self._send_refund(refund)
            collection._commit(forget=False)
        self._note_given_back()

    def _refundable(self, transaction):
        """What of a payment is open and can be refunded to the means; 0 while a refund goes on."""
        method = transaction.primary_payment_method_id
        if "none" in (transaction.provider_id.support_refund, method.support_refund):
            return 0.0
        if transaction.child_transaction_ids.filtered(
            lambda one: (
                one.operation == "refund"
                and (one.state in ("pending", "done") or one._cn285_is_unknown())
            )
        ):
            return 0.0
        lines = self._open_lines(transaction.payment_id)
        return -sum(lines.mapped("amount_residual_currency"))

    def _make_refund(self, transaction, amount):
        number = len(transaction.child_transaction_ids) + 1
        return transaction._create_child_transaction(
            amount,
            is_refund=True,
            reference=f"R-{transaction.reference}-{number}",
            cn285_prepayment_id=self.id,
        )

    def _send_refund(self, refund):
        try:
            with self.env.cr.savepoint():
                refund._ensure_provider_is_not_disabled()
                refund._send_refund_request()
        except (ValidationError, UserError) as error:
            refund._set_error(reason_of(self.env, error))
        except Exception as error:  # the money may have moved whatever broke afterwards
            reason_of(self.env, error)
            refund.write({"cn285_outcome": "unknown"})

    def _note_given_back(self):
        """Refunds that are done are booked and reconciled; nothing left: it is given back."""
        for prepayment in self:
            refunds = prepayment.transaction_ids.filtered(
                lambda one: one.operation == "refund" and one.state == "done"
            )
            for refund in refunds.filtered(lambda one: not one.payment_id):
                refund._post_process()
            for refund in refunds.filtered("payment_id"):
                prepayment._reconcile_refund(refund)
            prepayment.invalidate_recordset(["credit_left"])
            is_empty = prepayment.currency_id.is_zero(prepayment.credit_left)
            if prepayment.state == "to_return" and is_empty:
                prepayment._inside().write({"state": "refunded", "message": False})
                prepayment.contract_id.message_post(
                    body=prepayment.env._("%s: what was paid was given back.", prepayment.name)
                )

    def _reconcile_refund(self, refund):
        """A refund takes away the credit of the payment that it pays back."""
        source = refund.source_transaction_id.payment_id
        if not refund.payment_id.cn285_prepayment_id:
            refund.payment_id.cn285_prepayment_id = self
        lines = self._open_lines(source | refund.payment_id)
        for own in lines.grouped("account_id").values():
            if len(own.move_id) > 1:
                own.reconcile()

    def _keep(self):
        """It stays a credit of the payer, for his next invoices."""
        self._inside().write({"state": "kept", "message": False})
        self.contract_id.message_post(
            body=self.env._(
                "%(name)s: %(amount)s stays as a credit of %(payer)s.",
                name=self.name,
                amount=self.currency_id.format(self.credit_left),
                payer=self.partner_id.display_name,
            )
        )
