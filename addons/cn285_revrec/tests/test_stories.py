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
        self.assertEqual(self._balance("487", "2025-12-31"), "-240.00")
        self.assertEqual(self._balance("487", "2026-03-31"), "0.00")
        self.assertEqual(self._balance("706", "2026-03-31"), "-1200.00")
        self.assertEqual(set(schedule.line_ids.mapped("state")), {"recognised"})

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
        self.assertEqual(self._balance("487", "2025-12-31"), "-240.00")
        self.assertEqual(self._balance("706", "2025-12-31"), "-960.00")
