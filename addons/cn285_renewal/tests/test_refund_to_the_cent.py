from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged

from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestRefundToTheCent(TermCase):
    """What is told beforehand, noted and credited is one amount, however taxes are rounded."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        inside = cls.tax.copy({"name": "20 % inside", "price_include_override": "tax_included"})
        low = cls.tax.copy({"name": "5.5 %", "amount": 5.5})
        cls.inside = cls._create_product("Inside", 119.99, taxes_id=[(6, 0, inside.ids)])
        cls.two = cls._create_product("Two", 33.33, taxes_id=[(6, 0, (cls.tax | low).ids)])
        cls.low = cls._create_product("Low", 9.99, taxes_id=[(6, 0, low.ids)])

    def _items(self, *prices):
        products = {119.99: self.inside, 33.33: self.two, 9.99: self.low}
        return [
            {
                "price_unit": price,
                **({"product_id": products[price].id} if price in products else {}),
            }
            for price in prices
        ]

    def _contract(self, prices, day="2026-01-10", **values):
        """Monthly from a day on, invoiced on it."""
        with freeze_time(f"{day} 10:00:00"):
            contract = self._create_contract(
                self._items(*prices),
                partner_id=self.consumer.id,
                date_start=date.fromisoformat(day),
                date_concluded=date.fromisoformat(day),
                term_length=0,
                notice_length=0,
                **values,
            )
            self._bill(date.fromisoformat(day))
        return contract

    # By the company's rounding method; all of the first were a cent off, line by line.
    BASKETS = (
        ("round_globally", (0.49, 0.49, 0.49)),
        ("round_globally", (9.99, 9.99, 9.99, 33.33, 33.33)),
        ("round_per_line", (119.99, 33.33, 0.49)),
    )

    def test_a_termination_credits_what_was_quoted(self):
        for method, prices in (("round_globally", (119.99, 33.33, 0.49)), *self.BASKETS):
            self.company.tax_calculation_rounding_method = method
            with self.subTest(method, prices=prices), freeze_time("2026-01-12 10:00:00"):
                contract = self._contract(prices)
                invoice = contract.invoice_ids
                quote = contract.termination_quote("2026-01-23")
                parts = quote["refund_untaxed"] + quote["refund_tax"]
                self.assertMoney(parts, self._cents(quote["refund_total"]))
                told = sum(line["amount"] for line in quote["refund_lines"])
                self.assertMoney(told, self._cents(quote["refund_untaxed"]))
                [change] = contract.action_terminate("2026-01-23")
                with freeze_time("2026-01-24 10:00:00"):
                    self._bill(date(2026, 1, 24))
                note = contract.invoice_ids - invoice
                self.assertEqual(note.move_type, "out_refund")
                self.assertMoney(quote["refund_total"], self._cents(note.amount_total))
                self.assertMoney(change.refund_price, self._cents(note.amount_total))

    def test_a_withdrawal_gives_back_what_was_invoiced(self):
        """119.99 inside; 33.33 and 0.49 with 20 %, 6.76; 5.5 % of 40.00, as it is on top: 2.20."""
        self.company.tax_calculation_rounding_method = "round_globally"
        with freeze_time("2026-01-12 10:00:00"):
            contract = self._contract((119.99, 33.33, 0.49))
            invoice = contract.invoice_ids
            self.assertMoney(invoice.amount_total, "162.77")
            [change] = contract.action_withdraw()
        self.assertMoney(change.refund_price, "162.77")
        self.assertMoney((contract.invoice_ids - invoice).amount_total, "162.77")
        self.assertMoney(invoice.amount_residual, "0.00")
