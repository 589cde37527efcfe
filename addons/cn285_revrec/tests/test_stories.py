from datetime import date
from decimal import Decimal

from freezegun import freeze_time
from odoo.tests import tagged

from .common import RevrecCase

YEAR = [
    "55.89", "98.63", "101.92", "98.63", "101.92", "101.91", "98.63", "101.92", "98.63",
    "101.92", "101.92", "92.05", "46.03",
]  # fmt: skip


@tagged("post_install", "-at_install")
class TestStories(RevrecCase):
    """The worked examples of the accounts, from the contract to the ledger, to the cent."""

    def _annual(self, start, price=1200.0, **values):
        return self._create_contract(
            [{"price_unit": price, "recurring_unit": "year"}], date_start=start, **values
        )

    def _in_arrears(self, **values):
        """500.00 for December 2025, billed on 1 January 2026."""
        return self._create_contract(
            [{"price_unit": 500.0, "timing": "arrears"}],
            date_start="2025-12-01",
            date_end="2025-12-31",
            **values,
        )

    def test_a_deferred_by_the_invoice(self):
        """1,200 for 2025-03-15..2026-03-14, month by month with cumulative rounding."""
        contract = self._annual("2025-03-15", date_end="2026-03-14")
        self._bill("2025-03-15")
        invoice = contract.invoice_ids
        self.assertEqual(
            self._items(invoice), {"4111": "1440.00", "487": "-1200.00", "44571": "-240.00"}
        )
        runs = self._run_months("2025-03", "2026-03")
        schedule = self.env["cn285.revrec.schedule"].search([("move_id", "=", invoice.id)])
        self.assertEqual([line.split()[1] for line in self._months(schedule)], YEAR)
        for run, amount in zip(runs, YEAR, strict=True):
            self.assertEqual(self._items(run.move_ids), {"487": amount, "706": f"-{amount}"})
            self.assertEqual(run.move_ids.date, run.date)
            self.assertTiesOut(run.date)
        self.assertEqual(self._balance("487", "2025-12-31"), "-240.00")
        self.assertEqual(self._balance("487", "2026-03-31"), "0.00")
        self.assertEqual(self._balance("706", "2026-03-31"), "-1200.00")
        self.assertEqual(set(schedule.line_ids.mapped("state")), {"recognised"})
        self.assertEqual(
            self._rollforward("2025-03-01", "2025-12-31"),
            {
                "opening": "0.00",
                "billed": "1200.00",
                "credited": "0.00",
                "recognised": "960.00",
                "closing": "240.00",
            },
        )

    def test_a_deferred_at_the_month_end(self):
        """The invoice on 706; at 2025-12-31 D706 / C487 240.00, taken back on 1 January."""
        self.company.cn285_deferral = "month_end"
        contract = self._annual("2025-03-15", date_end="2026-03-14")
        self._bill("2025-03-15")
        invoice = contract.invoice_ids
        self.assertEqual(
            self._items(invoice), {"4111": "1440.00", "706": "-1200.00", "44571": "-240.00"}
        )
        run = self._run("2025-12")
        deferral, back = run.move_ids.sorted("date")
        self.assertEqual(self._items(deferral), {"706": "240.00", "487": "-240.00"})
        self.assertEqual(str(deferral.date), "2025-12-31")
        self.assertEqual(self._items(back), {"706": "-240.00", "487": "240.00"})
        self.assertEqual(str(back.date), "2026-01-01")
        self.assertEqual(back.reversed_entry_id, deferral)
        self.assertEqual(self._balance("487", "2025-12-31"), "-240.00")
        self.assertEqual(self._balance("706", "2025-12-31"), "-960.00")
        for day in ("2025-06-30", "2025-12-31", "2026-01-01"):
            self.assertTiesOut(day)
        self._run_months("2026-01", "2026-03")
        self.assertEqual(self._balance("706", "2026-03-31"), "-1200.00")
        self.assertEqual(self._balance("487", "2026-03-31"), "0.00")
        self.assertEqual(self._balance("706", "2026-01-31", "2026-01-01"), "-101.92")
        self.assertTiesOut("2026-03-31")

    def test_a_by_months(self):
        """The same year by months: 54.84, 11 × 100, 45.16; 245.16 deferred at 2025-12-31."""
        self.daily.method = "monthly"
        contract = self._annual("2025-03-15", date_end="2026-03-14")
        self._bill("2025-03-15")
        self._run_months("2025-03", "2025-12")
        schedule = self.env["cn285.revrec.schedule"].search(
            [("move_id", "=", contract.invoice_ids.id)]
        )
        amounts = [line.split()[1] for line in self._months(schedule)]
        self.assertEqual(amounts, ["54.84", *["100.00"] * 11, "45.16"])
        self.assertEqual(self._balance("487", "2025-12-31"), "-245.16")
        self.assertTiesOut("2025-12-31")

    def test_b_december_billed_in_january(self):
        """D4181 600 / C706 500 / C44587 100, taken back on 1 January; then the invoice."""
        contract = self._in_arrears()
        run = self._run("2025-12")
        accrual, back = run.move_ids.sorted("date")
        self.assertEqual(
            self._items(accrual), {"4181": "600.00", "706": "-500.00", "44587": "-100.00"}
        )
        self.assertEqual(self._items(back), {"4181": "-600.00", "706": "500.00", "44587": "100.00"})
        self.assertEqual(str(back.date), "2026-01-01")
        self.assertTiesOut("2025-12-31")
        self.assertEqual(
            self._unbilled("2025-12-01", "2025-12-31"),
            {"opening": "0.00", "recognised": "500.00", "billed": "0.00", "closing": "500.00"},
        )
        self._bill("2026-01-01")
        invoice = contract.invoice_ids
        self.assertEqual(
            self._items(invoice), {"4111": "600.00", "706": "-500.00", "44571": "-100.00"}
        )
        run = self._run("2026-01")
        self.assertFalse(run.move_ids, "the invoice itself earned it")
        self.assertEqual(self._balance("706", "2025-12-31"), "-500.00")
        self.assertEqual(self._balance("706", "2026-01-31", "2026-01-01"), "0.00")
        self.assertEqual(self._balance("4181", "2026-01-31"), "0.00")
        self.assertTiesOut("2026-01-31")
        self.assertEqual(
            self._unbilled("2026-01-01", "2026-01-31"),
            {"opening": "500.00", "recognised": "0.00", "billed": "500.00", "closing": "0.00"},
        )
        self.assertEqual(
            self._unbilled("2025-12-01", "2026-01-31"),
            {"opening": "0.00", "recognised": "500.00", "billed": "500.00", "closing": "0.00"},
        )

    def test_b_closed_after_the_invoice(self):
        """December is closed on 10 January: the invoice of January is known, and accrued."""
        self._in_arrears()
        self._bill("2026-01-01")
        run = self._run("2025-12")
        self.assertEqual(
            self._items(run.move_ids.sorted("date")[:1]),
            {"4181": "600.00", "706": "-500.00", "44587": "-100.00"},
        )
        self._run("2026-01")
        self.assertEqual(self._balance("706", "2026-01-31"), "-500.00")
        self.assertTiesOut("2026-01-31")

    def test_c_upgrade(self):
        """1,200 → 2,400 on 2026-07-01: −604.93 + 1209.86, over the rest of the year."""
        contract = self._annual("2026-01-01", date_end="2026-12-31")
        self._bill("2026-01-01")
        self._run_months("2026-01", "2026-06")
        self.assertEqual(self._balance("487", "2026-06-30"), "-604.93")
        upgrade = self._create_invoice(
            "2026-07-01",
            [
                (-604.93, "2026-07-01", "2026-12-31", {"account_id": self.accounts["487"].id}),
                (1209.86, "2026-07-01", "2026-12-31", {"account_id": self.accounts["487"].id}),
            ],
        )
        self.assertEqual(
            self._items(upgrade), {"4111": "725.92", "487": "-604.93", "44571": "-120.99"}
        )
        self._run_months("2026-07", "2026-12")
        self.assertEqual(self._balance("487", "2026-12-31"), "0.00")
        self.assertEqual(self._balance("706", "2026-07-31", "2026-07-01"), "-203.84")
        self.assertEqual(self._balance("706", "2026-12-31"), "-1804.93")
        self.assertTiesOut("2026-12-31")
        self.assertEqual(len(contract.invoice_ids), 1)

    def test_d_terminated_with_a_credit_note(self):
        """After 2026-09-30, 92 days left: D487 302.47 + D44571 60.49 / C411 362.96."""
        contract = self._annual("2026-01-01", date_end="2026-12-31")
        self._bill("2026-01-01")
        self._run_months("2026-01", "2026-09")
        invoice = contract.invoice_ids
        line = invoice.invoice_line_ids
        result = invoice.cn285_credit(lines={line.id: {"amount": 302.47}}, date=date(2026, 9, 30))
        credit = self.env["account.move"].browse(result["id"])
        self.assertEqual(
            self._items(credit), {"4111": "-362.96", "487": "302.47", "44571": "60.49"}
        )
        runs = self._run_months("2026-10", "2026-12")
        schedule = self.env["cn285.revrec.schedule"].search([("move_id", "=", credit.id)])
        self.assertEqual(
            self._months(schedule), ["2026-10 -101.92", "2026-11 -98.63", "2026-12 -101.92"]
        )
        for run in runs:
            self.assertEqual(set(self._items(run.move_ids).values()) - {"0.00"}, set())
        self.assertEqual(self._balance("706", "2026-12-31"), "-897.53")
        self.assertEqual(self._balance("487", "2026-09-30"), "0.00")
        self.assertTiesOut("2026-09-30")
        self.assertTiesOut("2026-12-31")
        self.assertEqual(
            self._rollforward("2026-09-01", "2026-09-30"),
            {
                "opening": "401.10",
                "billed": "0.00",
                "credited": "-302.47",
                "recognised": "98.63",
                "closing": "0.00",
            },
        )

    def test_pause(self):
        """July and August are given back: their months earn nothing, the others as before."""
        self._annual("2026-01-01", date_end="2026-12-31")
        self._bill("2026-01-01")
        self._run_months("2026-01", "2026-06")
        self._create_invoice(
            "2026-07-01",
            [(203.83, "2026-07-01", "2026-08-31", {"account_id": self.accounts["487"].id})],
            move_type="out_refund",
        )
        self._run_months("2026-07", "2026-12")
        self.assertEqual(self._balance("706", "2026-08-31", "2026-07-01"), "0.00")
        self.assertEqual(self._balance("706", "2026-12-31"), "-996.17")
        self.assertEqual(self._balance("487", "2026-12-31"), "0.00")
        self.assertTiesOut("2026-12-31")

    def test_late_usage(self):
        """Usage of May billed in July, after June was closed: revenue of July."""
        self._run("2026-06")
        self._create_invoice("2026-07-10", [(80.0, "2026-05-01", "2026-05-31")])
        self._run("2026-07")
        self.assertEqual(self._balance("706", "2026-06-30"), "0.00")
        self.assertEqual(self._balance("706", "2026-07-31"), "-80.00")
        self.assertTiesOut("2026-07-31")

    def test_late_invoice_of_a_closed_month(self):
        """A month that was run is not touched: an invoice dated in it is recognised from then."""
        self._run("2026-01")
        self._create_invoice(
            "2026-01-20",
            [(365.0, "2026-01-01", "2026-12-31", {"account_id": self.accounts["487"].id})],
        )
        again = self.env["cn285.revrec.run"].create({"date": "2026-01-31"})
        again.action_post()
        self.assertEqual(again.state, "draft", "January was done; nothing is posted in it")
        self._run("2026-02")
        self.assertEqual(self._balance("706", "2026-01-31"), "0.00")
        self.assertEqual(self._balance("706", "2026-02-28"), "-59.00")
        self.assertTiesOut("2026-02-28")

    def test_foreign_currency(self):
        """The rate of the invoice counts to the end, whatever becomes of the currency."""
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", usd.id)]).unlink()
        self.env["res.currency.rate"].create(
            [
                {"currency_id": usd.id, "name": "2026-01-01", "rate": 1.25},
                {"currency_id": usd.id, "name": "2026-02-01", "rate": 1.60},
            ]
        )
        self._annual("2026-01-01", date_end="2026-12-31", currency_id=usd.id)
        self._bill("2026-01-01")
        self.assertEqual(self._balance("487", "2026-01-31"), "-960.00")
        run = self._run("2026-01")
        item = run.move_ids.line_ids.filtered(lambda line: line.account_id.code[:3] == "487")
        self.assertEqual(item.currency_id, usd)
        self.assertMoney(item.amount_currency, "101.92")
        self.assertMoney(item.balance, "81.53")
        self._run_months("2026-02", "2026-12")
        self.assertEqual(self._balance("487", "2026-12-31"), "0.00")
        self.assertEqual(self._balance("706", "2026-12-31"), "-960.00")
        lines = self.env["account.move.line"].search([("account_id.code", "=like", "487%")])
        self.assertEqual(
            sum(Decimal(self._cents(amount)) for amount in lines.mapped("amount_currency")), 0
        )
        self.assertTiesOut("2026-12-31")

    def test_credit_in_a_later_year(self):
        """2025 is closed: a credit of its service, made in February 2026, is February's."""
        contract = self._annual("2025-01-01", date_end="2025-12-31")
        self._bill("2025-01-01")
        self._run_months("2025-01", "2025-12")
        self.company.fiscalyear_lock_date = date(2025, 12, 31)
        invoice = contract.invoice_ids
        invoice.cn285_credit(percent=10, date=date(2026, 2, 15))
        self._run_months("2026-01", "2026-02")
        self.assertEqual(self._balance("706", "2025-12-31"), "-1200.00")
        self.assertEqual(self._balance("706", "2026-02-28", "2026-01-01"), "120.00")
        self.assertEqual(self._balance("487", "2026-02-28"), "0.00")
        self.assertTiesOut("2026-02-28")

    def test_credit_of_everything_in_the_middle(self):
        """What was recognised is taken back in the month of the credit, the rest never comes."""
        contract = self._annual("2026-01-01", date_end="2026-12-31")
        self._bill("2026-01-01")
        self._run_months("2026-01", "2026-04")
        contract.invoice_ids.cn285_credit(date=date(2026, 5, 10))
        runs = self._run_months("2026-05", "2026-12")
        self.assertEqual(self._balance("706", "2026-05-31"), "0.00")
        for run in runs[1:]:
            self.assertEqual(self._balance("706", run.date, run.date.replace(day=1)), "0.00")
        self.assertTiesOut("2026-12-31")

    def test_set_up_fee_over_the_expected_life(self):
        """360.00 over 36 months from the activation; the end of the item takes the rest."""
        life = self._create_rule(
            "Life", method="monthly", convention="full", service_source="life", service_length=36
        )
        self.setup_fee.cn285_revrec_rule_id = life
        contract = self._create_contract(
            [{"product_id": self.setup_fee.id, "price_unit": 360.0, "billing_type": "one_shot"}],
            date_start="2026-01-15",
        )
        self._bill("2026-01-15")
        self._run_months("2026-01", "2026-03")
        self.assertEqual(self._balance("706", "2026-03-31"), "-30.00")
        self.assertEqual(self._balance("487", "2026-03-31"), "-330.00")
        with freeze_time("2026-04-20 10:00:00"):
            contract.item_ids.date_end = date(2026, 4, 20)
        self._run("2026-04")
        self.assertEqual(self._balance("706", "2026-04-30"), "-360.00")
        self.assertEqual(self._balance("487", "2026-04-30"), "0.00")
        self.assertTiesOut("2026-04-30")
