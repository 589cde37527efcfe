"""A customer's own change is paid before it takes effect: once, or it is not made."""

import json
from datetime import date

from odoo.addons.cn285_sale.tests.customer_common import TODAY
from odoo.tests import tagged
from odoo.tools import mute_logger

from .paid_first_common import PaidFirstCase


@tagged("post_install", "-at_install")
class TestPaidFirst(PaidFirstCase):
    # === PAID, AND MADE === #

    def test_paid_and_then_made(self):
        """Three more: 48.00, 57.60 with VAT, to pay first; told twice it is made once."""
        page = self._preview(self.contract, "quantity", item=self.item.id, quantity="5")
        self.assertIn("57.60", self._said(page, "change_pays_first"))
        self.assertNotIn('id="change_pays"', page)
        change, prepayment = self._more()
        self.assertIn(f"/my/prepayments/{prepayment.id}", self._landed.url)
        self.assertIn("57.60", self._landed.text)
        self.assertEqual((change.state, self.item.quantity), ("draft", 2.0))
        self.assertIn("waits for your payment", self._get(self.contract).text)
        self.assertIn("takes effect as soon as you have paid", self.url_open("/my").text)
        # Not for less than is asked.
        self.assertIn("has changed", json.dumps(self._begin(prepayment, 1.0)["error"]))
        begun = self._begin(prepayment, 57.6)
        for _time in range(2):
            self._tell(begun)
            prepayment._job_advance()
        self.env.invalidate_all()
        self.assertEqual((prepayment.state, change.state), ("done", "applied"), prepayment.message)
        self.assertEqual((self.item.quantity, change.date_effective), (5.0, TODAY))
        [move] = self._new_invoices()
        self.assertMoney(move.amount_total, "57.60")
        self.assertMoney(move.amount_residual, "0.00")
        self.assertMoney(prepayment.credit_left, "0.00")
        self.assertMoney(sum(change.schedule_ids.mapped("amount")), "48.00")
        self.assertIn("Your change is made", self.url_open(prepayment._page()).text)

    # === NOT PAID, NOT MADE === #

    @mute_logger("odoo.addons.payment.models.payment_transaction")
    def test_refused_and_never_paid(self):
        change, prepayment = self._more()
        self._pay(prepayment, state="error")
        self.assertEqual((change.state, prepayment.state), ("draft", "open"))
        self.assertEqual(self.item.quantity, 2.0)
        prepayment.sudo()._inside().write({"expiry": date(2026, 3, 15)})
        self.env["cn285.prepayment"]._cron_prepayments()
        self.assertEqual((change.state, prepayment.state), ("cancelled", "expired"))
        self.assertFalse(self._new_invoices())

    # === PAID, AND NOT MADE: NOTHING IS LOST === #

    def test_a_change_that_fails_keeps_the_payment(self):
        """The service was ended meanwhile: the seller is told, and gives the money back."""
        change, prepayment = self._more()
        begun = self._begin(prepayment, 57.6)
        self.item.with_user(self.seller).action_end(date(2026, 3, 15))
        self._tell(begun)
        prepayment._job_advance()
        self.env.invalidate_all()
        self.assertEqual((change.state, prepayment.state), ("draft", "paid"))
        self.assertTrue(prepayment.message)
        self.assertMoney(prepayment.credit_left, "57.60")
        activity = self.contract.activity_ids
        self.assertIn("could not be made", activity.summary)
        self.assertEqual(activity.user_id, self.seller)
        # Given up by the seller, it is to be given back; nothing was invoiced.
        change.with_user(self.seller).action_cancel()
        self.assertEqual(prepayment.state, "to_return")
        self.assertFalse(self._new_invoices().filtered("amount_residual"))
