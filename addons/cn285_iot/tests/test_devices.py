from datetime import date

import psycopg2
from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.device_assignment import Served
from .common import TODAY, DeviceCase


@tagged("post_install", "-at_install")
@freeze_time("2026-04-14 10:00:00")
class TestDevices(DeviceCase):
    """A fleet's life, in money worked out by hand: 30.00 a month is 1.00 a day in April."""

    def test_activated_below_the_fleets_subscription(self):
        devices = self._devices(3)
        self._ordered("activate", devices)
        items = self.fleet.item_ids[1:]
        self.assertEqual(items.mapped("name"), [f"Tracking – T-00{n}" for n in (1, 2, 3)])
        self.assertEqual(items.mapped("code"), devices.mapped("serial"))
        self.assertEqual(items.parent_item_id, self.fleet.item_ids[0])
        self.assertEqual(set(items.mapped("date_end")), {date(2027, 4, 13)})
        self.assertEqual(items.device_id, devices)
        self.assertEqual(set(devices.mapped("state")), {"active"})
        self.assertEqual(devices.contract_id, self.fleet)
        self.assertEqual(devices.partner_id, self.customer)
        self.assertEqual(len(self.fleet.change_ids), 1)
        self.assertEqual(self.fleet.change_ids.state, "applied")
        self.assertEqual(self.fleet.change_ids.requested_by, self.manager)
        self.assertEqual(
            self._rows(self.fleet)[:2], [("2026-04-14", "2026-04-30", "2026-04-14", "17.00")] * 2
        )
        self.assertEqual(self._kinds(devices[0]), ["created", "pending", "assigned", "active"])
        # 17 days of April each; then whole months, and 13 days of the last April: 30 × 13/30.
        self.assertEqual(self._billed(TODAY), "51.00")
        self.assertEqual(self._billed(date(2026, 5, 1)), "90.00")
        rows = items[0].schedule_ids
        self.assertMoney(sum(rows.mapped("amount")), "360.00")

    def test_replaced_without_billing_twice(self):
        old, new = self._devices(1), self._devices(1, "N")
        self._ordered("activate", old)
        self.assertEqual(self._billed(TODAY), "17.00")
        item, before = old.assignment_ids.item_id, self._rows(self.fleet)
        with freeze_time("2026-04-20 09:00:00"):
            dialog = self._dialog("replace", old, other_device_id=new.id)
            dialog.action_order()
            self.assertEqual(self._rows(self.fleet), before)
            self.assertEqual(self._billed(date(2026, 4, 30)), "0.00")
            self.assertEqual(item.device_id, new)
        self.assertEqual((old.state, new.state), ("returned", "active"))
        self.assertEqual((item.code, item.name), ("N-001", "Tracking – N-001"))
        self.assertEqual(self._services(old), [("Tracking – N-001", "2026-04-14", "2026-04-19")])
        self.assertEqual(self._services(new), [("Tracking – N-001", "2026-04-20", None)])
        self.assertEqual(self._kinds(old)[-2:], ["replaced", "returned"])
        self.assertEqual(old.event_ids.other_device_id, new)
        with freeze_time("2026-05-01 09:00:00"):
            self.assertEqual(self._billed(date(2026, 5, 1)), "30.00")
        # Back on the day it went: not taken twice.
        third = self._devices(1, "X")
        with freeze_time("2026-05-02 09:00:00"), self.assertRaises(UserError) as caught:
            self._dialog("replace", third, other_device_id=old.id).action_order()
        self.assertIn("X-001: nothing serves it", str(caught.exception))

    def test_suspended_and_resumed(self):
        device = self._devices(2)
        self._ordered("activate", device)
        self.assertEqual(self._billed(TODAY), "34.00")
        one = device[0]
        with freeze_time("2026-04-20 09:00:00"):
            self._ordered("suspend", one)
            self.assertEqual(device.mapped("state"), ["suspended", "active"])
            # 20 to 30 April are not owed.
            self.assertEqual(self._billed(date(2026, 4, 20)), "-11.00")
        with freeze_time("2026-04-25 09:00:00"):
            order = self._ordered("resume", one)
            self.assertEqual(order.line_ids.change_id.type, "resume_items")
            self.assertEqual(one.state, "active")
            # 25 to 30 April are owed again.
            self.assertEqual(self._billed(date(2026, 4, 25)), "6.00")
            again = self._order("resume", one)
            self.assertEqual(again.line_ids.reason, "nothing of it is suspended.")
        with freeze_time("2026-05-01 09:00:00"):
            self.assertEqual(self._billed(date(2026, 5, 1)), "60.00")

    def test_returned(self):
        devices = self._devices(2)
        self._ordered("activate", devices)
        self._billed(TODAY)
        with freeze_time("2026-04-20 18:00:00"):
            self._ordered("return", devices[0])
            # The 20th is its last day: 21 to 30 April are credited.
            self.assertEqual(self._billed(date(2026, 4, 21)), "-10.00")
        self.assertEqual(devices.mapped("state"), ["returned", "active"])
        self.assertFalse(devices[0].partner_id | devices[0].location_id)
        self.assertFalse(devices[0].contract_id)
        self.assertEqual(devices[0].assignment_ids.date_end, date(2026, 4, 20))
        with freeze_time("2026-05-04 09:00:00"):
            self.env["cn285.contract"]._close_finished(self.company)
            self.assertEqual(devices[0].assignment_ids.item_id.state, "ended")
            self.assertEqual(devices.mapped("state"), ["returned", "active"])
            # It goes out again, under an item of its own.
            self._ordered("activate", devices[0])
            self.assertEqual(
                [row[1:] for row in self._services(devices[0])],
                [("2026-04-14", "2026-04-20"), ("2026-05-04", None)],
            )
            # 4 to 31 May: 28/31 of 30.00, beside the other one's whole month.
            self.assertEqual(self._billed(date(2026, 5, 4)), "57.10")

    def test_moved_to_another_customer(self):
        other = self.env["res.partner"].create({"name": "Transports Petit"})
        target = self._fleet_contract(partner_id=other.id)
        device = self._devices(1, location_id=self.customer.id)
        self._ordered("activate", device)
        self._billed(TODAY)
        with freeze_time("2026-04-20 09:00:00"):
            refused = self._order("activate", device, contract_id=target.id)
            self.assertIn("it belongs to Boulangerie Martin", refused.line_ids.reason)
            self._ordered("move", device, contract_id=target.id)
            self.assertEqual((device.partner_id, device.contract_id), (other, target))
            self.assertFalse(device.location_id)
            run = self._bill(date(2026, 4, 20))
            amounts = {
                move.partner_id: self._cents(move.amount_untaxed_signed) for move in run.invoice_ids
            }
            self.assertEqual(amounts, {self.customer: "-11.00", other: "11.00"})
        self.assertEqual(
            [row[1:] for row in self._services(device)],
            [("2026-04-14", "2026-04-19"), ("2026-04-20", None)],
        )
        self.assertIn("moved", self._kinds(device))

    def test_retired_for_good(self):
        device = self._devices(1)
        self._ordered("activate", device)
        self._ordered("retire", device, date=date(2026, 4, 13))
        # It never served: nothing is owed.
        self.assertEqual(self._billed(TODAY), "0.00")
        self.assertEqual(device.state, "retired")
        self.assertFalse(device.assignment_ids)
        refused = self._order("activate", device)
        self.assertEqual(refused.line_ids.reason, "it is retired.")
        with self.assertRaises(UserError):
            device._update_state("pending")

    def test_it_starts_with_its_first_use(self):
        self.tracker.starts = "first_use"
        device = self._devices(1)
        self._ordered("activate", device)
        item = device.assignment_ids.item_id
        self.assertEqual((device.state, item.state), ("pending", "draft"))
        self.assertEqual(self._billed(TODAY), "0.00")
        with freeze_time("2026-04-21 09:00:00"):
            for _time in range(2):
                device._start_services(date(2026, 4, 21))
            self.assertEqual((device.state, item.state), ("active", "active"))
            self.assertEqual(item.date_end, date(2027, 4, 20))
            self.assertEqual(self._billed(date(2026, 4, 21)), "10.00")

    def test_planned_for_later(self):
        devices = self._devices(2)
        later = date(2026, 4, 20)
        order = self._ordered("activate", devices, date=later)
        self.assertEqual(set(order.line_ids.mapped("state")), {"planned"})
        self.assertEqual(set(devices.mapped("state")), {"pending"})
        again = self._order("activate", devices, date=later)
        self.assertIn("is planned for it already", again.line_ids[0].reason)
        # Until then one is retired: the other one is served all the same.
        devices[1]._update_state("retired")
        with freeze_time("2026-04-20 03:00:00"):
            changes = self.env["cn285.contract.change"]
            changes._apply_due(self.fleet)
            self.assertEqual(order.line_ids.change_id.state, "applied")
            self.assertEqual(devices.mapped("state"), ["active", "retired"])
            self.assertEqual(self._billed(later), "11.00")
        self.assertEqual(self._kinds(devices[1])[-1], "refused")

    def test_several_services_and_several_devices(self):
        devices = self._devices(3)
        alarm = self.template.item_ids.copy({"name": "Alarm", "device_places": 2})
        self._ordered("activate", devices[:1])
        self.tracker.plan_ids = self.plan
        refused = self._order("activate", devices[0], plan_id=alarm.id)
        self.assertIn("are not served by “Alarm”", refused.line_ids.reason)
        self.tracker.plan_ids |= alarm
        self._ordered("activate", devices[0], plan_id=alarm.id)
        self.assertEqual(devices[0].item_count, 2)
        item = self.fleet.item_ids[-1]
        assignments = self.env["cn285.device.assignment"]
        assignments._assign([Served(devices[1], item, TODAY)])
        self.assertEqual(sorted(item.assignment_ids.mapped("slot")), [1, 2])
        with self.assertRaises(UserError) as caught:
            assignments._assign([Served(devices[2], item, TODAY)])
        self.assertIn("is for 2 devices at once", str(caught.exception))
        # One service is taken off: the device stays in service by the other one.
        order = self.env["cn285.fleet.order"].with_user(self.manager)
        change = order._make_change(
            self.fleet.with_user(self.manager),
            "end_items",
            date(2026, 4, 15),
            {"items": self.fleet.item_ids[1].ids},
        )
        self.assertEqual(change.state, "applied")
        self.assertEqual(devices[0].state, "active")

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_days_apart(self):
        devices = self._devices(2)
        self._ordered("activate", devices)
        one, other = devices.assignment_ids.sorted("id")
        values = {"item_id": one.item_id.id, "date_start": date(2026, 12, 1)}
        for device in devices:
            with self.assertRaises(psycopg2.errors.ExclusionViolation), self.env.cr.savepoint():
                other.copy({**values, "device_id": device.id, "plan_id": False})
        with self.assertRaises(psycopg2.errors.ExclusionViolation), self.env.cr.savepoint():
            # The same service once more, by another item.
            other.copy({"item_id": self.fleet.item_ids[0].id, "slot": 2})

    def test_devices_follow_what_happens_to_items(self):
        devices = self._devices(2)
        self._ordered("activate", devices)
        larger = self._create_product("Tracking Plus", 60.0)
        self.env["cn285.tier.path"].create(
            {"product_from_id": self.tracking.id, "product_to_id": larger.id}
        )
        item = devices[0].assignment_ids.item_id
        change = self.env["cn285.contract.change"].with_user(self.manager)
        change.create(
            {
                "contract_id": self.fleet.id,
                "item_id": item.id,
                "type": "upsell",
                "date_effective": date(2026, 4, 14),
                "values": {"product_id": larger.id, "price_unit": 60.0},
            }
        ).action_schedule()
        successor = item.search([("predecessor_id", "=", item.id)])
        self.assertEqual(successor.device_id, devices[0])
        self.assertEqual(successor.parent_item_id, self.fleet.item_ids[0])
        self.assertEqual(devices[0].state, "active")
        self.assertNotIn("suspended", self._kinds(devices[0]))
        # Who does not pay is deactivated as a whole, and so are the devices.
        for kind, state in (("deactivate", "suspended"), ("activate", "active")):
            change.create(
                {
                    "contract_id": self.fleet.id,
                    "type": kind,
                    "date_effective": date(2026, 4, 14),
                }
            ).action_schedule()
            self.assertEqual(set(devices.mapped("state")), {state})
        with freeze_time("2026-04-30 09:00:00"):
            change.create(
                {
                    "contract_id": self.fleet.id,
                    "type": "terminate",
                    "date_effective": date(2026, 4, 30),
                }
            ).action_schedule()
            self._billed(date(2026, 4, 30))
        with freeze_time("2026-05-01 09:00:00"):
            self.env["cn285.contract"]._close_finished(self.company)
            self.assertEqual(set(devices.mapped("state")), {"pending"})
            ends = devices.assignment_ids.filtered(lambda one: one.item_id.state == "ended")
            self.assertEqual(set(ends.mapped("date_end")), {date(2026, 4, 30)})

    # === DOORS === #

    def test_identifiers_are_nobody_elses(self):
        devices = self._devices(2)
        devices[0].identifier_ids = [
            Command.create({"kind": "imei", "value": "49-015420-323751-8"})
        ]
        with self.assertRaises(ValidationError) as caught:
            devices[1].identifier_ids = [Command.create({"kind": "imei", "value": "123"})]
        self.assertIn("it has not the right length", str(caught.exception))
        self.env.flush_all()
        taken = [Command.create({"kind": "imei", "value": "490154203237518"})]
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            devices[1].identifier_ids = taken
        find = self.env["cn285.device"]._find
        self.assertEqual(find(self.company, " 490154203237518"), devices[0])
        self.assertEqual(find(self.company, "T-002"), devices[1])
        self.assertFalse(find(self.company, "T-00"))
        self.tracker.asked_kinds = "IMEI, iccid"
        refused = self._order("activate", devices[0])
        self.assertEqual(refused.line_ids.reason, "it has no ICCID yet.")

    def test_states_and_history_have_one_door(self):
        device = self._devices(1).with_user(self.manager)
        for step in (
            lambda: device.write({"state": "active"}),
            lambda: device.create({"serial": "Z", "type_id": self.tracker.id, "state": "active"}),
            lambda: device.event_ids.write({"kind": "retired"}),
            lambda: device.event_ids.unlink(),
            lambda: (
                self.env["cn285.device.assignment"]
                .with_user(self.manager)
                .create(
                    {
                        "device_id": device.id,
                        "item_id": self.fleet.item_ids.id,
                        "date_start": TODAY,
                    }
                )
            ),
            lambda: device.write({"serial": "OTHER"}),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                step()
        self._ordered("activate", device)
        for step in (
            lambda: device.write({"partner_id": self.company.partner_id.id}),
            lambda: device.unlink(),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                step()

    def test_walls(self):
        seller = new_test_user(self.env, "fleet_seller", "cn285_contract.group_contract_user_own")
        accountant = new_test_user(self.env, "fleet_accountant", "account.group_account_readonly")
        customer = new_test_user(self.env, "fleet_customer", "base.group_portal")
        customer.partner_id.parent_id = self.customer
        stranger = new_test_user(self.env, "fleet_stranger", "base.group_portal")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = new_test_user(
            self.env,
            "fleet_foreign",
            "cn285_contract.group_billing_manager",
            company_id=elsewhere.id,
            company_ids=[Command.set(elsewhere.ids)],
        )
        device = self._devices(1)
        self._ordered("activate", device)
        self.fleet.user_id = self.manager
        seen = {
            user: self.env["cn285.device"].with_user(user).search([("id", "=", device.id)])
            for user in (seller, accountant, customer, stranger, foreign)
        }
        self.assertEqual(
            [bool(found) for found in seen.values()], [False, True, True, False, False]
        )
        self.assertFalse(seen[accountant].has_access("write"))
        self.assertEqual(seen[customer].serial, "T-001")
        with self.assertRaises(AccessError):
            seen[customer].read(["note"])
        for model in ("event", "assignment", "identifier"):
            for user in (customer, stranger):
                self.assertFalse(
                    self.env[f"cn285.device.{model}"].with_user(user).has_access("read")
                )
        with self.assertRaises(AccessError):
            self._order("suspend", device, user=seller)
        with self.assertRaises(AccessError):
            self._order("activate", self._devices(1, "S"), user=seller)

    def _dialog(self, action, devices, **values):
        dialogs = self.env["cn285.device.action"].with_user(self.manager)
        return dialogs.create(
            {
                "action": action,
                "device_ids": [Command.set(devices.ids)],
                "date": self.company._cn285_today(),
                **values,
            }
        )
