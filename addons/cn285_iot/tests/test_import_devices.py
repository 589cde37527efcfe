from odoo.tests import new_test_user, tagged

from .common import DeviceCase

TYPES = "name,code,term_months,starts,ownership,identifiers\nMeter,MTR,24,first_use,rented,eui\n"
DEVICES = (
    "serial,type,customer,place,identifiers\n"
    "M-1,MTR,P1,,eui:70B3D57ED005A1B2|other:Box 1\n"
    "M-2,MTR,,,eui:70B3D57ED005A1\n"
    "M-3,XXX,,,\n"
    "M-4,MTR,,,imei 1\n"
    "M-5,Meter,,,\n"
)


@tagged("post_install", "-at_install")
class TestImportDevices(DeviceCase):
    def test_types_and_devices(self):
        user = new_test_user(
            self.env,
            "loads_devices",
            "base.group_partner_manager,cn285_contract.group_billing_manager",
        )
        files = {
            "device_types": TYPES,
            "devices": DEVICES,
            "partners": "id,name\nP1,Garage Petit\n",
        }

        def load():
            loader = self.env["cn285.import.loader"].with_user(user)
            return loader._load_files(
                [(f"{name}.csv", text.encode()) for name, text in files.items()]
            )

        report = load()
        told = {error.line: error.reason for error in report.errors}
        self.assertEqual(sorted(told), [3, 4, 5], told)
        self.assertIn("it has not the right length", told[3])
        self.assertIn("is not written like imei:490154203237518", told[5])
        devices = self.env["cn285.device"].search([("type_id.code", "=", "MTR")])
        self.assertEqual(set(devices.mapped("serial")), {"M-1", "M-5"})
        self.assertEqual(set(devices.mapped("state")), {"pending"})
        self.assertEqual(set(devices.mapped("ownership")), {"rented"})
        first = devices.filtered(lambda device: device.serial == "M-1")
        self.assertEqual(first.partner_id.name, "Garage Petit")
        self.assertEqual(first.identifier_ids.mapped("value_key"), ["70B3D57ED005A1B2", "Box 1"])
        # Once more: nothing is made twice.
        load()
        self.assertEqual(self.env["cn285.device"].search([("type_id.code", "=", "MTR")]), devices)

    def test_devices_that_serve_an_item_already(self):
        """They are in service at once, since the day that was told; nothing of them is billed."""
        self.tracking.default_code = "TRACK"
        files = {
            "partners": "id,name\nP1,Garage Petit\n",
            "contracts": "id,partner,date_start,state\nC1,P1,2026-01-01,active\n",
            "items": "id,contract,product,price_unit,billed_until\nI1,C1,TRACK,30,2026-04-30\n",
            "devices": (
                "serial,type,item,since\nD-1,TRK,I1,2026-02-10\nD-2,TRK,I9,\nD-3,TRK,I1,\n"
            ),
        }
        loader = self.env["cn285.import.loader"].with_user(self.manager)
        self.manager.group_ids |= self.env.ref("base.group_partner_manager")
        for _again in range(2):
            report = loader._load_files([(f"{name}.csv", text) for name, text in files.items()])
            told = {error.line: error.reason for error in report.errors}
            self.assertEqual(sorted(told), [3, 4], told)
            self.assertIn("“I9”", told[3])
            self.assertIn("is for 1 devices at once", told[4])
        device = self.env["cn285.device"].search([("serial", "=", "D-1")])
        self.assertEqual((device.state, device.partner_id.name), ("active", "Garage Petit"))
        self.assertEqual(device.contract_id.item_ids, device.assignment_ids.item_id)
        self.assertEqual(
            (device.assignment_ids.reason, device.assignment_ids.date_start.isoformat()),
            ("imported", "2026-02-10"),
        )
        rows = device.contract_id.schedule_ids.filtered(lambda row: row.state == "planned")
        self.assertEqual(min(rows.mapped("period_start")).isoformat(), "2026-05-01")
