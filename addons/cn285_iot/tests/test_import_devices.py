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
