"""Contracts that start with a mandate, or with a debit: they start when the money is there."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_payment.tests.prepayment.common import DAY, PrepaymentCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .common import SepaCase


@tagged("post_install", "-at_install")
class TestSepaPrepayment(PrepaymentCase):
    """100.00 a month and 20 % of VAT: 120.00."""

    _sepa_provider = classmethod(SepaCase._sepa_provider.__func__)
    _mandate = classmethod(SepaCase._mandate.__func__)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sepa = cls._sepa_provider()

    def _draft_mandate(self):
        return self._mandate(sign=False, signed_on=date(2025, 12, 1))

    def _debit(self, transaction):
        return self.env["cn285.sepa.debit"].search([("transaction_id", "=", transaction.id)])

    def _given(self, day):
        with freeze_time(f"{day} 08:00:00"), trap_jobs():
            file = self.env["cn285.sepa.file"]._make(self.sepa)
            file.with_user(self.manager).action_sent()
            return file

    def _settle(self, day):
        with self._on(day):
            self.env["cn285.sepa.debit"]._settle_due(self.company)

    def test_means_first_a_mandate_is_signed(self):
        contract = self._draft(initiation="means")
        prepayment = self._ask(contract)
        mandate = self._draft_mandate()
        self.assertEqual((contract.state, prepayment.state), ("draft", "open"))
        with self._on(DAY):
            mandate.with_user(self.clerk).action_sign()
        self._cron(DAY)
        self.assertEqual((contract.state, prepayment.state), ("active", "done"))
        moves = self._billed(contract)
        attempt = self._collect(moves)
        self.assertEqual(attempt.token_id, mandate.token_id)
        debit = self._debit(attempt.transaction_id)
        self.assertMoney(debit.amount, "120.00")
        self.assertEqual(debit.debit_on, date(2026, 1, 15))

    def _paid_by_mandate(self):
        mandate = self._mandate()
        contract = self._draft(initiation="paid")
        prepayment = self._ask(contract)
        with self._on(DAY):
            prepayment._agree(prepayment.amount)
            transaction = prepayment._charge(mandate.token_id)
        return contract, prepayment, transaction, mandate

    def test_paid_first_by_a_mandate(self):
        """Asked for on 1 January, debited on the 15th: it starts then, and not before."""
        contract, prepayment, transaction, mandate = self._paid_by_mandate()
        debit = self._debit(transaction)
        self.assertMoney(debit.amount, "120.00")
        self.assertEqual((transaction.state, debit.state), ("pending", "waiting"))
        self.assertEqual((contract.state, prepayment.state), ("draft", "pending"))
        self._given(debit.file_on)
        self.assertEqual(debit.state, "ordered")
        self._cron(debit.file_on)
        self.assertEqual((contract.state, prepayment.state), ("draft", "pending"))
        self._settle(debit.debit_on)
        self._cron(debit.debit_on)
        self.assertEqual((debit.state, prepayment.state), ("settled", "done"))
        self.assertStarted(contract)
        self.assertEqual(contract._payment_token(), mandate.token_id)
        self.assertMoney(self._receivable(contract), "0.00")
        # Once, whoever comes again.
        self._settle(debit.debit_on)
        self._cron(debit.debit_on)
        self.assertEqual(len(contract.invoice_ids), 1)
        self.assertEqual(len(prepayment.transaction_ids), 1)

    def test_refused_before_its_day_it_does_not_start(self):
        contract, prepayment, transaction, _mandate = self._paid_by_mandate()
        debit = self._debit(transaction)
        self._given(debit.file_on)
        with self._on(debit.debit_on):
            debit._refuse("AM04", "No funds", debit.debit_on)
        self._cron(debit.debit_on)
        self.assertEqual(transaction.state, "error")
        self.assertEqual((contract.state, prepayment.state), ("draft", "open"))
        self.assertFalse(contract.invoice_ids)
        self.assertMoney(self._receivable(contract), "0.00")

    def test_returned_after_the_start_the_invoice_is_owed(self):
        contract, _prepayment, transaction, _mandate = self._paid_by_mandate()
        debit = self._debit(transaction)
        self._given(debit.file_on)
        self._settle(debit.debit_on)
        self._cron(debit.debit_on)
        self.assertStarted(contract)
        with self._on(date(2026, 1, 20)):
            debit._refuse("MD06", "Refunded", date(2026, 1, 20))
        self.assertEqual(contract.state, "active")
        self.assertMoney(contract.invoice_ids.amount_residual, "120.00")
        self.assertMoney(self._receivable(contract), "120.00")
