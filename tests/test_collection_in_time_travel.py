"""Months in time travel: invoices are collected on their day, refusals tried again on theirs."""

from datetime import date, timedelta

from freezegun import freeze_time
from odoo.addons.cn285_payment.tests.collection.common import CollectionCase
from odoo.tests import tagged


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestCollectionInTimeTravel(CollectionCase):
    stock = 0

    def test_months_are_collected_and_refusals_tried_again(self):
        self.company._cn285_mark_test_database()
        self.company.cn285_dunning = False
        poor = self.env["res.partner"].create({"name": "Poor", "email": "poor@cn285.example"})
        poor.cn285_payment_token_id = self._token(poor, demo_simulated_state="error")
        start = date(2026, 1, 20)
        paid = self._automatic(date_start=start)
        refused = self._automatic(date_start=start, partner_id=poor.id)
        self.card.cn285_expiry_date = date(2026, 2, 28)
        travel = self.env["cn285.time.travel"].create({"date_to": date(2026, 3, 25)})
        travel.action_travel()

        self.assertEqual(len(paid.invoice_ids), 3)
        self.assertEqual(set(paid.invoice_ids.mapped("amount_residual")), {0.0})
        payments = paid.invoice_ids.cn285_attempt_ids.payment_id
        self.assertEqual(
            sorted(payments.mapped("date")),
            [date(2026, 1, 20), date(2026, 2, 20), date(2026, 3, 20)],
        )
        first = refused.invoice_ids.sorted("invoice_date")[0]
        days = sorted(first.cn285_attempt_ids.mapped("date"))
        self.assertEqual(days, [start + timedelta(days=count) for count in (0, 1, 3, 7, 14)])
        self.assertEqual(first.amount_residual, 120.0)
        # Held back: nobody is written to from a future that was only tried.
        told = self.env["mail.mail"].search(
            [("model", "=", "payment.token"), ("res_id", "=", self.card.id)]
        )
        self.assertEqual((len(told), set(told.mapped("state"))), (3, {"cancel"}))
        self.assertEqual(self.card.cn285_state, "expired")
