"""What a quotation says will be billed is what is billed, to the cent."""

from datetime import date

from freezegun import freeze_time
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import QuoteCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestQuoteFigures(QuoteCase):
    def _invoices(self, order):
        contract = order.sudo().cn285_contract_id
        return contract.schedule_ids.move_id

    def test_first_invoice_and_what_follows(self):
        """22 of 31 days of 31.00 are 22.00, with the fee 272.00, and 20 % of it 54.40.

        A year from 10 January: 22.00, eleven months of 31.00, 9 days of January 9.00, the fee:
        622.00.
        """
        order = self._quote()
        self.assertEqual(order.cn285_kind, "new")
        self.assertFirst(order, "272.00", "326.40", "2026-01-10", "2026-02-09")
        first = order.cn285_first_invoice
        self.assertEqual((first["period_start"], first["period_end"]), ("2026-01-10", "2026-01-31"))
        [then] = first["then"]
        self.assertEqual((then["every"], then["unit"], then["from"]), (1, "month", "2026-02-01"))
        self.assertMoney(then["amount_untaxed"], "31.00")
        self.assertMoney(then["amount_total"], "37.20")
        self.assertMoney(order.cn285_mrr, "31.00")
        self.assertMoney(order.cn285_arr, "372.00")
        self.assertMoney(order.cn285_one_shot, "250.00")
        self.assertMoney(order.cn285_tcv, "622.00")

    def test_invoice_is_what_was_quoted(self):
        order = self._quote()
        quoted = order.cn285_first_invoice
        order.action_confirm()
        self._bill(date(2026, 1, 10))
        [invoice] = self._invoices(order)
        self.assertMoney(invoice.amount_untaxed, "272.00")
        self.assertMoney(invoice.amount_total, "326.40")
        self.assertEqual(invoice.invoice_date.isoformat(), quoted["date"])
        self.assertEqual(invoice.invoice_date_due.isoformat(), quoted["due"])
        self._bill(date(2026, 2, 1))
        second = self._invoices(order) - invoice
        self.assertMoney(second.amount_total, "37.20")

    def test_global_rounding(self):
        """Three lines of 10.03: 20 % of 30.09 are 6.02 over all, and 6.03 line by line."""
        line = {"price_unit": 10.03, "alignment": "anniversary", "billing_type": "fixed"}
        for method, total in (("round_globally", "36.11"), ("round_per_line", "36.12")):
            self.company.tax_calculation_rounding_method = method
            order = self._quote([line] * 3)
            self.assertFirst(order, "30.09", total, "2026-01-10", "2026-02-09")
            self.assertMoney(order.cn285_first_invoice["then"][0]["amount_total"], total)
            order.action_confirm()
            self._bill(
                date(2026, 1, 10), contract_ids=[Command.set(order.sudo().cn285_contract_id.ids)]
            )
            self.assertMoney(self._invoices(order).amount_total, total)

    def test_trial_and_discount_of_the_template(self):
        """Ten days free, then half price for a month: from 20 January, 12 days of 15.50: 6.00."""
        self.monthly.discount_ids = [
            Command.create({"percent": 50.0, "month_from": 1, "month_count": 1})
        ]
        order = self._quote([{"trial_days": 10}])
        self.assertFirst(order, "6.00", "7.20", "2026-01-20", "2026-02-19")
        self.assertMoney(order.cn285_first_invoice["then"][0]["amount_untaxed"], "31.00")
        order.action_confirm()
        self._bill(date(2026, 1, 20))
        self.assertMoney(self._invoices(order).amount_untaxed, "6.00")

    def test_terms_of_the_template_are_printed(self):
        """Trial and discounts stand on the quotation, also where they come with the product."""
        self.monthly.discount_ids = [
            Command.create({"percent": 50.0, "month_from": 1, "month_count": 1})
        ]
        order = self._quote([{"trial_days": 10}])
        details = order._cn285_document().lines[0].details
        self.assertIn("free of charge for the first 10 days", details)
        self.assertIn("50 % off in month 1", details)

    def test_revenue_once_all_has_started(self):
        """42.00 at half price for three months: MRR 42.00, billed from 10 April on; at half price
        for ever 21.00, from the start on.
        """
        for months, mrr, day in ((3, "42.00", "2026-04-10"), (0, "21.00", "2026-01-10")):
            discount = Command.create({"percent": 50.0, "month_count": months})
            line = {"price_unit": 42.0, "alignment": "anniversary"}
            order = self._quote([{**line, "cn285_discount_ids": [discount]}])
            self.assertMoney(order.cn285_mrr, mrr)
            [then] = order.cn285_first_invoice["then"]
            self.assertMoney(then["amount_untaxed"], mrr)
            self.assertEqual(then["from"], day)

    def test_a_rhythm_holds_once_its_last_line_has_started(self):
        """800.00 from 10 January, 89.00 after 20 days of trial: 889.00 from 30 January on."""
        line = {"alignment": "anniversary"}
        order = self._quote(
            [{**line, "price_unit": 800.0}, {**line, "price_unit": 89.0, "trial_days": 20}]
        )
        [then] = order.cn285_first_invoice["then"]
        self.assertMoney(then["amount_untaxed"], "889.00")
        self.assertEqual(then["from"], "2026-01-30")

    def test_value_over_the_term(self):
        order = self._quote([{"alignment": "anniversary"}], term_length=24)
        self.assertMoney(order.cn285_tcv, "744.00")
        order.order_line.product_uom_qty = 2
        self.assertMoney(order.cn285_tcv, "1488.00")
        self.assertMoney(order.cn285_mrr, "62.00")

    def test_in_arrears(self):
        order = self._quote([{"timing": "arrears", "alignment": "anniversary"}])
        self.assertFirst(order, "31.00", "37.20", "2026-02-10", "2026-03-12")

    def test_form(self):
        """A product brings its terms and price; a template its items."""
        with Form(self.env["sale.order"].with_user(self.seller)) as form:
            form.partner_id = self.customer
            form.cn285_template_id = self.template
        order = form.record
        self.assertEqual(order.order_line.mapped("price_unit"), [31.0, 250.0])
        self.assertEqual(order.order_line.mapped("billing_type"), ["fixed", "one_shot"])
        self.assertMoney(order.cn285_mrr, "31.00")
        with Form(self.env["sale.order"].with_user(self.seller)) as form:
            form.partner_id = self.customer
            with form.order_line.new() as line:
                line.product_id = self.subscription
        [line] = form.record.order_line
        self.assertEqual(
            (line.billing_type, line.alignment, line.price_unit), ("fixed", "calendar", 31)
        )
        self.assertEqual(form.record.cn285_kind, "new")

    def test_an_order_of_goods_is_odoos(self):
        goods = self._create_product("Router", 80.0, type="consu", invoice_policy="order")
        order = self._quote([{"product_id": goods.id}])
        self.assertFalse(order.cn285_kind)
        self.assertFalse(order.cn285_first_invoice)
        order.action_confirm()
        self.assertFalse(order.cn285_contract_id)
        self.assertEqual(order.invoice_status, "to invoice")

    def test_quotation_template(self):
        template = self.env["sale.order.template"].create(
            {
                "name": "Hosting",
                "sale_order_template_line_ids": [
                    Command.create({"product_id": self.subscription.id, "trial_days": 7})
                ],
            }
        )
        self.seller.group_ids += self.env.ref("sale_management.group_sale_order_template")
        with Form(self.env["sale.order"].with_user(self.seller)) as form:
            form.partner_id = self.customer
            form.sale_order_template_id = template
        [line] = form.record.order_line
        self.assertEqual((line.billing_type, line.trial_days), ("fixed", 7))
        self.assertEqual(line.cn285_template_item_id, self.monthly)

    def test_printed(self):
        order = self._quote()
        document = order._cn285_document()
        said = "\n".join(text for note in document.notes for text in note.paragraphs)
        self.assertIn("272.00", said.replace("\u00a0", " "))
        self.assertIn("326.40", said)
        self.assertIn("Monthly", document.lines[0].details)

    def _said(self, order):
        return {
            label: value.replace("\u00a0", " ").replace("\u202f", " ")
            for label, value in order.sudo()._cn285_said()
        }

    def test_a_year_is_twelve_months_before_they_are_rounded(self):
        """365.00 a year are 30.42 a month and 365.00 a year; 7.00 a week are 52 times 7.00."""
        self.monthly.alignment = "anniversary"
        yearly = {"recurring_unit": "year", "alignment": "anniversary", "billing_type": "fixed"}
        weekly = {**yearly, "recurring_unit": "week", "price_unit": 7.0}
        cases = [
            ([{**yearly, "price_unit": 365.0}], "30.42", "365.00"),
            ([{**yearly, "price_unit": 100.0}] * 10, "83.33", "1000.00"),
            ([weekly], "30.33", "364.00"),
        ]
        for lines, mrr, arr in cases:
            with self.subTest(arr):
                order = self._quote(lines)
                self.assertMoney(order.cn285_mrr, mrr)
                self.assertMoney(order.cn285_arr, arr)

    def test_tax_inside_the_price(self):
        """Three of 9.99 with 20 % inside: 24.975 without. Three of 10.03: 25.07, as the invoice."""
        self.subscription.taxes_id = self.tax.copy(
            {"name": "20 % inside", "price_include_override": "tax_included"}
        )
        line = {"alignment": "anniversary", "billing_type": "fixed"}
        order = self._quote([{**line, "price_unit": 9.99}] * 3)
        self.assertMoney(order.cn285_mrr, "24.98")
        self.assertMoney(order.cn285_arr, "299.70")
        self.company.tax_calculation_rounding_method = "round_globally"
        order = self._quote([{**line, "price_unit": 10.03}] * 3)
        self.assertFirst(order, "25.07", "30.09", "2026-01-10", "2026-02-09")
        [then] = order.cn285_first_invoice["then"]
        self.assertMoney(then["amount_untaxed"], "25.07")
        self.assertMoney(then["amount_total"], "30.09")

    def test_nothing_to_pay_at_first(self):
        """February is free, all of it; the first payment is March's."""
        self.monthly.discount_ids = [
            Command.create({"percent": 100.0, "month_from": 1, "month_count": 1})
        ]
        order = self._quote([{}], cn285_date_start=date(2026, 2, 1))
        self.assertFirst(order, "0.00", "0.00", "2026-02-01", "2026-03-03")
        payment = order.cn285_first_invoice["payment"]
        self.assertEqual(payment["date"], "2026-03-01")
        self.assertMoney(payment["amount_total"], "37.20")
        self.assertIn(
            "37.20 € incl. tax (31.00 € excl. tax) on 03/01/2026",
            self._said(order)["First payment"],
        )

    def test_what_is_due_at_acceptance(self):
        """On 5 February 22 days of January (26.40) and February (37.20) are due: 63.60."""
        with freeze_time("2026-02-05 09:00:00"):
            order = self._quote([{}])
            due = order.cn285_first_invoice["due_at_acceptance"]
            self.assertMoney(due["amount_untaxed"], "53.00")
            self.assertMoney(due["amount_total"], "63.60")
            self.assertIn("63.60", self._said(order)["Due at acceptance"])
        self.assertFalse(self._quote([{}]).cn285_first_invoice["due_at_acceptance"])

    def test_lines_cost_no_queries_of_their_own(self):
        few, many = self._quote([{}] * 5), self._quote([{}] * 50)
        self.assertTrue(few.cn285_first_invoice)  # warms caches
        counts = []
        for order in (few, many):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertTrue(order.cn285_first_invoice)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 5, counts)
