"""Discounts for early payment: who is charged within them is charged less, and owes nothing."""

from datetime import date

from freezegun import freeze_time
from odoo.fields import Command
from odoo.tests import tagged

from .common import CollectionCase


@tagged("post_install", "-at_install")
class TestEarlyPaymentDiscount(CollectionCase):
    """120.00 of 1 January, due in 30 days; 2 % off what is paid within ten."""

    stock = 0

    @classmethod
    def _bill_stock(cls):
        cls.invoices = cls.env["account.move"]

    def _discounted(self, **values):
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % within 10 days",
                "early_discount": True,
                "discount_percentage": 2.0,
                "discount_days": 10,
                "early_pay_discount_computation": "included",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})
                ],
                **values,
            }
        )
        move = self._billed(self._automatic(date_start=self.day, payment_term_id=term.id))
        self.assertMoney(move.amount_total, "120.00")
        return move

    def _collect_now(self, move, day):
        with freeze_time(f"{day} 09:00:00"):
            move.with_user(self.manager).action_cn285_collect()
        return self._attempts(move)

    def test_collect_now_within_it(self):
        move = self._discounted()
        attempt = self._collect_now(move, date(2026, 1, 11))
        self.assertMoney(attempt.amount, "117.60")
        self.assertEqual(attempt.state, "done")
        self.assertPaid(move)
        self.assertMoney(attempt.payment_id.amount, "117.60")
        partial = move.line_ids.matched_credit_ids
        self.assertMoney(sum(partial.mapped("amount")), "120.00")
        lines = attempt.payment_id.move_id.line_ids
        self.assertMoney(abs(sum(lines.mapped("balance"))), "0.00")
        # VAT is lowered with it: 100.00 and 20.00 by 2 %.
        self.assertEqual(
            sorted(self._cents(line.balance) for line in lines),
            sorted(self._cents(one) for one in (117.60, 2.0, 0.40, -120.0)),
        )

    def test_a_day_later_it_is_over(self):
        move = self._discounted()
        attempt = self._collect_now(move, date(2026, 1, 12))
        self.assertMoney(attempt.amount, "120.00")
        self.assertPaid(move)

    def test_what_was_paid_of_it_before_ends_it(self):
        """As Odoo has it: the discount is of who pays all at once."""
        move = self._discounted()
        with freeze_time("2026-01-02 09:00:00"):
            register = (
                self.env["account.payment.register"]
                .with_context(active_model="account.move", active_ids=move.ids)
                .create({"payment_date": "2026-01-02", "amount": 20.0})
            )
            register._create_payments()
        attempt = self._collect_now(move, date(2026, 1, 5))
        self.assertMoney(attempt.amount, "100.00")
        self.assertPaid(move)

    def test_booked_after_it_is_over(self):
        """Asked for within it, confirmed by the provider later: nothing stays open."""
        move = self._discounted()
        with self._answers("pending"):
            attempt = self._collect_now(move, date(2026, 1, 10))
        self.assertMoney(attempt.amount, "117.60")
        with freeze_time("2026-01-20 09:00:00"):
            attempt.transaction_id._process(
                "demo",
                {"reference": attempt.transaction_id.reference, "simulated_state": "done"},
            )
            self.env["cn285.collection"]._job_settle(attempt.ids)
        self.assertEqual(attempt.state, "done")
        self.assertPaid(move)

    def test_due_within_it(self):
        """Collected on its due date, on which the discount still holds."""
        move = self._discounted(
            line_ids=[Command.create({"value": "percent", "value_amount": 100, "nb_days": 5})]
        )
        self.assertFalse(self._collect(move, date(2026, 1, 5)))
        self.assertMoney(self._collect(move, date(2026, 1, 6)).amount, "117.60")
        self.assertPaid(move)

    def test_no_caller_from_outside_names_a_day(self):
        move = self._discounted()
        with freeze_time("2026-01-20 09:00:00"):
            told = move.with_context(cn285_asked_on="2026-01-05")._get_invoice_next_payment_values()
        self.assertNotEqual(told["installment_state"], "epd")
