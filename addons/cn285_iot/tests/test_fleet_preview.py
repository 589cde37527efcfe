from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.cn285_contract.models.billing import alike_items
from odoo.tests import tagged

from .common import TODAY, DeviceCase


@tagged("post_install", "-at_install")
@freeze_time("2026-04-14 10:00:00")
class TestFleetPreview(DeviceCase):
    """A preview plans one of those that are alike: the same amounts, whatever their number."""

    def _both(self, count=3):
        """The preview by those that are alike, and that of each item by itself."""
        contract = self.fleet.with_user(self.manager)
        with patch.object(alike_items, "LEAST", 1):
            alike = contract.preview_invoices(count)
        with patch.object(type(self.fleet), "_alike_items", lambda _self: None):
            each = contract.preview_invoices(count)
        return alike, each

    def _plain(self, invoices):
        """Without what says how it came about: of alike items, it is said once."""
        return [
            {
                **invoice,
                "lines": [
                    {name: value for name, value in line.items() if name != "explanation"}
                    for line in invoice["lines"]
                ],
            }
            for invoice in invoices
        ]

    def test_the_same_amounts(self):
        self.fleet.line_grouping = "product"
        self.plan.write({"price_unit": 9.99, "quantity": 3.0})
        self._ordered("activate", self._devices(7))
        self.plan.price_unit = 19.99
        self._ordered("activate", self._devices(3, "P"), date=date(2026, 4, 10))
        for grouping in ("product", "item_name", "row"):
            self.fleet.line_grouping = grouping
            alike, each = self._both()
            self.assertEqual(self._plain(alike), self._plain(each))
        self.fleet.line_grouping = "product"
        devices = self.env["cn285.device"].search([("serial", "like", "T-00")], order="serial")
        self._billed(TODAY)
        with freeze_time("2026-04-20 09:00:00"):
            # Some have credits, a history of their own, or another end.
            self._ordered("suspend", devices[0])
            self._ordered("return", devices[1])
            item = devices[2].assignment_ids.item_id
            item._past_edits().date_end = date(2026, 6, 10)
            alike, each = self._both()
            self.assertEqual(self._plain(alike), self._plain(each))
            self.assertLess(alike[0]["amount_untaxed"], 0)
            with patch.object(alike_items, "LEAST", 1):
                found = self.fleet._alike_items()
        # The fleet's subscription, 4 and 3 as they were activated, three that are by themselves.
        self.assertEqual(sorted(found.counts.values()), [1, 1, 1, 1, 3, 4])

    def test_statements_do_not_grow(self):
        self.fleet.line_grouping = "product"

        def cost():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with patch.object(alike_items, "LEAST", 1):
                [invoice] = self.fleet.preview_invoices(1)
            return self.env.cr.sql_log_count - before, invoice

        self._ordered("activate", self._devices(3))
        few, _invoice = cost()
        with patch("odoo.addons.cn285_iot.models.fleet.fleet_order_run.AT_ONCE", 100):
            self._ordered("activate", self._devices(40, "M"))
        many, invoice = cost()
        self.assertLessEqual(many, few)
        [line] = invoice["lines"]
        self.assertEqual(self._cents(line["amount"]), "731.00")
        self.assertIn("43 items", line["name"])
        self.assertIn("43 items, each: ", line["explanation"])
