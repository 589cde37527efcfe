from datetime import date

from freezegun import freeze_time
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import TODAY, DeviceCase


@tagged("post_install", "-at_install")
@freeze_time("2026-04-14 10:00:00")
class TestDeviceTerms(DeviceCase):
    """The least that a device is billed, and what it costs at rest; 1.00 a day in April."""

    def test_as_long_as_the_contract(self):
        self.tracker.term_months = 0
        one, other = self._devices(2)
        self._ordered("activate", one)
        self.tracker.starts = "confirmed"
        self._ordered("activate", other)
        other._start_services(TODAY)
        self.assertEqual((one | other).assignment_ids.item_id.mapped("date_end"), [False, False])
        self.assertEqual(self._billed(TODAY), "34.00")

    # === MINIMUM TERM === #

    def test_the_rest_of_a_minimum_term_is_billed(self):
        """Three months from 14 April are over on 13 July; the device comes back on 20 April."""
        self.tracker.minimum_months = 3
        devices = self._devices(2)
        self._ordered("activate", devices)
        item = devices[0].assignment_ids.item_id
        self.assertEqual(item.minimum_until, date(2026, 7, 13))
        self.assertEqual(self._billed(TODAY), "34.00")
        ahead = self._order("return", devices[0], date=date(2026, 4, 20))
        self.assertIn("take it off on its day, not ahead", ahead.line_ids.reason)
        with freeze_time("2026-04-20 18:00:00"):
            order = self._ordered("return", devices[0])
            self.assertIn("billed until 07/13/2026", order.line_ids.reason)
            self.assertEqual(devices.mapped("state"), ["returned", "active"])
            self.assertEqual(devices[0].assignment_ids.date_end, date(2026, 4, 20))
            self.assertEqual((item.state, item.planned_end), ("active", date(2026, 7, 13)))
            self.assertEqual(self._billed(date(2026, 4, 21)), "0.00")
        # May and June whole, 13 of 31 days of July: 30.00 × 13/31 = 12.58; the other one whole.
        for day, amount in (("2026-05-01", "60.00"), ("2026-06-01", "60.00")):
            with freeze_time(f"{day} 09:00:00"):
                self.assertEqual(self._billed(date.fromisoformat(day)), amount)
        with freeze_time("2026-07-01 09:00:00"):
            self.assertEqual(self._billed(date(2026, 7, 1)), "42.58")
        with freeze_time("2026-07-14 09:00:00"):
            self.env["cn285.contract.change"]._apply_due(self.fleet)
            self.env["cn285.contract"]._close_finished(self.company)
            self.assertEqual(item.state, "ended")
            self.assertEqual(devices.mapped("state"), ["returned", "active"])
            # The minimum is over: what comes back now owes no more than its days.
            self._ordered("return", devices[1])
            self.assertEqual(self._billed(date(2026, 7, 15)), "-16.45")

    def test_before_the_end_it_is_refused(self):
        self.tracker.write({"minimum_months": 1, "early_end": "refused", "starts": "first_use"})
        device, waiting = self._devices(2)
        self._ordered("activate", device | waiting)
        with freeze_time("2026-04-16 09:00:00"):
            device._start_services(date(2026, 4, 16))
            self.assertEqual(device.assignment_ids.item_id.minimum_until, date(2026, 5, 15))
        other = self.env["res.partner"].create({"name": "Transports Petit"})
        target = self._fleet_contract(partner_id=other.id)
        with freeze_time("2026-05-14 09:00:00"):
            for action in ("return", "retire", "end"):
                refused = self._order(action, device).line_ids
                self.assertEqual(
                    (refused.state, refused.reason),
                    ("refused", "its minimum term runs until 05/15/2026."),
                )
            moved = self._order("move", device, contract_id=target.id).line_ids
            self.assertEqual((moved.state, device.contract_id), ("refused", self.fleet))
            # What has not started is given up, and what ends with the minimum is in time.
            self._ordered("return", waiting)
            self.assertEqual(waiting.state, "returned")
        with freeze_time("2026-05-15 09:00:00"):
            self._ordered("return", device)
        self.assertEqual(device.state, "returned")
        with self.assertRaises(ValidationError) as caught:
            self.tracker.minimum_months = 13
        self.assertIn("longer than its term", str(caught.exception))

    # === SUSPENDED === #

    def test_a_fee_while_it_is_suspended(self):
        """3.00 a month in the place of 30.00: 11 of 30 days are 1.10, 5 days are 0.50."""
        self.plan.suspended_fee = 3.0
        devices = self._devices(3)
        self._ordered("activate", devices)
        self.assertEqual(self._billed(TODAY), "51.00")
        one = devices[0]
        with freeze_time("2026-04-20 09:00:00"):
            self._ordered("suspend", devices[:2])
            fee = one.assignment_ids.item_id.pause_ids.fee_item_ids
            self.assertEqual(fee.name, "Tracking – T-001 – suspended")
            self.assertEqual((fee.date_start, fee.price_unit), (date(2026, 4, 20), 3.0))
            self.assertEqual(fee.parent_item_id, self.fleet.item_ids[0])
            # 20 to 30 April: not owed, and the fee of those days; of two.
            self.assertEqual(self._billed(date(2026, 4, 20)), "-19.80")
            self.assertEqual(devices.mapped("state"), ["suspended", "suspended", "active"])
        spare = self._devices(1, "N")
        with freeze_time("2026-04-22 09:00:00"):
            one._replace_by(spare, date(2026, 4, 22))
            self.assertEqual(fee.name, "Tracking – N-001 – suspended")
            self.assertEqual(self._billed(date(2026, 4, 22)), "0.00")
        with freeze_time("2026-04-25 09:00:00"):
            self._ordered("resume", spare)
            # 25 to 30 April: 6.00 are owed again, 0.60 of the fee are not.
            self.assertEqual(self._billed(date(2026, 4, 25)), "5.40")
            self.assertEqual(fee.date_end, date(2026, 4, 24))
        with freeze_time("2026-04-28 09:00:00"):
            # What comes back at rest owes the fee of its days: 29 and 30 April are credited.
            self._ordered("return", devices[1])
            self.assertEqual(self._billed(date(2026, 4, 29)), "-0.20")
        with freeze_time("2026-05-01 09:00:00"):
            self.assertEqual(self._billed(date(2026, 5, 1)), "60.00")
        with self.assertRaises(ValidationError):
            self.plan.suspended_fee = -1.0

    def test_no_fee_where_it_is_billed_as_before(self):
        self.plan.suspended_fee = 3.0
        self.tracker.suspended_billing = "billed"
        device = self._devices(1)
        self._ordered("activate", device)
        self._ordered("suspend", device, date=date(2026, 4, 15))
        with freeze_time("2026-04-15 03:00:00"):
            self.env["cn285.contract.change"]._apply_due(self.fleet)
        self.assertEqual(device.state, "suspended")
        self.assertEqual(len(self.fleet.item_ids), 2)
        self.tracker.suspended_billing = "kept"
        later = self._devices(1, "K")
        self._ordered("activate", later)
        self.assertEqual(self._billed(TODAY), "34.00")
        with freeze_time("2026-04-20 09:00:00"):
            self._ordered("suspend", later)
            # What was invoiced stays, so that the fee begins in May.
            self.assertEqual(self._billed(date(2026, 4, 20)), "0.00")
            self.assertEqual(self.fleet.item_ids[-1].date_start, date(2026, 5, 1))
        with freeze_time("2026-04-22 09:00:00"):
            # Resumed before: no fee was ever owed.
            self._ordered("resume", later)
            self.assertEqual(self.fleet.item_ids[-1].state, "cancelled")
        with freeze_time("2026-05-01 09:00:00"):
            self.assertEqual(self._billed(date(2026, 5, 1)), "60.00")
