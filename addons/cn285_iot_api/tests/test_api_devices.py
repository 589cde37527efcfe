from freezegun import freeze_time
from odoo.addons.cn285_api.tests.common import ApiCase
from odoo.addons.cn285_iot.tests.common import DeviceCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import tagged


@tagged("post_install", "-at_install")
@freeze_time("2026-04-14 10:00:00")
class TestApiDevices(ApiCase, DeviceCase):
    """A fleet over the API: added, activated by one order, told for each, sent again once."""

    def test_a_fleet_over_the_api(self):
        identifiers = [{"kind": "imei", "value": "49-015420-323751-8"}]
        body = {"serial": "A-1", "type": str(self.tracker.id), "identifiers": identifiers}
        made = self.call("POST", "/devices", body)
        self.assertEqual(made.status_code, 201, made.text)
        self.assertEqual(made.json()["state"], "pending")
        twice = self.call("POST", "/devices", body)
        self.assertIn(twice.status_code, (409, 422), twice.text)
        self._devices(30, "B")
        numbers = ["490154203237518", *(f"B-{n:03}" for n in range(1, 31)), "NOBODY"]
        order_body = {
            "action": "activate",
            "devices": numbers,
            "contract": str(self.fleet.id),
            "parent_item": str(self.fleet.item_ids.id),
            "request": "R-1",
        }
        with trap_jobs() as jobs:
            ordered = self.call("POST", "/fleet-orders", order_body)
            self.assertEqual(ordered.status_code, 202, ordered.text)
            order = ordered.json()
            self.assertEqual((order["state"], order["total"]), ("running", 32))
            again = self.call("POST", "/fleet-orders", order_body)
            self.assertEqual(again.json()["id"], order["id"])
            while jobs.enqueued_jobs:
                jobs.perform_enqueued_jobs()
        path = f"/fleet-orders/{order['id']}"
        done = self.get(path)
        self.assertEqual((done["state"], done["done"], done["refused"]), ("done", 31, 1))
        lines = self.get(f"{path}/lines?limit=100")["data"]
        self.assertEqual([line["number"] for line in lines], ["A-1", *numbers[1:]])
        self.assertEqual(lines[-1]["reason"], "there is no device with this number.")
        self.assertEqual(lines[0]["item"]["name"], self.fleet.item_ids[1].display_name)
        [device] = self.get("/devices?number=A-1")["data"]
        self.assertEqual(device["services"][0]["date_start"], "2026-04-14")
        self.assertEqual(device["services"][0]["date_end"], None)
        kinds = [event["kind"] for event in self.get(f"/devices/{device['id']}/events")["data"]]
        self.assertEqual(kinds, ["created", "pending", "assigned", "active"])
        # 31 devices for 17 days of April at 1.00.
        self.assertEqual(self._billed(self.company._cn285_today()), "527.00")
