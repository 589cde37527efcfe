from datetime import date

from freezegun import freeze_time
from odoo import fields
from odoo.tests import tagged

from .test_contract_change import ChangeCase


class MoneyCase(ChangeCase):
    """Contracts from 1 January 2026, calendar months, that are billed and changed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {"cn285_change_day": "new", "cn285_end_day": "billed", "cn285_change_billing": "once"}
        )

    def _monthly(self, *prices, **values):
        items = [{"price_unit": price, "alignment": "calendar", **values} for price in prices]
        return self._create_contract(items)

    def _invoices(self, contract):
        """``(date, kind of document, untaxed, total)`` of the contract's invoices, in order."""
        moves = contract.invoice_ids.sorted(lambda move: (move.invoice_date, move.id))
        return [
            (
                move.invoice_date.isoformat(),
                move.move_type,
                self._cents(move.amount_untaxed),
                self._cents(move.amount_total),
            )
            for move in moves
        ]

    def _lines(self, move):
        """Amounts of the lines of an invoice, credits negative."""
        sign = -1 if move.move_type == "out_refund" else 1
        return [self._cents(sign * line.price_subtotal) for line in move.invoice_line_ids]

    def _billed(self, contract):
        """What was invoiced less what was credited, untaxed."""
        return self._cents(sum(contract.invoice_ids.mapped("amount_untaxed_signed")))

    def _travel(self, day):
        return freeze_time(f"{day} 10:00:00")


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestChangeMoney(MoneyCase):
    """What changes cost: credits for what is no longer due, charges for what is, by days."""

    def test_plan_and_seat_on_16_january(self):
        """Golden case: −14.97 − 5.16 + 51.10 + 12.90 = 43.87 on one invoice."""
        contract = self._monthly(29.0, 10.0)
        self._bill("2026-01-15")
        with self._travel("2026-01-16"):
            plan, seat = contract.item_ids
            self._change(contract, "price", "2026-01-16", item=plan, price_unit=99.0)
            self._change(contract, "price", "2026-01-16", item=seat, price_unit=25.0)
            self._bill("2026-01-16")
            self.assertMoney(contract.mrr, "124.00")
        move = contract.invoice_ids.sorted("id")[-1]
        self.assertEqual(sorted(self._lines(move)), sorted(["-14.97", "-5.16", "51.10", "12.90"]))
        self.assertMoney(move.amount_untaxed, "43.87")
        self.assertEqual(move.invoice_date, date(2026, 1, 16))

    def test_the_difference_with_the_next_invoice(self):
        self.company.cn285_change_billing = "next"
        contract = self._monthly(29.0)
        self._bill("2026-01-15")
        self._change(contract, "price", "2026-01-15", item=contract.item_ids, price_unit=99.0)
        self._bill("2026-01-31")
        self.assertEqual(len(contract.invoice_ids), 1)
        with self._travel("2026-02-01"):
            self._bill("2026-02-01")
        # -17/31 of 29, +17/31 of 99, and February.
        self.assertEqual(self._invoices(contract)[1][:3], ("2026-02-01", "out_invoice", "137.39"))

    def test_the_day_may_belong_to_the_old_terms(self):
        self.company.cn285_change_day = "old"
        contract = self._monthly(31.0)
        self._bill("2026-01-15")
        self._change(contract, "price", "2026-01-15", item=contract.item_ids, price_unit=62.0)
        credit = contract.schedule_ids.filtered(lambda row: row.kind == "credit")
        self.assertEqual(credit.period_start, date(2026, 1, 16))
        self.assertMoney(credit.net, "-16.00")

    def test_a_downgrade_is_a_credit_note(self):
        contract = self._monthly(62.0)
        self._bill("2026-01-15")
        self._change(contract, "quantity", "2026-01-16", item=contract.item_ids, quantity=0.5)
        with self._travel("2026-01-16"):
            self._bill("2026-01-16")
        self.assertEqual(
            self._invoices(contract),
            [
                ("2026-01-01", "out_invoice", "62.00", "74.40"),
                ("2026-01-16", "out_refund", "16.00", "19.20"),
            ],
        )

    def test_what_changes_credit_is_found_as_credited(self):
        """Planned, or on a credit note: 16 of 31 days of 62.00 are 32.00."""
        contract = self._monthly(62.0, 10.0)
        self._bill("2026-01-15")
        plan = contract.item_ids[0]
        billed = plan.schedule_ids.filtered(lambda row: row.state == "invoiced")
        rows = self.env["cn285.billing.schedule"]
        credited = [("contract_id", "=", contract.id), ("is_credited", "=", True)]
        self.assertFalse(rows.search(credited))
        with self._travel("2026-01-16"):
            self._change(contract, "quantity", "2026-01-16", item=plan, quantity=0.5)
        for until in (None, "2026-01-16"):
            with self.subTest(billed=until), self._travel("2026-01-16"):
                if until:
                    self._bill(until)
                self.env.invalidate_all()
                self.assertMoney(billed.credited_amount, "32.00")
                self.assertEqual(rows.search(credited), billed)
                left = rows.search([*credited[:1], ("is_credited", "=", False)])
                self.assertEqual(left, contract.schedule_ids - billed)

    def test_annual_ended_after_a_month(self):
        """Golden case: 2399.95 a year from 18 August, ended on 17 September: 2202.69 credited."""
        self.company.cn285_end_day = "free"
        with self._travel("2013-08-18"):
            contract = self._create_contract(
                [{"price_unit": 2399.95, "recurring_unit": "year"}], date_start=date(2013, 8, 18)
            )
            self._bill("2013-08-18")
        with self._travel("2013-09-17"):
            self._change(contract, "end_item", "2013-09-17", item=contract.item_ids)
            self._bill("2013-09-17")
        self.assertEqual(self._invoices(contract)[1][:3], ("2013-09-17", "out_refund", "2202.69"))

    def test_stopped_on_its_first_day(self):
        """Golden case: 200 a month, 25 % tax, stopped the same day: 193.33 + 48.33 = 241.66."""
        tax = self.tax.copy({"amount": 25.0, "name": "25 %"})
        product = self._create_product("Line", 200.0, taxes_id=[fields.Command.set(tax.ids)])
        with self._travel("2026-04-01"):
            contract = self._create_contract(
                [{"product_id": product.id, "price_unit": 200.0}], date_start=date(2026, 4, 1)
            )
            self._bill("2026-04-01")
            self._change(contract, "terminate", "2026-04-01")
            self._bill("2026-04-02")
        [_invoice, credit] = self._invoices(contract)
        self.assertEqual(credit, ("2026-04-02", "out_refund", "193.33", "241.66"))

    def test_a_month_of_a_quarter(self):
        """Golden case: 910 a quarter, 20 May to 20 June of a 91-day quarter: 320.00."""
        with self._travel("2024-05-20"):
            contract = self._create_contract(
                [{"price_unit": 910.0, "recurring_unit": "quarter", "alignment": "calendar"}],
                date_start=date(2024, 5, 20),
            )
            self._bill("2024-05-20")
        with self._travel("2024-06-20"):
            self._change(contract, "terminate", "2024-06-20")
        with self._travel("2024-06-21"):
            self._bill("2024-06-21")
        self.assertEqual(self._billed(contract), "320.00")

    def test_upgrade_of_a_french_year(self):
        """−604.93 + 1209.86 on 1 July; then the year ends after 30 September."""
        contract = self._create_contract([{"price_unit": 1200.0, "recurring_unit": "year"}])
        self._bill("2026-01-15")
        with self._travel("2026-07-01"):
            self._change(contract, "quantity", "2026-07-01", item=contract.item_ids, quantity=2)
            self._bill("2026-07-01")
        move = contract.invoice_ids.sorted("id")[-1]
        self.assertEqual(sorted(self._lines(move)), ["-604.93", "1209.86"])
        self.assertMoney(move.amount_total, "725.92")
        with self._travel("2026-09-30"):
            self._change(contract, "terminate", "2026-09-30")
        with self._travel("2026-10-01"):
            self._bill("2026-10-01")
        self.assertEqual(self._invoices(contract)[-1][:3], ("2026-10-01", "out_refund", "604.93"))

    def test_in_arrears_nothing_is_credited(self):
        contract = self._monthly(31.0, timing="arrears")
        self._change(contract, "price", "2026-01-15", item=contract.item_ids, price_unit=62.0)
        with self._travel("2026-02-01"):
            self._bill("2026-02-01")
        self.assertEqual(
            [row[2:] for row in self._invoices(contract)],
            [("14.00", "16.80"), ("34.00", "40.80")],
        )
        self.assertFalse(contract.schedule_ids.filtered(lambda row: row.kind == "credit"))

    def test_ahead_is_billed_by_the_old_terms_until_then(self):
        contract = self._monthly(31.0)
        change = self._change(
            contract, "price", "2026-02-11", item=contract.item_ids, price_unit=62
        )
        self._bill("2026-01-15")
        with self._travel("2026-02-05"):
            self._bill("2026-02-05")
            self.assertMoney(contract.item_ids.price_unit, "31.00")
        with self._travel("2026-02-11"):
            self._bill("2026-02-11")  # applies what is due first
        self.assertEqual(change.state, "applied")
        self.assertMoney(contract.item_ids.price_unit, "62.00")
        self.assertEqual(self._invoices(contract)[-1][2], "19.93")  # 18/28 of 31.00 more
        self.assertEqual(change.move_ids, contract.invoice_ids.sorted("id")[-1])
        self.assertEqual(set(change.schedule_ids.mapped("kind")), {"credit", "fixed"})

    def test_dated_back_gives_differences_by_period_today(self):
        contract = self._create_contract(
            [{"price_unit": 31.0, "alignment": "calendar"}], date_start=date(2025, 11, 1)
        )
        self._bill("2026-01-15")
        self._change(contract, "quantity", "2025-12-17", item=contract.item_ids, quantity=3)
        self._bill("2026-01-15")
        invoices = self._invoices(contract)
        self.assertEqual([row[0] for row in invoices][3:], ["2026-01-15"])
        # 15/31 of December and all of January: twice 31.00 more.
        self.assertEqual(invoices[3][2], "92.00")
        rows = contract.schedule_ids.filtered(lambda row: row.state == "invoiced")
        self.assertEqual(self._cents(sum(rows.mapped("amount"))), "185.00")

    def test_dated_back_before_another_change(self):
        """What was changed later stays changed: the history is told anew, in order of effect."""
        contract = self._monthly(31.0)
        item = contract.item_ids
        self._bill("2026-01-15")
        with self._travel("2026-01-21"):
            self._change(contract, "quantity", "2026-01-21", item=item, quantity=2)
            self._bill("2026-01-21")
            self._change(contract, "price", "2026-01-11", item=item, price_unit=62.0)
            self._bill("2026-01-21")
        # 10 days at 1, 10 days at 2, 11 days at 4 a day.
        self.assertEqual(self._billed(contract), "74.00")
        self.assertEqual((item.quantity, item.price_unit), (2.0, 62.0))
        versions = item.version_ids
        self.assertEqual(
            [(v.date_from and v.date_from.day, v.quantity, v.price_unit) for v in versions],
            [(False, 1.0, 31.0), (11, 1.0, 62.0), (21, 2.0, 62.0)],
        )
        self.assertEqual(versions[1].date_to, date(2026, 1, 20))

    def test_invoiced_rows_are_not_rewritten(self):
        contract = self._monthly(31.0)
        self._bill("2026-01-15")
        row = contract.schedule_ids.filtered(lambda row: row.state == "invoiced")
        before = row.read()[0]
        self._change(contract, "price", "2026-01-16", item=contract.item_ids, price_unit=62.0)
        after = row.read()[0]
        ignored = {"credit_ids", "write_date", "explanation"}
        self.assertEqual(
            {k: v for k, v in before.items() if k not in ignored},
            {k: v for k, v in after.items() if k not in ignored},
        )

    def test_price_by_the_pricelist(self):
        contract = self._create_contract([{"price_unit": False, "alignment": "calendar"}])
        self._bill("2026-01-15")
        item = contract.item_ids
        self._change(contract, "price", "2026-01-15", item=item, price_unit=131.0)
        with self._travel("2026-02-01"):
            self._change(contract, "price", "2026-02-01", item=item, price_unit=False)
            self._bill("2026-02-01")
        self.assertEqual(item.price_source, "pricelist")
        # 100.00, 17/31 of 31.00 more, and February by the pricelist again.
        self.assertEqual(self._billed(contract), "217.00")

    def test_edited_by_hand_after_a_change(self):
        """Earlier days keep their terms; what is not invoiced of the last ones follows."""
        contract = self._monthly(31.0, timing="arrears")
        item = contract.item_ids
        self._change(contract, "price", "2026-01-11", item=item, price_unit=62.0)
        item.price_unit = 93.0
        rows = self._rows(contract)
        self.assertEqual([row[3] for row in rows][:3], ["10.00", "63.00", "93.00"])

    def test_a_cancelled_credit_note_is_made_anew(self):
        contract = self._monthly(31.0)
        self._bill("2026-01-15")
        self._change(contract, "terminate", "2026-01-21")
        with self._travel("2026-01-22"):
            self._bill("2026-01-22")
            credit = contract.invoice_ids.filtered(lambda move: move.move_type == "out_refund")
            self.assertMoney(credit.amount_untaxed, "10.00")
            credit.button_draft()
            credit.button_cancel()
            self._bill("2026-01-22")
            posted = contract.invoice_ids.filtered(lambda move: move.state == "posted")
            self.assertEqual(self._cents(sum(posted.mapped("amount_untaxed_signed"))), "21.00")

    def test_rows_explain_themselves_and_are_in_the_preview(self):
        contract = self._monthly(31.0)
        self._bill("2026-01-15")
        self._change(contract, "price", "2026-01-15", item=contract.item_ids, price_unit=62.0)
        credit = contract.schedule_ids.filtered(lambda row: row.kind == "credit")
        self.assertIn("of 31 invoiced", credit.explanation)
        charge = contract.schedule_ids.filtered(
            lambda row: row.kind == "fixed" and row.period_start == date(2026, 1, 15)
        )
        self.assertIn("17/31", charge.explanation)
        preview = contract.preview_invoices(1)[0]
        self.assertEqual(preview["date"], "2026-01-15")
        self.assertMoney(preview["amount_untaxed"], "17.00")
