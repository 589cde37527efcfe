from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..models.fleet import fleet_order_run
from .common import TODAY, DeviceCase


@tagged("post_install", "-at_install")
@freeze_time("2026-04-14 10:00:00")
class TestFleetOrders(DeviceCase):
    """Hundreds of devices in one go: in jobs, once, bad ones alone, and in few queries."""

    def _perform(self, action, devices, batch=20, **values):
        """An order for many, whose jobs are run one after the other."""
        with patch.object(fleet_order_run, "BATCH", batch), trap_jobs() as jobs:
            order = self._order(action, devices, **values)
            self.assertEqual(order.state, "running")
            while jobs.enqueued_jobs:
                jobs.perform_enqueued_jobs()
        return order

    def test_many_in_jobs_with_one_change_a_batch(self):
        devices = self._devices(50)
        devices[7]._update_state("retired")
        order = self._perform("activate", devices, unknown=["NOBODY"])
        self.assertEqual(order.state, "done")
        self.assertEqual((order.done_count, order.refused_count), (49, 2))
        refused = order.line_ids.filtered(lambda line: line.state == "refused")
        self.assertEqual(
            {line.number: line.reason for line in refused},
            {
                "T-008": "it is retired.",
                "NOBODY": "there is no device with this number.",
            },
        )
        self.assertEqual(len(self.fleet.change_ids), 3)
        self.assertEqual(len(self.fleet.item_ids), 50)
        self.assertEqual(self._billed(TODAY), "833.00")
        # The same again, by another order: nothing happens twice.
        again = self._perform("activate", devices - devices[7])
        self.assertEqual(set(again.line_ids.mapped("state")), {"done"})
        self.assertEqual(set(again.line_ids.mapped("reason")), {"it has this service already."})
        self.assertEqual(again.line_ids.item_id, order.line_ids.item_id)
        self.assertEqual(len(self.fleet.item_ids), 50)
        self.assertEqual(self._billed(TODAY), "0.00")

    def test_a_request_is_placed_once(self):
        devices = self._devices(2)
        order = self._ordered("activate", devices, request="R-1")
        self.assertEqual(self._order("activate", devices, request="R-1"), order)
        self.assertEqual(len(self.fleet.item_ids), 3)

    def test_a_batch_costs_as_much_as_one(self):
        """Statements for 40 devices are those for 4, but for a few."""

        def cost(prefix, count):
            devices = self._devices(count, prefix)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with patch("odoo.addons.cn285_iot.models.fleet.fleet_order_run.AT_ONCE", 100):
                self._ordered("activate", devices)
                self.env.flush_all()
                activated = self.env.cr.sql_log_count
                self._ordered("suspend", devices)
                self.env.flush_all()
                suspended = self.env.cr.sql_log_count
                self._ordered("return", devices)
                self.env.flush_all()
            after = self.env.cr.sql_log_count
            return activated - before, suspended - activated, after - suspended

        cost("W", 2)
        few, many = cost("F", 4), cost("M", 40)
        for one, other in zip(few, many, strict=True):
            self.assertLess(other - one, 36, (few, many))

    def test_what_breaks_stops_itself_alone(self):
        devices = self._devices(6)
        prepare = type(devices)._name_of_service

        def broken(device, text):
            if device.serial == "T-004":
                raise UserError("broken")  # pylint: disable=translation-required
            return prepare(device, text)

        with patch.object(type(devices), "_name_of_service", broken):
            order = self._order("activate", devices)
        states = {line.number: (line.state, line.reason) for line in order.line_ids}
        self.assertEqual(states.pop("T-004"), ("refused", "broken"))
        self.assertEqual(set(states.values()), {("done", False)})
        self.assertEqual(len(self.fleet.item_ids), 6)

    def test_the_dialog(self):
        devices = self._devices(3)
        dialogs = self.env["cn285.device.action"].with_user(self.manager)
        dialogs = dialogs.with_context(
            active_model="cn285.device", active_ids=devices.ids, default_action="activate"
        )
        dialog = dialogs.new(dialogs.default_get(list(dialogs._fields)))
        dialog.contract_id = self.fleet
        dialog._onchange_contract_id()
        self.assertEqual(dialog.parent_item_id, self.fleet.item_ids)
        self.assertEqual(dialog.date, TODAY)
        dialog = dialogs.create(
            {
                "contract_id": self.fleet.id,
                "parent_item_id": self.fleet.item_ids.id,
                "has_own_term": True,
                "months": 6,
            }
        )
        action = dialog.action_order()
        self.assertEqual(action["res_model"], "cn285.fleet.order")
        items = self.fleet.item_ids[1:]
        self.assertEqual(set(items.mapped("date_end")), {date(2026, 10, 13)})
        one = dialogs.create(
            {
                "device_ids": [Command.set(devices[0].ids)],
                "action": "resume",
            }
        )
        with self.assertRaises(UserError) as caught:
            one.action_order()
        self.assertEqual(str(caught.exception), "nothing of it is suspended.")
        with self.assertRaises(UserError) as caught:
            self._order("activate", devices, contract_id=None)
        self.assertIn("on which contract", str(caught.exception))

    def test_ends_that_are_planned_are_billed_up_to_them(self):
        devices = self._devices(2)
        self._ordered("activate", devices)
        self._ordered("return", devices[0], date=date(2026, 4, 20))
        item = devices[0].assignment_ids.item_id
        self.assertEqual(item.planned_end, date(2026, 4, 20))
        self.assertEqual(devices[0].state, "active")
        # 14 to 20 April, and 14 to 30.
        self.assertEqual(self._billed(TODAY), "24.00")
        change = self.fleet.change_ids.filtered(lambda one: one.type == "end_items")
        change.with_user(self.manager).action_cancel()
        self.assertFalse(item.planned_end)
        self.assertEqual(self._billed(date(2026, 4, 21)), "10.00")
