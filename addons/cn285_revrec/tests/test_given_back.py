from datetime import date
from decimal import Decimal

from freezegun import freeze_time
from odoo.tests import tagged

from .common import RevrecCase


@tagged("post_install", "-at_install")
class TestGivenBack(RevrecCase):
    """A service that ends, or pauses, earns nothing in the months of which no day is left."""

    def _contract(self, price=500.0, start="2026-01-01", **values):
        with freeze_time(f"{start} 10:00:00"):
            contract = self._create_contract(
                [{"price_unit": price, "recurring_unit": "year", **values}], date_start=start
            )
            self._bill(start)
        return contract

    def _end(self, contract, day, bill):
        with freeze_time(f"{day} 10:00:00"):
            self.env["cn285.contract.change"].create(
                {
                    "contract_id": contract.id,
                    "item_id": contract.item_ids.id,
                    "type": "end_item",
                    "date_effective": day,
                    "values": {},
                }
            ).action_schedule()
        with freeze_time(f"{bill} 10:00:00"):
            self._bill(bill)

    def _earned(self, contract):
        """``{month: revenue}`` of all schedules of the contract; months of zero are left out."""
        self.env["cn285.revrec.source"]._sync(self.company, date(2026, 12, 31))
        months = {}
        for line in self.env["cn285.revrec.line"].search(
            [("schedule_id.contract_id", "=", contract.id)]
        ):
            key = f"{line.period:%Y-%m}"
            months[key] = months.get(key, 0) + Decimal(self._cents(line.amount))
        return {key: str(amount) for key, amount in sorted(months.items()) if amount}

    def test_ended_in_january(self):
        """500.00 a year, ended on 24 January: 32.88 in January, no cent in April or May."""
        contract = self._contract()
        self._end(contract, "2026-01-24", "2026-01-26")
        billed = sum(contract.invoice_ids.mapped("amount_untaxed_signed"))
        self.assertMoney(billed, "32.88")
        self.assertEqual(self._earned(contract), {"2026-01": "32.88"})
        self._run_months("2026-01", "2026-06")
        self.assertEqual(self._balance("706", "2026-01-31"), "-32.88")
        for month in range(2, 7):
            day = date(2026, month, 28)
            self.assertEqual(self._balance("706", day, day.replace(day=1)), "0.00")
        self.assertEqual(self._balance("487", "2026-01-31"), "0.00")
        self.assertTiesOut("2026-01-31")
        self.assertTiesOut("2026-06-30")

    def test_the_credit_comes_after_the_month_was_closed(self):
        """January is closed when its end becomes known: the rest is February's, later nothing."""
        contract = self._contract()
        self._run("2026-01")
        before = self._balance("706", "2026-01-31")
        self._end(contract, "2026-01-24", "2026-02-10")
        self._run_months("2026-02", "2026-06")
        self.assertEqual(self._balance("706", "2026-01-31"), before)
        self.assertEqual(self._balance("706", "2026-02-28"), "-32.88")
        self.assertEqual(self._balance("706", "2026-06-30"), "-32.88")
        for day in ("2026-01-31", "2026-02-28", "2026-06-30"):
            self.assertTiesOut(day)

    def test_many_prices_and_days(self):
        for price in (100.0, 333.33, 500.0, 1000.0, 1234.56, 9999.99):
            for day in ("2026-01-24", "2026-03-31", "2026-05-02", "2026-11-29"):
                with self.subTest(price=price, day=day):
                    contract = self._contract(price)
                    self._end(contract, day, "2026-12-01")
                    months = self._earned(contract)
                    billed = sum(contract.invoice_ids.mapped("amount_untaxed_signed"))
                    self.assertEqual(sum(map(Decimal, months.values())), Decimal(f"{billed:.2f}"))
                    self.assertEqual(max(months), day[:7])

    def test_a_foreign_currency(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", usd.id)]).unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": usd.id, "name": "2026-01-01", "rate": 1.37}
        )
        with freeze_time("2026-01-01 10:00:00"):
            contract = self._create_contract(
                [{"price_unit": 500.0, "recurring_unit": "year"}],
                date_start="2026-01-01",
                currency_id=usd.id,
            )
            self._bill("2026-01-01")
        self._end(contract, "2026-01-24", "2026-01-26")
        self.assertEqual(set(self._earned(contract)), {"2026-01"})
        self._run_months("2026-01", "2026-12")
        lines = self.env["account.move.line"].search([("account_id.code", "=like", "487%")])
        self.assertMoney(sum(lines.mapped("amount_currency")), "0.00")
        self.assertTiesOut("2026-12-31")

    def test_a_credit_note_with_days_of_its_own(self):
        """A user credits 25 January to the year's end, with its dates, to the cent."""
        contract = self._contract()
        invoice = contract.invoice_ids
        result = invoice.cn285_credit(
            lines={invoice.invoice_line_ids.id: {"amount": 467.12}},
            date=date(2026, 1, 26),
            post=False,
        )
        credit = self.env["account.move"].browse(result["id"])
        credit.invoice_line_ids.write(
            {"cn285_service_start": "2026-01-25", "cn285_service_end": "2026-12-31"}
        )
        credit.action_post()
        self.env["cn285.revrec.source"]._sync(self.company, date(2026, 12, 31))
        moves = invoice | credit
        lines = self.env["cn285.revrec.line"].search([("schedule_id.move_id", "in", moves.ids)])
        months = {}
        for line in lines:
            months[line.period] = months.get(line.period, 0) + Decimal(self._cents(line.amount))
        self.assertEqual(
            {day: amount for day, amount in months.items() if amount},
            {date(2026, 1, 31): Decimal("32.88")},
        )

    def _check_analytic(self, deferral):
        # sudo: whoever bills need not keep analytic accounts.
        plan = self.env["account.analytic.plan"].sudo().create({"name": "Branches"})
        account = (
            self.env["account.analytic.account"].sudo().create({"name": "Lyon", "plan_id": plan.id})
        )
        share = {str(account.id): 100}
        self.company.cn285_deferral = deferral
        with freeze_time("2026-01-01 10:00:00"):
            self._create_contract(
                [
                    {
                        "price_unit": 3600.0,
                        "recurring_unit": "year",
                        "analytic_distribution": share,
                    },
                    {"price_unit": 30.0, "analytic_distribution": share},
                ],
                date_start="2026-01-01",
                date_end="2026-12-31",
            )
            self._bill("2026-01-01")
        for detail in ("synthesis", "detail"):
            run = self._run("2026-01", detail=detail)
            lines = self.env["account.analytic.line"].search(
                [("auto_account_id", "=", account.id), ("date", "<=", "2026-01-31")]
            )
            self.assertMoney(sum(lines.mapped("amount")), "335.75")
            self.assertEqual(self._balance("706", "2026-01-31"), "-335.75")
            run.action_reverse()

    def test_analytic_accounts_follow_the_revenue(self):
        """3,600.00 for a year and 30.00 for the month: January earned 335.75, not 3,630.00."""
        self._check_analytic("invoice")

    def test_analytic_accounts_follow_the_revenue_of_month_ends(self):
        self._check_analytic("month_end")
