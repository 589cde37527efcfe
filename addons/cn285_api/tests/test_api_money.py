"""Money over HTTP where rounding matters: every figure was worked out by hand, see each test."""

from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged

from .common import ApiCase


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestApiMoney(ApiCase):
    def _product(self, **tax):
        taxes = self.tax.copy({"name": "of this test", **tax}) if tax else self.tax
        return self._create_product("Kiosk", 1.0, taxes_id=[(6, 0, taxes.ids)])

    def _yearly(self, product, price, **values):
        item = {"product": str(product.id), "price_unit": price, "recurring_unit": "year"}
        return {**item, **values}

    def _contract(self, items):
        """A contract from 1 January: ``(what a dry run says, what is made)``."""
        body = {"customer": str(self.customer.id), "date_start": "2026-01-01", "confirm": True}
        tried = self.post("/contracts?dry_run=true", {**body, "items": items}, 200)
        return tried, self.post("/contracts", {**body, "items": items})

    def _first_invoice(self, contract):
        self._bill(date(2026, 1, 1))
        path = f"/invoices?contract={contract['id']}&expand=lines"
        [invoice] = self.get(path)["data"]
        return invoice

    def _sums(self, shown):
        return shown["amount_untaxed"], shown["amount_tax"], shown["amount_total"]

    def _lines(self, shown):
        return [
            (line.get("amount_untaxed", line.get("amount")), line["amount_total"])
            for line in shown["lines"]
        ]

    def test_prices_that_include_their_tax(self):
        """119.99 a year and 11.99 a month, 20 % inside.

        119.99 / 1.2 = 99.9917, so 99.99 and 20.00 of tax; 11.99 / 1.2 = 9.9917, so 9.99 and 2.00.
        A quarter back: 30.00 and 3.00 with tax, 25.00 and 2.50 without. From 21 March 286 of 365
        days are left of the year: 119.99 × 286 / 365 = 94.02 with tax, 78.35 without.
        """
        product = self._product(price_include_override="tax_included")
        monthly = {"product": str(product.id), "price_unit": "11.99"}
        tried, contract = self._contract([self._yearly(product, "119.99"), monthly])
        preview = tried["invoices"][0]
        self.assertEqual(self._sums(preview), ("109.98", "22.00", "131.98"))
        self.assertEqual(self._lines(preview), [("99.99", "119.99"), ("9.99", "11.99")])
        [later] = self.get(f"/contracts/{contract['id']}/preview-invoices?count=1")["data"]
        self.assertEqual(self._sums(later), self._sums(preview))

        invoice = self._first_invoice(contract)
        self.assertEqual(self._sums(invoice), ("109.98", "22.00", "131.98"))
        self.assertEqual(self._lines(invoice), [("99.99", "119.99"), ("9.99", "11.99")])

        quote = self._quote(contract, "2026-03-20")
        self.assertEqual(quote["last_day"], "2026-03-20")
        self.assertEqual(
            (quote["refund_untaxed"], quote["refund_tax"], quote["refund_total"]),
            ("78.35", "15.67", "94.02"),
        )

        body = {"invoice": str(invoice["id"]), "percent": "25"}
        tried = self.post("/credit-notes?dry_run=true", body, 200)
        made = self.post("/credit-notes", body)
        for shown in (tried, made):
            self.assertEqual(self._sums(shown), ("27.50", "5.50", "33.00"))
        rest = self.post("/credit-notes", {"invoice": str(invoice["id"])})
        self.assertEqual(self._sums(rest), ("82.48", "16.50", "98.98"))

    def test_taxes_that_are_rounded_for_the_whole_document(self):
        """33.33 and 0.49 a year, 20 % on top, as Odoo's *Round Globally* has it.

        33.82 × 20 % = 6.764, so 6.76; line by line it would be 6.67 and 0.10, 6.77. The cent is the
        larger line's: 6.66 and 0.10. What is credited has the tax that was charged: 40 % back are
        13.33 and 0.20, 13.53, with 2.66 and 0.04, 2.70, where 20 % of 13.53 would be 2.71. After 14
        June 200 of 365 days are left: 18.26 with 3.65, 0.27 with 0.05. The rest closes the invoice.
        """
        self.company.tax_calculation_rounding_method = "round_globally"
        product = self._product()
        items = [self._yearly(product, price) for price in ("33.33", "0.49")]
        tried, contract = self._contract(items)
        preview = tried["invoices"][0]
        self.assertEqual(self._sums(preview), ("33.82", "6.76", "40.58"))
        self.assertEqual(self._lines(preview), [("33.33", "39.99"), ("0.49", "0.59")])

        invoice = self._first_invoice(contract)
        self.assertEqual(self._sums(invoice), ("33.82", "6.76", "40.58"))

        quote = self._quote(contract, "2026-06-14")
        self.assertEqual(quote["last_day"], "2026-06-14")
        self.assertEqual(
            (quote["refund_untaxed"], quote["refund_tax"], quote["refund_total"]),
            ("18.53", "3.70", "22.23"),
        )
        self.assertEqual([line["amount"] for line in quote["refund_lines"]], ["18.26", "0.27"])

        body = {"invoice": str(invoice["id"]), "percent": "40"}
        tried = self.post("/credit-notes?dry_run=true", body, 200)
        made = self.post("/credit-notes", body)
        for shown in (tried, made):
            self.assertEqual(self._sums(shown), ("13.53", "2.70", "16.23"))
        rest = self.post("/credit-notes", {"invoice": str(invoice["id"])})
        self.assertEqual(self._sums(rest), ("20.29", "4.06", "24.35"))

    def test_what_is_refunded_is_what_was_told(self):
        """The contract ended: the credit note has the figures of the termination quote."""
        self.company.tax_calculation_rounding_method = "round_globally"
        product = self._product()
        _tried, contract = self._contract([self._yearly(product, one) for one in ("33.33", "0.49")])
        self._first_invoice(contract)
        body = {"contract": str(contract["id"]), "date_effective": "2026-06-14"}
        told = self.post("/terminations?dry_run=true", body, 200)
        self.assertEqual(told["refund_total"], "22.23")
        self.post("/terminations", body)
        with freeze_time("2026-06-16 10:00:00"):
            self.env["cn285.contract.change"]._cron_apply_due()
            self._bill(date(2026, 6, 16))
        notes = self.get(f"/invoices?contract={contract['id']}&kind=credit_note")["data"]
        self.assertEqual([self._sums(one) for one in notes], [("18.53", "3.70", "22.23")])

    def _quote(self, contract, last_day):
        path = f"/contracts/{contract['id']}/termination-quote"
        return self.get(f"{path}?date_effective={last_day}")
