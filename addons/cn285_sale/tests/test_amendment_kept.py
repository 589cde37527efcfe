"""What an amendment comes to is worked out when something of it has changed, not at each read."""

from datetime import date

import odoo.sql_db
from freezegun import freeze_time
from odoo.tests import tagged

from .amendment_common import AmendmentCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-16 09:00:00")
class TestAmendmentKept(AmendmentCase):
    def _counted(self, order):
        """What it says, and how many statements that took."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = odoo.sql_db.sql_counter
        said = self._said(order)
        return said, odoo.sql_db.sql_counter - before

    def test_read_again_without_playing_again(self):
        """Two changes are tried once: read again it takes a fraction of the statements."""
        contract = self._running()
        order = self._amend(contract)
        seats, hosting = order.order_line
        seats.product_uom_qty = 8
        hosting.price_unit = 62.0
        first, tried = self._counted(order)
        again, read = self._counted(order)
        self.assertEqual(again, first)
        self.assertLess(read, 40, f"{tried} when tried")
        self.assertGreater(tried, 5 * read)
        # 15.48 and 16 of 31 days of 31.00 more.
        self.assertIn("31.48 € excl. tax", again["Difference until then"])

    def test_what_changes_is_told_at_once(self):
        """The draft, the contract, the day: none of them is told as it was."""
        contract = self._running()
        order = self._amend(contract)
        seats = order.order_line[0]
        seats.product_uom_qty = 8
        self.assertIn("81.00 € → 111.00 €", self._said(order)["Recurring, a month"])
        seats.product_uom_qty = 9
        self.assertIn("81.00 € → 121.00 €", self._said(order)["Recurring, a month"])
        # Another item than the quotation changes.
        self.env["cn285.contract.change"].create(
            {
                "item_id": contract.item_ids[1].id,
                "type": "quantity",
                "date_effective": date(2026, 1, 16),
                "values": {"quantity": 2.0},
            }
        ).action_schedule()
        self.assertIn("112.00 € → 152.00 €", self._said(order)["Recurring, a month"])
        # Four seats for 16 of 31 days: 46.45 − 25.81; for 15 of them 43.55 − 24.19.
        self.assertIn("20.64 €", self._said(order)["Difference until then"])
        with freeze_time("2026-01-17 09:00:00"):
            self.assertIn("19.36 €", self._said(order)["Difference until then"])
        # Refused, in words, and not kept beyond what it hangs on.
        seats.product_id = self.support
        self.assertIn("tier path", self._said(order)["Cannot be accepted"])
        seats.product_id = self.seats
        self.assertNotIn("Cannot be accepted", self._said(order))
