"""Top-ups of wallets by mandate that the payer's bank takes back: the credit goes with them."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .common import SepaCase


@tagged("post_install", "-at_install")
class TestReturnedTopups(SepaCase):
    stock = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kind = cls.env["cn285.wallet.type"].create({"name": "Prepaid"})
        cls.wallet = cls.env["cn285.wallet"].create(
            {"type_id": cls.kind.id, "partner_id": cls.customer.id}
        )

    def _topped_up(self, amount=120.0, wallet=None):
        """A top-up by the mandate, asked for on 1 January, settled on its day."""
        wallet = wallet or self.wallet
        with freeze_time("2026-01-01 08:00:00"), trap_jobs():
            topup = wallet.topup(amount, token_id=self.mandate.token_id.id)
        topup = self.env["cn285.wallet.topup"].browse(topup)
        self.assertEqual((topup.state, wallet.balance), ("pending", 0.0))
        debit = self._debit_of(topup)
        self._file(debit.file_on)
        with freeze_time(f"{debit.debit_on} 08:00:00"), trap_jobs():
            self.env["cn285.sepa.debit"]._settle_due(self.company)
        self.assertEqual((topup.state, wallet.balance), ("done", amount))
        return topup

    def _debit_of(self, topup):
        return self.env["cn285.sepa.debit"].search(
            [("transaction_id", "=", topup.transaction_id.id)]
        )

    def _return(self, topup, code, day):
        with freeze_time(f"{day} 08:00:00"), trap_jobs():
            return self._debit_of(topup)._refuse(code, "Returned", day)

    def _owed(self):
        """What stands on the payer's receivable account."""
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.customer.property_account_receivable_id.id),
                ("partner_id", "=", self.customer.id),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(lines.mapped("balance"))

    def _advances(self):
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.kind.advance_account_id.id),
                ("partner_id", "=", self.customer.id),
                ("parent_state", "=", "posted"),
            ]
        )
        return 0.0 - sum(lines.mapped("balance"))

    def test_unspent_goes_and_spent_is_owed(self):
        """120.00, of which 36.00 are spent: 84.00 go, 36.00 are owed, nothing is left to draw."""
        topup = self._topped_up()
        contract = self._create_contract([{"price_unit": 30.0}], date_start=date(2026, 1, 16))
        with freeze_time("2026-01-16 08:00:00"):
            self._bill(date(2026, 1, 16))
        self.assertMoney(contract.invoice_ids.amount_residual, "0.00")
        self.assertMoney(self.wallet.balance, "84.00")
        self.assertTrue(self._return(topup, "MD06", date(2026, 1, 20)))
        self.assertEqual(topup.state, "returned")
        self.assertMoney(self.wallet.balance, "0.00")
        self.assertMoney(topup.lot_ids.taken_back, "84.00")
        self.assertMoney(self._advances(), "0.00")
        self.assertMoney(self._owed(), "36.00")
        # Told again: nothing more.
        self.assertFalse(self._return(topup, "MD06", date(2026, 1, 21)))
        self.assertMoney(self._owed(), "36.00")

    def test_with_vat_at_the_topup(self):
        """100.00 and 20.00 of VAT: the credit goes, and the invoice owes nothing of it."""
        kind = self.env["cn285.wallet.type"].create(
            {"name": "Calls", "books": "topup", "tax_ids": [(6, 0, self.tax.ids)]}
        )
        wallet = self.env["cn285.wallet"].create(
            {"type_id": kind.id, "partner_id": self.customer.id}
        )
        topup = self._topped_up(100.0, wallet)
        self._return(topup, "AC04", date(2026, 1, 20))
        self.assertEqual(topup.state, "returned")
        self.assertMoney(wallet.balance, "0.00")
        self.assertMoney(topup.move_id.amount_residual, "0.00")
        self.assertMoney(self._owed(), "0.00")
        self.assertEqual(self.mandate.state, "revoked")

    def test_a_mandate_that_is_refused_for_good_is_not_charged_again(self):
        """AC04 of what a customer paid by mandate himself revokes it, as of an invoice."""
        topup = self._topped_up()
        self._return(topup, "AC04", date(2026, 1, 20))
        self.assertEqual(self.mandate.token_id.cn285_state, "revoked")
        self.assertEqual(self.mandate.state, "revoked")

    def test_refused_before_its_day(self):
        with freeze_time("2026-01-01 08:00:00"), trap_jobs():
            number = self.wallet.topup(50.0, token_id=self.mandate.token_id.id)
        topup = self.env["cn285.wallet.topup"].browse(number)
        debit = self._debit_of(topup)
        self._file(debit.file_on)
        self._return(topup, "MS03", debit.debit_on)
        topup._refresh()
        self.assertEqual(topup.state, "failed")
        self.assertMoney(self.wallet.balance, "0.00")
        self.assertMoney(self._owed(), "0.00")
