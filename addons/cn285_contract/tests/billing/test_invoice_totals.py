import random
from datetime import date
from itertools import product as combinations
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ...models.writer.invoice_writer_reasons import Reason
from ..common import ContractCase

QUICK_OFF = Reason("switch", ("test",))
METHODS = ("round_globally", "round_per_line")


@tagged("post_install", "-at_install")
class TestInvoiceTotals(ContractCase):
    """Total excluding tax = sum of the lines = sum of the rows, however an invoice is rounded."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.tax_calculation_rounding_method = "round_globally"
        included = cls._tax("incl. 20", price_include_override="tax_included")
        reduced = cls._tax("incl. 10", amount=10.0, price_include_override="tax_included")
        eco = cls._tax("eco", amount=0.13, amount_type="fixed")
        inner = cls._tax(
            "eco incl.", amount=0.13, amount_type="fixed", price_include_override="tax_included"
        )
        cls.taxes = {
            "on top": cls.tax,
            "inside": included,
            "two inside": included + reduced,
            "inside and on top": included + eco,
            "fee inside": inner,
            "two on top": cls.tax + cls._tax("5.5", amount=5.5),
            "none": cls.env["account.tax"],
        }
        cls.products = {
            name: cls._create_product(name, 10.0, taxes_id=[Command.set(taxes.ids)])
            for name, taxes in cls.taxes.items()
        }
        cls.biller = new_test_user(
            cls.env, "totals", groups="cn285_contract.group_billing_manager,base.group_user"
        )

    @classmethod
    def _tax(cls, name, **values):
        return cls.tax.copy({"name": name, "amount": 20.0, **values})

    def _invoice(self, items, quick=True, **values):
        values = {"line_grouping": "row", **values}
        contract = self._create_contract(items, **values)
        run = self.env["cn285.billing.run"].with_user(self.biller)
        run = run.create({"date": date(2026, 1, 1), "contract_ids": [Command.set(contract.ids)]})
        writer = type(self.env["cn285.invoice.writer"])
        with patch.object(writer, "_quick_obstacle", lambda writer: None if quick else QUICK_OFF):
            run.action_run()
        self.assertFalse(run.issue_ids.mapped("reason"))
        [invoice] = run.invoice_ids
        return invoice.sudo()

    def assert_adds_up(self, invoice):
        lines = invoice.invoice_line_ids
        rows = invoice.cn285_schedule_ids
        sign = -1 if invoice.move_type == "out_refund" else 1
        self.assertMoney(invoice.amount_untaxed, self._cents(sum(lines.mapped("price_subtotal"))))
        self.assertMoney(invoice.amount_untaxed, self._cents(sign * sum(rows.mapped("amount"))))
        totals = invoice.tax_totals
        self.assertMoney(totals["base_amount_currency"], self._cents(invoice.amount_untaxed))
        self.assertMoney(totals["total_amount_currency"], self._cents(invoice.amount_total))
        for line in lines:
            self.assertMoney(
                line.price_subtotal, self._cents(sign * sum(self._rows_of(line).mapped("amount")))
            )

    def _rows_of(self, line):
        return line.cn285_schedule_ids

    def test_the_examples(self):
        """3 x 10.333333 is 30.99 as each of the lines says; 5 x 9.996 is 50.00."""
        for quick in (True, False):
            with self.subTest(quick=quick):
                invoice = self._invoice([{"price_unit": 10.333333}] * 3, quick)
                self.assert_adds_up(invoice)
                self.assertMoney(invoice.amount_untaxed, "30.99")
                self.assertMoney(invoice.amount_tax, "6.20")
                invoice = self._invoice([{"price_unit": 9.996}] * 5, quick)
                self.assert_adds_up(invoice)
                self.assertMoney(invoice.amount_untaxed, "50.00")
                self.assertMoney(invoice.amount_tax, "10.00")
                invoice = self._invoice([{"price_unit": 10.333333, "quantity": 3}], quick)
                self.assertMoney(invoice.amount_untaxed, "31.00")

    def test_summing_lines_does_not_change_what_is_paid(self):
        """Of several discounts and prices, each way of summing lines; both ways of writing."""
        items = [
            {"price_unit": 10.333333, "discount": discount, "quantity": quantity}
            for discount, quantity in ((0, 1), (0, 1.7), (33.33, 3), (12.5, 0.123456))
        ]
        for name, chosen in self.products.items():
            paid = set()
            for grouping, quick in combinations(("row", "product", "item_name"), (True, False)):
                own = [{**item, "product_id": chosen.id} for item in items]
                invoice = self._invoice(own, quick, line_grouping=grouping)
                with self.subTest(taxes=name, grouping=grouping, quick=quick):
                    self.assert_adds_up(invoice)
                if name not in ("fee inside", "inside and on top"):  # a fee is one of each unit
                    paid.add((invoice.amount_untaxed, invoice.amount_total))
            with self.subTest(taxes=name):
                self.assertLessEqual(len(paid), 1)

    def test_taxes_inside_prices(self):
        """What is paid is the sum of the prices; the tax is that of the whole, not of each line."""
        for quick in (True, False):
            own = [{"price_unit": 9.99, "product_id": self.products["inside"].id}] * 40
            invoice = self._invoice(own, quick)
            self.assert_adds_up(invoice)
            self.assertMoney(invoice.amount_total, "399.60")
            self.assertMoney(invoice.amount_tax, "66.60")
            self.assertMoney(invoice.amount_untaxed, "333.00")
            base = invoice.line_ids.filtered("tax_line_id").tax_base_amount  # negative: revenue
            self.assertMoney(abs(base), "333.00")

    def test_any_quantity_price_and_discount(self):
        """Random invoices, by either method, of mixed taxes."""
        draw = random.Random(20260101)
        names = list(self.products)
        for number in range(24):
            self.company.tax_calculation_rounding_method = METHODS[number % 2]
            items = [
                {
                    "product_id": self.products[draw.choice(names)].id,
                    "quantity": round(draw.uniform(0.000001, 40), draw.randrange(7)) or 1,
                    "price_unit": round(draw.uniform(0.01, 90), draw.randrange(1, 7)),
                    "discount": draw.choice((0, 0, 10, 33.33, 66.6667, 100)),
                }
                for _item in range(draw.randrange(2, 9))
            ]
            grouping = draw.choice(("row", "product", "item_name"))
            invoices = [
                self._invoice(items, quick, line_grouping=grouping) for quick in (True, False)
            ]
            for invoice in invoices:
                with self.subTest(number=number, items=items, grouping=grouping):
                    self.assert_adds_up(invoice)
            self.assertEqual(*[(one.amount_untaxed, one.amount_total) for one in invoices])

    def test_it_lasts_when_odoo_computes_anew(self):
        """Back to draft, a line more, a price changed, posted again."""
        self.company.tax_calculation_rounding_method = "round_per_line"
        own = [{"price_unit": 9.99, "product_id": self.products["inside"].id}] * 3
        invoice = self._invoice([{"price_unit": 10.333333}] * 3 + own, quick=True)
        self.company.tax_calculation_rounding_method = "round_globally"
        invoice.button_draft()
        line = {"name": "Parcel", "quantity": 3, "price_unit": 1.3349, "product_id": False}
        invoice.invoice_line_ids = [Command.create({**line, "tax_ids": self.tax.ids})] * 2
        invoice.invoice_line_ids[0].price_unit = 7.777777
        invoice.action_post()
        lines = invoice.invoice_line_ids
        self.assertMoney(invoice.amount_untaxed, self._cents(sum(lines.mapped("price_subtotal"))))
        self.assertMoney(lines[0].price_subtotal, "7.78")
        self.assertMoney(lines[-1].price_subtotal, "4.00")

    def test_a_draft_that_is_edited(self):
        """The rows say what is posted in the end."""
        contract = self._create_contract([{"price_unit": 10.333333}] * 3)
        run = self._bill(date(2026, 1, 1), contract_ids=[Command.set(contract.ids)], post=False)
        [invoice] = run.invoice_ids
        self.assertMoney(invoice.amount_untaxed, "30.99")
        invoice.invoice_line_ids[0].price_unit = 8.885
        invoice.action_post()
        self.assert_adds_up(invoice)
        self.assertMoney(invoice.amount_untaxed, "29.55")

    def test_a_tax_that_changes_after_planning(self):
        """A row says what its line charges, whatever was planned."""
        chosen = self.products["inside"]
        contract = self._create_contract([{"price_unit": 12.0, "product_id": chosen.id}] * 2)
        self.assertMoney(contract.schedule_ids[:1].amount, "10.00")
        chosen.taxes_id = self._tax("10", amount=10.0, price_include_override="tax_included")
        invoice = self._bill(date(2026, 1, 1), contract_ids=[Command.set(contract.ids)]).invoice_ids
        self.assert_adds_up(invoice)
        self.assertMoney(invoice.amount_untaxed, "21.82")
