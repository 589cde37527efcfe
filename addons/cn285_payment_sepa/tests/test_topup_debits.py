"""Debits that pay top-ups of wallets: no attempt of the collection is behind them."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged

from .common import SepaCase


@tagged("post_install", "-at_install")
class TestTopupDebits(SepaCase):
    stock = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        kind = cls.env["cn285.wallet.type"].create({"name": "Prepaid"})
        cls.wallet = cls.env["cn285.wallet"].create(
            {"type_id": kind.id, "partner_id": cls.customer.id}
        )

    def _asked(self):
        """A top-up of 50.00 by the mandate, in the bank's file: ``(top-up, debit)``."""
        with freeze_time("2026-01-01 08:00:00"), trap_jobs():
            number = self.wallet.topup(50.0, token_id=self.mandate.token_id.id)
        topup = self.env["cn285.wallet.topup"].browse(number)
        debit = self.env["cn285.sepa.debit"].search(
            [("transaction_id", "=", topup.transaction_id.id)]
        )
        self._file(debit.file_on)
        return topup, debit

    def _return(self, debit, code, day):
        with freeze_time(f"{day} 08:00:00"), trap_jobs():
            debit._refuse(code, "Returned", day)

    def test_refused_before_its_day(self):
        topup, debit = self._asked()
        self._return(debit, "MS03", debit.debit_on)
        topup._refresh()
        self.assertEqual(topup.state, "failed")
        self.assertMoney(self.wallet.balance, "0.00")
        self.assertEqual(self.mandate.state, "active")

    def test_a_mandate_that_is_refused_for_good_is_not_charged_again(self):
        """AC04 revokes the mandate, as where an invoice was collected by it."""
        topup, debit = self._asked()
        with freeze_time(f"{debit.debit_on} 08:00:00"), trap_jobs():
            self.env["cn285.sepa.debit"]._settle_due(self.company)
        self.assertEqual(topup.state, "done")
        self._return(debit, "AC04", date(2026, 1, 20))
        self.assertEqual(topup.state, "returned")
        self.assertMoney(self.wallet.balance, "0.00")
        self.assertEqual(self.mandate.token_id.cn285_state, "revoked")
        self.assertEqual(self.mandate.state, "revoked")
