import logging

from odoo import api, fields, models
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
            debits = self.sudo().with_company(company)
            debits._settle_due(company)
            debits.env["cn285.sepa.file"]._ask_for_forgotten(company)

    @api.model
    def _settle_due(self, company):
        """Settle a company's debits of today and before, a batch after the other.

        Those of files that were given to the bank: of others no bank knows.
        """
        today = company._cn285_today()
        due = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "ordered"),
                ("debit_on", "<=", today),
                "|",
                ("paid_on", "=", False),
                ("paid_on", "<=", today),
                "|",
                ("file_id.state", "=", "sent"),
                ("provider_id.cn285_settle_given", "=", False),
            ],
            order="id",
        )
        for ids in split_every(SETTLE_BATCH, due.ids):
            self.browse(ids)._settle_apart()

    def _settle_apart(self):
        """Settle a batch; where that fails, each of it apart: one must not keep the others.

        What is settled is committed, and then booked: killed in between, the next scheduled action
        of the collection books it.
        """
        try:
            settled = self.env["cn285.collection"]._persistently(self._settle_within)
            settled.transaction_id._cn285_book_settled()
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            if len(self) > 1:
                for debit in self:
                    debit._settle_apart()
                return
            _logger.exception("Debit %s could not be settled", self.reference)

    def _settle_within(self):
        with self.env.cr.savepoint():
            return self._settle()

    def _settle(self):
        """They are paid: their transactions are done, and their attempts follow.

        :returns: those that were not settled before, to be booked
        """
        debits = self.try_lock_for_update(allow_referencing=True)
        debits.invalidate_recordset(["state"])
        debits = debits.filtered(lambda debit: debit.state == "ordered")
        debits._write_inside({"state": "settled"})
        for mandate, own in debits.grouped("mandate_id").items():
            days = [debit._paid_day() for debit in own]
            vals = {"last_debit_on": max([mandate.last_debit_on or days[0], *days])}
            used_up = mandate.one_off and mandate.state == "active"
            if used_up:
                vals["state"] = "used"
            mandate._write_inside(vals)
            if used_up:
                mandate.token_id.active = False
        for transaction in debits.transaction_id.with_context(cn285_sending=True):
            transaction._set_done()
        debits.transaction_id.cn285_attempt_ids._follow_transaction()
        return debits


class PaymentAttempt(models.Model):
    _inherit = "cn285.payment.attempt"

    def _payment_day(self):
        """A debit is booked on the day on which it was made, whenever that is found out."""
        today = super()._payment_day()
        debit = self.transaction_id.cn285_debit_ids.filtered(
            lambda one: one.state in ("settled", "returned")
        )
        if not debit:
            return today
        day = min(debit[:1]._paid_day(), today)
        journal = debit[:1].provider_id.journal_id
        return today if self.company_id._get_violated_lock_dates(day, False, journal) else day


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    cn285_debit_ids = fields.One2many(
        "cn285.sepa.debit", "transaction_id", string="SEPA Debits", readonly=True
    )

    def _cn285_book_settled(self, within=False):
        """Book what was settled: attempts of the collection in a batch, others as Odoo does.

        :param within: in the current transaction, which the caller commits
        """
        attempts, collection = self.cn285_attempt_ids, self.env["cn285.collection"]
        if within:
            collection._book_together(attempts.filtered(lambda one: one._is_to_book()))
        elif attempts:
            collection._settle(attempts)
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
