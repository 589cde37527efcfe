from datetime import date, timedelta
from itertools import product as combinations

from freezegun import freeze_time
from odoo.fields import Command
from odoo.tests import tagged

from ..changes.test_contract_change_money import MoneyCase

PRICES = (68.33, 68.33, 57.50, 85.00)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 10:00:00")
class TestCreditTotals(MoneyCase):
    """Credits of changes, any number of them: what was invoiced, with its taxes, never above."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"cn285_end_day": "free"})
        cls.company.tax_calculation_rounding_method = "round_globally"
        cls.included = cls.tax.copy({"name": "incl", "price_include_override": "tax_included"})
        second = cls.tax.copy({"name": "5.5", "amount": 5.5})
        cls.taxes = {
            "on top": cls.tax,
            "two on top": cls.tax + second,
            "inside": cls.included,
            "two inside": cls.included + cls.included.copy({"name": "incl 10", "amount": 10.0}),
            "none": cls.env["account.tax"],
        }

    def _invoiced(self, taxes, prices=PRICES, **values):
        product = self._create_product("X", 1.0, taxes_id=[Command.set(taxes.ids)])
        items = [{"price_unit": price, "product_id": product.id} for price in prices]
        for item in items:
            item["alignment"] = "calendar"
        contract = self._create_contract(items, **values)
        self._bill("2026-01-05", contract_ids=[Command.set(contract.ids)])
        return contract

    def _run(self, contract, day="2026-01-05"):
        run = self._bill(day, contract_ids=[Command.set(contract.ids)])
        self.assertFalse(run.issue_ids.mapped("reason"))
        return run.invoice_ids

    def _sums(self, contract):
        return tuple(
            self._cents(abs(sum(contract.invoice_ids.mapped(name))))
            for name in ("amount_untaxed_signed", "amount_tax_signed", "amount_total_signed")
        )

    def test_four_items_withdrawn_one_by_one(self):
        for name, grouping in combinations(self.taxes, ("row", "product")):
            contract = self._invoiced(self.taxes[name], line_grouping=grouping)
            invoice = contract.invoice_ids
            if (name, grouping) == ("on top", "row"):
                self.assertMoney(invoice.amount_total, "334.99")
            for item in contract.item_ids:
                self._change(contract, "end_item", "2026-01-01", item=item)
                refund = self._run(contract)
                lines = sum(refund.invoice_line_ids.mapped("price_subtotal"))
                self.assertMoney(
                    refund.amount_untaxed,
                    self._cents(lines),
                )
            with self.subTest(taxes=name, grouping=grouping):
                self.assertEqual(self._sums(contract), ("0.00", "0.00", "0.00"))
                self.assertFalse(invoice.cn285_creditable()[0]["remaining"])

    def test_many_small_credits_and_methods_that_change(self):
        """Days off one after the other, credits by users between, both ways of rounding."""
        for name in self.taxes:
            contract = self._invoiced(self.taxes[name], prices=(10.03, 0.07, 33.37))
            invoice = contract.invoice_ids
            total = invoice.amount_total
            day = date(2026, 1, 31)
            for number, method in enumerate(("round_per_line", "round_globally") * 3):
                self.company.tax_calculation_rounding_method = method
                for item in contract.item_ids:
                    self._change(contract, "end_item", day.isoformat(), item=item)
                self._run(contract, "2026-01-31")
                if number == 2:
                    invoice.cn285_credit(percent=15)
                self.assertLessEqual(
                    round(sum(invoice.reversal_move_ids.mapped("amount_total")), 2), total
                )
                day -= timedelta(days=4)
            if invoice.cn285_creditable() and any(
                entry["remaining"] for entry in invoice.cn285_creditable()
            ):
                invoice.cn285_credit()
            with self.subTest(taxes=name):
                self.assertEqual(self._sums(contract), ("0.00", "0.00", "0.00"))

    def test_previews_have_the_taxes_of_the_document(self):
        """33.33 and 0.49 are 40.58 with 20 % on one invoice, though 40.00 and 0.59 by line."""
        for taxes, total in (("on top", "40.58"), ("two on top", "42.81"), ("inside", "33.82")):
            contract = self._invoiced(self.taxes[taxes], prices=(33.33, 0.49))
            self.assertMoney(contract.invoice_ids.amount_total, total)
            with self.subTest(taxes=taxes):
                [invoice] = contract.preview_invoices(1)
                lines = sum(line["amount_total"] for line in invoice["lines"])
                self.assertEqual(self._cents(invoice["amount_total"]), total)
                self.assertEqual(self._cents(lines), total)
                change = self.env["cn285.contract.change"].create(
                    {
                        "contract_id": contract.id,
                        "type": "terminate",
                        "date_effective": "2026-01-01",
                    }
                )
                preview = change.preview()
                credits = sum(line["amount_with_tax"] for line in preview["credits"])
                self.assertEqual(self._cents(credits), f"-{total}")
                dropped = sum(line["amount_with_tax"] for line in preview["dropped"])
                self.assertEqual(
                    self._cents(preview["amount_with_tax"]), self._cents(credits - dropped)
                )
                months = round(preview["total"] / sum(one["amount"] for one in preview["credits"]))
                self.assertEqual(
                    self._cents(preview["total_with_tax"]), self._cents(-months * float(total))
                )
                change.action_schedule()
                refund = self._run(contract)
                self.assertEqual(self._cents(refund.amount_total), total)

    def test_the_preview_of_a_rate_that_changed(self):
        contract = self._invoiced(self.taxes["on top"], prices=(100.0, 50.0))
        product = contract.item_ids.product_id
        product.taxes_id = self.tax.copy({"name": "25", "amount": 25.0})
        change = self.env["cn285.contract.change"].create(
            {"contract_id": contract.id, "type": "terminate", "date_effective": "2026-01-01"}
        )
        credits = change.preview()["credits"]
        self.assertEqual(self._cents(sum(one["amount_with_tax"] for one in credits)), "-180.00")

    def test_a_rate_that_changed(self):
        """What was invoiced at 20 % is credited at 20 %."""
        contract = self._invoiced(self.taxes["on top"], prices=(100.0,))
        contract.item_ids.product_id.taxes_id = self.tax.copy({"name": "25", "amount": 25.0})
        self._change(contract, "end_item", "2026-01-01", item=contract.item_ids)
        refund = self._run(contract)
        self.assertMoney(refund.amount_tax, "20.00")
        self.assertEqual(self._sums(contract), ("0.00", "0.00", "0.00"))

    def test_a_foreign_currency(self):
        jpy = self.env.ref("base.JPY")
        jpy.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": jpy.id, "name": date(2026, 1, 1), "rate": 161.337}
        )
        contract = self._invoiced(
            self.taxes["inside"], prices=(683, 683, 575, 851), currency_id=jpy.id
        )
        for item in contract.item_ids:
            self._change(contract, "end_item", "2026-01-01", item=item)
            self._run(contract)
        invoices = contract.invoice_ids
        for name in ("amount_untaxed", "amount_tax", "amount_total"):
            signed = [
                move[name] * (1 if move.move_type == "out_invoice" else -1) for move in invoices
            ]
            self.assertEqual(sum(signed), 0.0)

    def _in_dollars(self, prices, taxes="on top"):
        """An invoice in USD, of which a euro buys three, and from 10 January on four."""
        usd = self.env.ref("base.USD")
        usd.active = True
        rates = self.env["res.currency.rate"]
        rates.search([("currency_id", "=", usd.id)]).unlink()
        for day, rate in ((date(2025, 1, 1), 3.0), (date(2026, 1, 10), 4.0)):
            rates.create({"currency_id": usd.id, "name": day, "rate": rate})
        return self._invoiced(self.taxes[taxes], prices=prices, currency_id=usd.id).invoice_ids

    def _own_amounts(self, moves):
        """What documents come to in euros, by kind of account."""
        groups = moves.line_ids.grouped(lambda line: line.account_id.account_type)
        return {kind: self._cents(sum(lines.mapped("balance"))) for kind, lines in groups.items()}

    def test_in_the_companys_currency_nothing_is_left_over(self):
        """100.00 USD are 33.33 EUR, 50.00 twice would be 33.34; tax 6.67 and twice 3.33."""
        invoice = self._in_dollars((100.0,))
        first, second = (
            invoice.browse(invoice.cn285_credit(percent=percent)["id"]) for percent in (50, 100)
        )
        self.assertEqual(
            [self._own_amounts(move) for move in (invoice, first, second)],
            [
                {
                    "income": "-33.33",
                    "liability_current": "-6.67",
                    "asset_receivable": "40.00",
                },
                {"income": "16.67", "liability_current": "3.33", "asset_receivable": "-20.00"},
                {"income": "16.66", "liability_current": "3.34", "asset_receivable": "-20.00"},
            ],
        )
        self.assertEqual(invoice.payment_state, "reversed")

    def test_many_credits_in_a_foreign_currency(self):
        for taxes in self.taxes:
            invoice = self._in_dollars((10.03, 0.07, 33.37), taxes)
            lines = invoice.invoice_line_ids
            for amount in (1.01, 2.02, 3.04):
                invoice.cn285_credit(lines={lines[0].id: {"amount": amount}})
                invoice.cn285_credit(percent=7)
            refund = invoice._reverse_moves(cancel=True)
            with self.subTest(taxes=taxes):
                self.assertTrue(refund.line_ids)
                moves = invoice | invoice.reversal_move_ids
                self.assertLessEqual(set(self._own_amounts(moves).values()), {"0.00", "-0.00"})

    def test_changes_in_a_foreign_currency_leave_nothing_over(self):
        """100.00 USD are 33.33 EUR; 15 and 16 of 31 days are 16.13 and 17.20, not 33.34."""
        invoice = self._in_dollars((100.0,))
        contract = invoice.cn285_contract_ids
        item = contract.item_ids
        self._change(contract, "end_item", "2026-01-16", item=item)
        first = self._run(contract)
        self._change(contract, "end_item", "2026-01-01", item=item)
        second = self._run(contract)
        self.assertMoney(first.amount_untaxed + second.amount_untaxed, "100.00")
        moves = invoice | first | second
        self.assertLessEqual(set(self._own_amounts(moves).values()), {"0.00", "-0.00"})
        self.assertEqual(invoice.payment_state, "reversed")

    def test_days_off_one_after_the_other_in_a_foreign_currency(self):
        """Each kind of tax, both ways to sum lines, both writers, one item or all in a run."""
        ways = (
            ("on top", "row", "True"),
            ("two on top", "product", "True"),
            ("inside", "product", "True"),
            ("two inside", "row", "True"),
            ("inside", "row", "False"),
            ("none", "row", "True"),
        )
        parameters = self.env["ir.config_parameter"].sudo()  # an administrator set it
        for taxes, grouping, quick in ways:
            parameters.set_param("cn285_contract.quick_invoices", quick)
            invoice = self._in_dollars((10.03, 0.07, 33.37), taxes)
            contract = invoice.cn285_contract_ids
            contract.line_grouping = grouping
            for day in ("2026-01-20", "2026-01-11"):
                for item in contract.item_ids:
                    self._change(contract, "end_item", day, item=item)
                self._run(contract)
            first, *rest = contract.item_ids
            for items in (first, rest):
                for item in items:
                    self._change(contract, "end_item", "2026-01-01", item=item)
                self._run(contract)
            with self.subTest(taxes=taxes, grouping=grouping, quick=quick):
                moves = contract.invoice_ids
                self.assertEqual(self._sums(contract), ("0.00", "0.00", "0.00"))
                self.assertLessEqual(set(self._own_amounts(moves).values()), {"0.00", "-0.00"})

    def test_at_another_rate_a_credit_has_its_own_value(self):
        invoice = self._in_dollars((100.0,))
        invoice.cn285_credit(percent=50)
        made = invoice.cn285_credit(date=date(2026, 1, 10))
        amounts = self._own_amounts(invoice.browse(made["id"]))
        self.assertEqual((amounts["income"], amounts["liability_current"]), ("12.50", "2.50"))
