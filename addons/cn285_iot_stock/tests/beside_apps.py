"""Devices in stock, in a database that has Odoo's Inventory and Sales with their defaults.

Run by `tests/test_devices_in_stock.py` in a database of its own.
"""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_iot.tests.common import TODAY, DeviceCase
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged


@tagged("post_install", "-at_install")
@freeze_time("2026-04-14 10:00:00")
class TestDevicesInStock(DeviceCase):
    """Trackers of 30.00 a month, rented out of a warehouse: 1.00 a day in April."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stocker = new_test_user(cls.env, "stocker", "stock.group_stock_user", lang="en_US")
        cls.clerk = new_test_user(
            cls.env, "fleet_clerk", "cn285_contract.group_contract_user", lang="en_US"
        )
        cls.box = cls.env["product.product"].create(
            {"name": "Tracker Box", "type": "consu", "is_storable": True, "tracking": "serial"}
        )
        cls.tracker.write(
            {"product_id": cls.box.id, "stock_flow": "after", "stock_makes": "receipt"}
        )
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.suppliers = cls.env.ref("stock.stock_location_suppliers")
        cls.customers = cls.env.ref("stock.stock_location_customers")

    # === WHAT USERS DO === #

    def _received(self, *serials):
        """The warehouse receives serial numbers; returns their devices."""
        kind = self.warehouse.in_type_id
        lines = [{"lot_name": serial} for serial in serials]
        self._transferred(kind, self.suppliers, kind.default_location_dest_id, lines)
        return self.env["cn285.device"].search([("serial", "in", serials)], order="serial")

    def _transferred(self, kind, source, target, lines):
        """A transfer that the warehouse makes by hand, done."""
        shared = {"location_id": source.id, "location_dest_id": target.id}
        own = {**shared, "product_id": self.box.id}
        lines = [Command.create({**own, "quantity": 1, **line}) for line in lines]
        move = {**own, "product_uom_qty": len(lines), "move_line_ids": lines}
        picking = (
            self.env["stock.picking"]
            .with_user(self.stocker)
            .create({**shared, "picking_type_id": kind.id, "move_ids": [Command.create(move)]})
        )
        picking.move_ids.move_line_ids.picking_id = picking
        picking.action_confirm()
        return self._validated(picking)

    def _validated(self, picking):
        """The user of the warehouse, who has no rights on contracts, validates a transfer."""
        picking = picking.with_user(self.stocker)
        picking.move_ids.picked = True
        result = picking.button_validate()
        self.assertIs(result, True)
        self.assertEqual(picking.state, "done")
        return picking

    def _pickings(self, devices):
        """Transfers of devices other than their receipt, oldest first."""
        lines = self.env["stock.move.line"].search([("lot_id", "in", devices.lot_id.ids)])
        return lines.picking_id.filtered(lambda one: one.location_id != self.suppliers).sorted("id")

    def _refusal(self, action, device, **values):
        [line] = self._order(action, device, user=self.clerk, **values).line_ids
        self.assertEqual(line.state, "refused")
        return line.reason

    def _returned(self, picking):
        """The warehouse makes the return of a delivery, as its users do."""
        wizard = Form(
            self.env["stock.return.picking"]
            .with_user(self.stocker)
            .with_context(
                active_id=picking.id, active_ids=picking.ids, active_model="stock.picking"
            )
        ).save()
        action = wizard.action_create_returns_all()
        return self._validated(self.env["stock.picking"].browse(action["res_id"]))

    # === STORIES === #

    def test_rented_out_and_back(self):
        one, other = self._received("T-001", "T-002")
        self.assertEqual((one.state, one.type_id, one.stock_place), ("draft", self.tracker, "in"))
        self.assertEqual(one.lot_id.name, "T-001")
        # Activated: billed from the day, and the warehouse has a delivery of this serial number.
        self._ordered("activate", one | other, user=self.clerk)
        delivery = self._pickings(one | other)
        self.assertEqual(delivery.state, "assigned")
        self.assertEqual(delivery.partner_id, self.customer)
        self.assertEqual(delivery.location_dest_id.name, "At Customers")
        self.assertEqual(delivery.move_line_ids.lot_id, (one | other).lot_id)
        self.assertEqual(delivery.cn285_device_count, 2)
        self.assertEqual(one.stock_place, "reserved")
        self.assertEqual(self._billed(TODAY), "34.00")
        self._validated(delivery)
        one.invalidate_recordset()
        self.assertEqual((one.stock_place, one.ownership), ("out", "rented"))
        self.assertEqual(self._kinds(one)[-1], "shipped")
        # It stays the company's stock, and is no more to be had in the warehouse.
        self.assertEqual(one.lot_id.location_id, self.company.cn285_rented_location_id)
        self.assertEqual(self.box.with_context(warehouse_id=self.warehouse.id).qty_available, 0)
        # Back: the clerk orders the return, the warehouse receives it.
        with freeze_time("2026-04-20 18:00:00"):
            self._ordered("return", one, user=self.clerk)
            self.assertEqual(self._billed(date(2026, 4, 21)), "-10.00")
            receipt = self._pickings(one) - delivery
            self.assertEqual((receipt.state, receipt.partner_id), ("assigned", self.customer))
            self.assertEqual(one.state, "returned")
        with freeze_time("2026-04-21 09:00:00"):
            self.assertEqual(
                self._refusal("activate", one), "it has not come back to the warehouse yet."
            )
            self._validated(receipt)
            one.invalidate_recordset()
            self.assertEqual((one.state, one.stock_place), ("returned", "in"))
            self.assertEqual(self._kinds(one).count("returned"), 1)
        # It goes out again, under an item of its own; the other one was served all the while.
        with freeze_time("2026-05-04 09:00:00"):
            self._ordered("activate", one, user=self.clerk)
            self.assertEqual(len(self._pickings(one)), 3)
            self.assertEqual(other.state, "active")
            # The customer keeps the other one: it is his, and served on.
            rented, kind = self.company.cn285_rented_location_id, self.warehouse.out_type_id
            self._transferred(kind, rented, self.customers, [{"lot_id": other.lot_id.id}])
            self.assertEqual((other.ownership, other.state), ("sold", "active"))
            self.assertEqual(other.partner_id, self.customer)

    def test_what_is_not_in_stock_is_refused(self):
        unknown = self._devices(1, "U")
        self.assertEqual(self._refusal("activate", unknown), "it is not in stock.")
        [one] = self._received("T-001")
        self._ordered("activate", one, user=self.clerk)
        # Sent again: it has the service, and one delivery.
        self._ordered("activate", one, user=self.clerk)
        self.assertEqual(len(self._pickings(one)), 1)
        # Entered by hand before it was received: the serial number is the same.
        self._received("U-001")
        self.assertEqual((unknown.lot_id.name, unknown.stock_place), ("U-001", "in"))
        # Reserved for somebody else.
        other = self._pickings(one).copy({"origin": "by hand"}).with_user(self.stocker)
        other.action_confirm()
        other.action_assign()
        self.assertEqual(other.move_line_ids.lot_id, unknown.lot_id)
        self.assertIn(other.name, self._refusal("activate", unknown))
        other.action_cancel()
        self._ordered("activate", unknown, user=self.clerk)

    def test_activated_by_the_delivery(self):
        self.tracker.stock_flow = "before"
        one, other, third = self._received("T-001", "T-002", "T-003")
        order = self._ordered("activate", one | other, user=self.clerk, request="r1")
        self.assertEqual(self._order("activate", one | other, user=self.clerk, request="r1"), order)
        self.assertEqual(set(order.line_ids.mapped("state")), {"planned"})
        delivery = self._pickings(one | other)
        self.assertIn(delivery.name, order.line_ids[0].reason)
        self.assertEqual(one.state, "draft")
        self.assertEqual(self._billed(TODAY), "0.00")
        with freeze_time("2026-04-16 09:00:00"):
            # The warehouse takes another serial number than that of the second one.
            line = delivery.move_line_ids.filtered(lambda line: line.lot_id == other.lot_id)
            line.with_user(self.stocker).lot_id = third.lot_id
            self._validated(delivery)
            self.assertEqual((one | third).mapped("state"), ["active", "active"])
            self.assertEqual(other.state, "draft")
            # Validated twice changes nothing.
            delivery.with_user(self.stocker).button_validate()
        self.assertEqual(one.assignment_ids.date_start, date(2026, 4, 16))
        told = {line.device_id: (line.state, line.reason) for line in order.line_ids}
        self.assertEqual(told[one][0], "done")
        self.assertEqual(told[other], ("refused", "it was not delivered."))
        # 15 days of April for each of two.
        self.assertEqual(self._billed(date(2026, 4, 30)), "30.00")
        self.assertEqual(len(self.fleet.item_ids), 3)

    def test_a_delivery_that_is_cancelled_activates_nothing(self):
        self.tracker.stock_flow = "before"
        [one] = self._received("T-001")
        order = self._ordered("activate", one, user=self.clerk)
        self._pickings(one).with_user(self.stocker).action_cancel()
        self.assertEqual(order.line_ids.reason, "it was not delivered.")
        self.assertFalse(one.assignment_ids)
        # What went out, and cannot be activated any more, is told; the transfer is done.
        again = self._ordered("activate", one, user=self.clerk)
        delivery = self._pickings(one)[-1]
        self.tracker.plan_ids = self.template.item_ids.copy()
        self._validated(delivery)
        self.assertEqual(again.line_ids.state, "refused")
        self.assertIn("are not served by", again.line_ids.reason)
        self.assertIn("refused", self._kinds(one))
        self.assertIn("T-001", delivery.message_ids[0].body)

    def test_sold_by_a_sales_order(self):
        self.tracker.write({"ownership": "sold", "stock_flow": "before", "stock_makes": "delivery"})
        self.assertFalse(self._received("T-001", "T-002"))
        seller = new_test_user(
            self.env, "seller", "sales_team.group_sale_salesman,base.group_user", lang="en_US"
        )
        sale = (
            self.env["sale.order"]
            .with_user(seller)
            .create(
                {
                    "partner_id": self.customer.id,
                    "order_line": [
                        Command.create({"product_id": self.box.id, "product_uom_qty": 1})
                    ],
                }
            )
        )
        # sudo: manufacturing, which is here too, asks sellers for rights that they lack
        sale.sudo().action_confirm()
        delivery = self._validated(sale.sudo().picking_ids)
        device = self.env["cn285.device"].search(
            [("lot_id", "=", delivery.move_line_ids.lot_id.id)]
        )
        self.assertEqual((device.ownership, device.partner_id), ("sold", self.customer))
        self.assertEqual((device.state, device.stock_place), ("pending", "out"))
        # It is with its customer: activated without another delivery.
        self._ordered("activate", device, user=self.clerk)
        self.assertEqual(device.state, "active")
        self.assertEqual(len(self._pickings(device)), 1)
        with freeze_time("2026-04-20 18:00:00"):
            self._returned(delivery)
        self.assertEqual((device.state, device.partner_id.id), ("returned", False))
        self.assertEqual(device.assignment_ids.date_end, date(2026, 4, 20))

    def test_replaced_by_one_out_and_one_back(self):
        old, new = self._received("T-001", "T-002")
        self._ordered("activate", old, user=self.clerk)
        self._validated(self._pickings(old))
        self.assertEqual(self._billed(TODAY), "17.00")
        unknown = self._devices(1, "U")
        with freeze_time("2026-04-20 09:00:00"):
            with self.assertRaisesRegex(UserError, "U-001: it is not in stock"):
                old.with_user(self.clerk)._swap(unknown.with_user(self.clerk))
            old.with_user(self.clerk)._swap(new.with_user(self.clerk))
            self.assertEqual(self._billed(date(2026, 4, 30)), "0.00")
            back, out = self._pickings(old)[-1], self._pickings(new)
            self.assertEqual(back.picking_type_code, "incoming")
            self.assertEqual(out.picking_type_code, "outgoing")
            self._validated(out)
            self._validated(back)
        (old | new).invalidate_recordset()
        self.assertEqual((old | new).mapped("stock_place"), ["in", "out"])
        self.assertEqual((old | new).mapped("state"), ["returned", "active"])

    def test_brought_back_unasked(self):
        """The warehouse returns the delivery: the services end, by the one door of states."""
        self.tracker.write({"minimum_months": 3, "early_end": "refused"})
        one, other = self._received("T-001", "T-002")
        self._ordered("activate", one, user=self.clerk)
        self.tracker.minimum_months = 0
        self._ordered("activate", other, user=self.clerk)
        early, late = self._pickings(one), self._pickings(other)
        self._validated(early)
        self._validated(late)
        self._billed(TODAY)
        with freeze_time("2026-04-20 18:00:00"):
            self._returned(late)
            self.assertEqual((other.state, other.contract_id.id), ("returned", False))
            self.assertEqual(self._billed(date(2026, 4, 21)), "-10.00")
            self.assertEqual(self._kinds(other)[-3:], ["stocked", "unassigned", "returned"])
            # What its minimum term holds is told, and goes on.
            back = self._returned(early)
        self.assertEqual(one.state, "active")
        self.assertIn("minimum term", back.message_ids[0].body)
        self.assertEqual(self._kinds(one)[-2:], ["stocked", "refused"])

    def test_companies_and_warehouses(self):
        far = self.env["stock.warehouse"].create({"name": "Lyon", "code": "LYO"})
        [here] = self._received("T-001")
        self.warehouse = far
        [there] = self._received("T-002")
        self._ordered("activate", here | there, user=self.clerk)
        self.assertEqual(
            self._pickings(here | there).picking_type_id.warehouse_id.mapped("code"),
            [here.lot_id.location_id.warehouse_id.code, "LYO"],
        )
        # The same serial number in another company is another device.
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.env["cn285.device"].create(
            {"serial": "T-001", "type_id": self.tracker.id, "company_id": company.id}
        )
        self.assertEqual(stranger.stock_place, "none")
        self.assertNotEqual(company._cn285_rented_location(), self.company._cn285_rented_location())

    def test_what_is_refused(self):
        [one] = self._received("T-001")
        # A slip is set right while it is a draft.
        one.lot_id.with_user(self.stocker).name = "T-009"
        self.assertEqual((one.serial, one.lot_id.name), ("T-009", "T-009"))
        self._ordered("activate", one, user=self.clerk)
        with self.assertRaisesRegex(UserError, "serial number in stock is kept"):
            one.lot_id.with_user(self.stocker).name = "T-010"
        # Neither has the other's rights.
        with self.assertRaises(AccessError):
            one.with_user(self.stocker).read(["serial"])
        delivery = self._pickings(one)
        with self.assertRaises(AccessError):
            delivery.with_user(self.clerk).read(["name"])
        with self.assertRaises(AccessError):
            delivery.with_user(self.stocker).write({"cn285_fleet_order_id": False})
        self.assertEqual(
            one.with_user(self.clerk).read(["stock_place"])[0]["stock_place"], "reserved"
        )
        self.assertEqual(one.with_user(self.clerk).transfer_count, 2)
        with self.assertRaisesRegex(ValidationError, "unique serial number"):
            self.tracker.product_id = self.subscription

    def test_screens(self):
        [one] = self._received("T-001")
        self._ordered("activate", one, user=self.clerk)
        admin = new_test_user(
            self.env,
            "both",
            "stock.group_stock_user,cn285_contract.group_contract_user",
        )
        form = Form(one.with_user(admin), "cn285_iot.view_device_form")
        self.assertEqual(form.transfer_count, 2)
        found = self.env["stock.picking"].search(
            one.with_user(admin).action_view_transfers()["domain"]
        )
        self.assertEqual(len(found), 2)
        picking = self._pickings(one).with_user(admin)
        self.assertEqual(Form(picking).cn285_device_count, 1)
        domain = picking.action_view_devices()["domain"]
        self.assertEqual(self.env["cn285.device"].search(domain), one)
        # Those of the warehouse, who see no device, open it too.
        Form(picking.with_user(self.stocker))
        Form(one.with_user(self.clerk), "cn285_iot.view_device_form")
