import logging

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS
from odoo.addons.cn285_payment.engine.declines import HARD, SEPA, classify
from odoo.tools import split_every

_logger = logging.getLogger(__name__)

SETTLE_BATCH = 500


class SepaDebit(models.Model):
    """On their day, debits are taken for paid: the bank credits them, and may return some later."""

    _inherit = "cn285.sepa.debit"

    @api.model
    def _cron_settle(self):
        """Settle what was ordered and whose day has come."""
        # sudo: a scheduled action settles for all companies.
        for company in self.env["res.company"].sudo()._cn285_daily_companies():
            self.sudo().with_company(company)._settle_due(company)

    @api.model
    def _settle_due(self, company):
        """Settle a company's debits of today and before, a batch after the other."""
        due = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "ordered"),
                ("debit_on", "<=", company._cn285_today()),
            ],
            order="id",
        )
        for ids in split_every(SETTLE_BATCH, due.ids):
            self.browse(ids)._settle_apart()

    def _settle_apart(self):
        """Settle a batch; where that fails, each of it apart: one must not keep the others."""
        try:
            with self.env.cr.savepoint():
                self._settle()
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            if len(self) > 1:
                for debit in self:
                    debit._settle_apart()
                return
            _logger.exception("Debit %s could not be settled", self.reference)
            return
        self.env["cn285.collection"]._commit()

    def _settle(self):
        """They are paid: their transactions are done, and booked as the collection books."""
        debits = self.try_lock_for_update(allow_referencing=True)
        debits = debits.filtered(lambda debit: debit.state == "ordered")
        debits._write_inside({"state": "settled"})
        for mandate, own in debits.grouped("mandate_id").items():
            vals = {"last_debit_on": max(own.mapped("debit_on"))}
            used_up = mandate.one_off and mandate.state == "active"
            if used_up:
                vals["state"] = "used"
            mandate._write_inside(vals)
            if used_up:
                mandate.token_id.active = False
        transactions = debits.transaction_id
        for transaction in transactions.with_context(cn285_sending=True):
            transaction._set_done()
        transactions._cn285_book_settled()


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _cn285_book_settled(self):
        """Book what was settled: attempts of the collection in a batch, others as Odoo does."""
        attempts = self.cn285_attempt_ids
        if attempts:
            attempts._follow_transaction()
            self.env["cn285.collection"]._settle(attempts)
        for transaction in self - attempts.transaction_id:
            transaction._post_process()

    def _cn285_refused_alone(self, code, reason, day):
        """A debit without an attempt ends in error; what was booked is taken back.

        A mandate that is refused for good is not used again, as with attempts.
        """
        self.ensure_one()
        outcome = classify(code, rail=SEPA)
        self.write({"cn285_code": code, "cn285_outcome": outcome})
        if outcome == HARD and self.token_id.cn285_state != "revoked":
            self.token_id.cn285_state = "revoked"
        payment = self.payment_id
        if payment and payment.state != "canceled":
            collection = self.env["cn285.collection"].with_company(payment.company_id)
            collection._take_back({payment: self.reference}, code, day)
            collection._settle_by_credit_notes(self.invoice_ids)
        self._set_error(reason or code, extra_allowed_states=("done",))
