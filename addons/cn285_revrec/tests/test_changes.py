from datetime import date

from freezegun import freeze_time
from odoo.tests import tagged

from .common import RevrecCase


@tagged("post_install", "-at_install")
class TestChanges(RevrecCase):
    """Changes of a contract: what they credit and charge moves what is not recognised yet."""

    def setUp(self):
        super().setUp()
        with freeze_time("2026-01-01 10:00:00"):
            self.contract = self._create_contract(
                [{"price_unit": 1200.0, "recurring_unit": "year"}],
                date_start="2026-01-01",
                date_end="2026-12-31",
            )
            self._bill("2026-01-01")
        self.item = self.contract.item_ids

    def _change(self, kind, day, **values):
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": self.contract.id,
                "item_id": self.item.id,
                "type": kind,
                "date_effective": day,
                "values": values,
            }
        )
        change.action_schedule()
        return change

    def test_a_higher_price_from_july(self):
        """1,200 → 2,400: −604.93 and +1,209.86 over the rest of the year."""
        self._run_months("2026-01", "2026-06")
        with freeze_time("2026-07-01 10:00:00"):
            self._change("price", "2026-07-01", price_unit=2400.0)
            self._bill("2026-07-01")
        invoice = self.contract.invoice_ids.sorted("id")[-1]
        self.assertEqual(
            self._items(invoice), {"4111": "725.92", "487": "-604.93", "44571": "-120.99"}
        )
        self._run_months("2026-07", "2026-12")
        self.assertEqual(self._balance("706", "2026-06-30"), "-595.07")
        self.assertEqual(self._balance("706", "2026-12-31"), "-1804.93")
        self.assertEqual(self._balance("487", "2026-12-31"), "0.00")
        self.assertTiesOut("2026-07-31")
        self.assertTiesOut("2026-12-31")

    def test_terminated_after_september(self):
        """92 days are given back: D487 302.47 + D44571 60.49 / C411 362.96."""
        self._run_months("2026-01", "2026-09")
        with freeze_time("2026-09-30 10:00:00"):
            self._change("end_item", "2026-09-30")
        with freeze_time("2026-10-01 10:00:00"):
            self._bill("2026-10-01")
        credit = self.contract.invoice_ids.sorted("id")[-1]
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(
            self._items(credit), {"4111": "-362.96", "487": "302.47", "44571": "60.49"}
        )
        self._run_months("2026-10", "2026-12")
        self.assertEqual(self._balance("706", "2026-12-31"), "-897.53")
        self.assertEqual(self._balance("487", "2026-12-31"), "0.00")
        self.assertTiesOut(date(2026, 12, 31))
