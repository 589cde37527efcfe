from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged

from .changes.test_contract_change_money import MoneyCase


@tagged("post_install", "-at_install")
class TestWorkedFigures(MoneyCase):
    """The figures of docs/billing.md that changes and billing come to."""

    def _march(self, item, day, pauses, billed_on=(), until="2026-04-30"):
        """What March and April cost of an item that pauses, where billing ran on these days."""
        with self._travel("2026-03-01"):
            contract = self._create_contract(
                [{"price_unit": 31.0, "alignment": "calendar", **item}], date_start=date(2026, 3, 1)
            )
        for run in billed_on:
            with self._travel(run):
                self._bill(run)
        with self._travel(day):
            self._change(contract, "pause", day, **pauses)
        with self._travel(until):
            self._bill(until)
        rows = contract.schedule_ids.filtered(lambda row: row.period_start < date(2026, 5, 1))
        months = [
            sum(rows.filtered(lambda row, m=m: row.period_start.month == m).mapped("amount"))
            for m in (3, 4)
        ]
        return [self._cents(amount) for amount in months]

    def test_kept_pauses_and_when_billing_ran(self):
        kept = {"date_end": "2026-04-15", "billing": "kept"}
        self.assertEqual(self._march({}, "2026-03-16", kept, ["2026-03-01"]), ["31.00", "15.50"])
        self.assertEqual(self._march({}, "2026-03-16", kept), ["15.00", "15.50"])
        arrears = {"timing": "arrears"}
        self.assertEqual(
            self._march(arrears, "2026-03-16", kept, ["2026-03-01"], "2026-05-01"),
            ["15.00", "15.50"],
        )
        owed = {"date_end": "2026-04-15"}
        for billed_on in ([], ["2026-03-01"]):
            amounts = self._march({}, "2026-03-16", owed, billed_on)
            self.assertEqual(amounts, ["15.00", "15.50"])

    def test_a_pause_of_the_contract_and_items_that_come_later(self):
        with self._travel("2026-02-01"):
            contract = self._create_contract(
                [
                    {"price_unit": 31.0, "alignment": "calendar"},
                    # On the contract from the start, and served from within the pause on.
                    {"price_unit": 310.0, "alignment": "calendar", "date_start": "2026-03-11"},
                ],
                date_start=date(2026, 2, 1),
            )
            self._change(contract, "pause", "2026-03-01", date_end="2026-03-31")
            self._change(
                contract,
                "add_item",
                "2026-03-16",
                product_id=self.subscription.id,
                price_unit=62.0,
                alignment="calendar",
            )
        with self._travel("2026-04-01"):
            self._bill("2026-04-01")
        march = contract.schedule_ids.filtered(
            lambda row: row.period_start.month == 3 and row.state == "invoiced"
        )
        self.assertEqual(march.mapped("amount"), [32.0])
        april = contract.schedule_ids.filtered(
            lambda row: row.period_start == date(2026, 4, 1) and row.state == "invoiced"
        )
        self.assertEqual(sorted(april.mapped("amount")), [31.0, 62.0, 310.0])

    @freeze_time("2026-01-16 10:00:00")
    def test_in_full_for_a_price_a_pause_and_a_discount(self):
        full = {"price_unit": 100.0, "alignment": "calendar"}
        full |= {"first_period": "full", "last_period": "full"}
        days = {"date_start": date(2026, 1, 16), "date_end": date(2026, 3, 20)}

        def amounts(contract):
            self._bill("2026-01-16")
            with self._travel("2026-03-31"):
                self._bill("2026-03-31")
            rows = contract.schedule_ids
            months = [
                rows.filtered(lambda row, m=m: row.period_start.month == m) for m in (1, 2, 3)
            ]
            return [self._cents(sum(month.mapped("amount"))) for month in months]

        off = {"date_start": "2026-01-01", "amount": 10.0}
        half = {"date_start": "2026-01-16", "date_end": "2026-01-23", "percent": 50.0}
        for discount, expected in (
            (off, ["90.00"] * 3),
            (half, ["75.00", "100.00", "100.00"]),
        ):
            item = {**full, "discount_ids": [(0, 0, discount)]}
            self.assertEqual(amounts(self._create_contract([item], **days)), expected)
        contract = self._create_contract([{**full, "price_unit": 50.0}], **days)
        self._change(contract, "price", "2026-01-24", item=contract.item_ids, price_unit=100.0)
        self.assertEqual(amounts(contract), ["75.00", "100.00", "100.00"])
        for first, last in ((16, 23), (24, 31)):
            contract = self._create_contract([full], **days)
            self._change(contract, "pause", f"2026-01-{first}", date_end=f"2026-01-{last}")
            self.assertEqual(amounts(contract), ["50.00", "100.00", "100.00"])

    @freeze_time("2026-03-26 10:00:00")
    def test_first_and_last_are_those_of_the_life(self):
        contract = self._create_contract(
            [{"price_unit": 31.0, "alignment": "calendar", "first_period": "free"}],
            date_start=date(2026, 3, 26),
        )
        self._bill("2026-03-26")
        self._change(
            contract,
            "billing_period",
            "2026-07-01",
            item=contract.item_ids,
            recurring_interval=1,
            recurring_unit="year",
            price_unit=365.0,
        )
        with self._travel("2026-07-01"):
            self._bill("2026-07-01")
        amounts = [row[3] for row in self._rows(contract, state="invoiced")]
        self.assertEqual(amounts, ["0.00", "31.00", "31.00", "31.00", "184.00"])

    def test_template_lines_tell_their_discount(self):
        """A discount that is larger than what its days cost takes off these days alone."""
        discount = {"date_start": "2026-01-01", "date_end": "2026-01-10", "amount": 31.0}
        contract = self._create_contract([{"price_unit": 10.0, "discount_ids": [(0, 0, discount)]}])
        row = contract.schedule_ids.sorted("period_start")[0]
        self.assertMoney(row.amount, "6.77")
        self.assertIn("does not go below zero", row.explanation)
