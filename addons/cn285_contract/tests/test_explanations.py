from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged

from .changes.test_contract_change_money import MoneyCase
from .equations import false_equations


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestExplanations(MoneyCase):
    """Every equation that is printed about a row, a preview or a credit is true."""

    def _windows(self, *windows):
        return [
            (0, 0, {"name": name, "date_start": start, "date_end": end, **values})
            for name, start, end, values in windows
        ]

    def _contract(self, **values):
        windows = self._windows(
            ("Trial", "2026-01-10", "2026-01-14", {"percent": 100.0}),
            ("Launch", "2026-01-15", "2026-02-09", {"percent": 33.3333}),
            ("Loyalty", "2026-02-10", False, {"amount": 7.77}),
        )
        return self._create_contract(
            [
                {"price_unit": price, "alignment": alignment, **extra}
                for price in (100.0, 10.333333, 0.0049, -3.33)
                for alignment in ("calendar", "anniversary")
                for extra in (
                    {"quantity": 3},
                    {"quantity": 2.345678, "discount": 12.5},
                    {"first_period": "full", "discount_ids": windows},
                    {"first_period": "free"},
                    {"proration_basis": "30_360", "discount": 3, "discount_ids": windows},
                    {"recurring_unit": "year", "discount_ids": windows},
                )
            ],
            date_start=date(2026, 1, 10),
            **values,
        )

    def assertAllTrue(self, explanations):
        found = [wrong for text in explanations for wrong in false_equations(text)]
        self.assertEqual(found, [])

    def test_the_parser_finds_what_is_false(self):
        for line in (
            "90000 × 0.0014 = 146.00\xa0€",
            "10 × 5 + 3, tier 10 to 20 = 155.00\xa0€",
            "15/31 of the period's days: 100.00\xa0€ × 15/31 = 48.39\xa0€",
            "discount of 5 %: $ 580.65 − $ 29.03 = $ 551.61",
            "3 × 10.333333 = 31.00\xa0€",
            "5 × 2 = 10.00\xa0€\n5 × 1 = 5.00\xa0€\nin all = 14.00\xa0€",
        ):
            with self.subTest(line):
                self.assertTrue(false_equations(line))
        self.assertFalse(false_equations("2 × 1,000.50 + 3 for all units = 2,004.00\xa0€"))

    def test_rows(self):
        contract = self._contract()
        explanations = contract.schedule_ids.mapped("explanation")
        self.assertGreater(sum(" × " in text for text in explanations), 100)
        self.assertGreater(sum(" − " in text for text in explanations), 20)
        self.assertAllTrue(explanations)
        for row in contract.schedule_ids:
            shown = self.eur.format(row.net)
            self.assertTrue(row.explanation.endswith(f" {shown}"), (shown, row.explanation))

    def test_previews(self):
        contract = self._contract(confirm=False)
        lines = [line for one in contract.preview_invoices(3) for line in one["lines"]]
        self.assertTrue(lines)
        self.assertAllTrue(line["explanation"] for line in lines)

    def test_a_currency_without_decimals(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": yen.id,
                "name": "2026-01-01",
                "rate": 150,
                "company_id": self.company.id,
            }
        )
        contract = self._create_contract(
            [{"price_unit": 999.5, "quantity": 3, "discount": 7}],
            currency_id=yen.id,
            date_start=date(2026, 1, 10),
        )
        self.assertAllTrue(contract.schedule_ids.mapped("explanation"))

    def test_credits_and_parts_after_changes(self):
        contract = self._contract()
        self._bill("2026-01-15")
        for item in contract.item_ids:
            self._change(contract, "quantity", "2026-01-20", item=item, quantity=5)
        self._change(contract, "pause", "2026-01-25", date_end="2026-02-10")
        self.assertAllTrue(filter(None, contract.schedule_ids.mapped("explanation")))
