"""The networks limit how often a refused card is asked again, not how much is bought by it."""

from datetime import date

from odoo.tests import tagged

from .common import CollectionCase


@tagged("post_install", "-at_install")
class TestNetworkLimit(CollectionCase):
    """Sixteen invoices of 120.00 of one payer, as of a fleet of which each car has a contract."""

    stock = 16

    def _charge(self, *numbers, answer="done"):
        moves = self.env["account.move"].union(*(self._invoice(number) for number in numbers))
        with self._answers(answer):
            return self._collect(moves, date(2026, 1, 2))

    def test_what_is_paid_does_not_count(self):
        self._charge(*range(15))
        last = self._charge(15)
        self.assertEqual(last.state, "done")
        self.assertPaid(self._invoice(15))

    def test_a_payment_begins_anew(self):
        """Thirteen refusals, a payment, one more refusal: the card may still be charged."""
        self._charge(*range(13), answer="insufficient_funds")
        self.assertEqual(self._charge(13).state, "done")
        self._charge(14, answer="insufficient_funds")
        self.assertEqual(self._charge(15).state, "done")

    def test_refusals_count(self):
        self._charge(*range(14), answer="insufficient_funds")
        self.assertFalse(self._charge(15))
