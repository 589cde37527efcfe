from freezegun import freeze_time
from odoo.addons.cn285_api.tests.common import ApiCase
from odoo.addons.cn285_iot.tests.common import DeviceCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.tests import new_test_user, tagged


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
        with trap_jobs():
            ordered = self.call("POST", "/fleet-orders", order_body)
            self.assertEqual(ordered.status_code, 202, ordered.text)
            order = ordered.json()
            self.assertEqual((order["state"], order["total"]), ("running", 32))
            again = self.call("POST", "/fleet-orders", order_body)
            self.assertEqual(again.json()["id"], order["id"])
        # The job, as its runner does it: the call's own transaction is over.
        self.env["cn285.fleet.order"].with_user(self.program).browse(order["id"])._job_run()
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
        path = f"/device-assignments?device={device['id']}&on=2026-04-14"
        [served] = self.get(path)["data"]
        self.assertEqual(served["item"]["id"], lines[0]["item"]["id"])
        kinds = [event["kind"] for event in self.get(f"/devices/{device['id']}/events")["data"]]
        self.assertEqual(kinds, ["created", "pending", "assigned", "active"])
        # 31 devices for 17 days of April at 1.00.
        self.assertEqual(self._billed(self.company._cn285_today()), "527.00")

    def test_what_is_not_taken(self):
        answer = self.call("POST", "/fleet-orders", {"action": "retire", "devices": ["NOBODY"]})
        problem = self.assertProblem(answer, 422, "invalid")
        self.assertEqual(problem["errors"][0]["pointer"], "/devices")
        device, other = self._devices(2)
        self._ordered("activate", device)
        path = f"/devices/{device.id}"
        for body, words in (
            ({"by": str(device.id)}, "does not take its own place"),
            ({"by": str(other.id), "date": "2026-04-15"}, "not planned ahead"),
        ):
            answer = self.call("POST", f"{path}/replacement", body)
            self.assertIn(words, self.assertProblem(answer, 422, "refused")["detail"])
        answer = self.call("POST", f"/devices/{other.id}/replacement", {"by": str(device.id)})
        self.assertProblem(answer, 422, "refused")
        got = self.call("GET", path)
        tag = {"If_Match": got.headers["ETag"]}
        body = {
            "customer_ref": "Van 7",
            "identifiers": [{"kind": "mac", "value": "00-1b-63-84-45-e6"}],
        }
        changed = self.call("PATCH", path, body, **tag)
        self.assertEqual(changed.status_code, 200, changed.text)
        self.assertEqual(
            changed.json()["identifiers"], [{"kind": "mac", "value": "00-1b-63-84-45-e6"}]
        )
        self.assertProblem(self.call("PATCH", path, body, **tag), 412, "precondition_failed")
        clerk = self._new_key(
            new_test_user(self.env, "clerk", "cn285_contract.group_contract_user")
        )
        answer = self.call("POST", "/device-types", {"name": "Lock"}, key=clerk)
        self.assertProblem(answer, 403, "not_allowed")
        made = self.post("/device-types", {"name": "Lock", "identifiers": ["eui", "mac"]})
        self.assertEqual((made["identifiers"], made["term_months"]), (["eui", "mac"], 12))

    def test_programs_are_told(self):
        """What devices become, and what their network confirms: once, as they are after."""
        self.env["cn285.webhook.endpoint"].create(
            {"name": "Fleet", "url": "https://fleet.example/hook"}
        )
        provider = self.env["cn285.provisioning.provider"].create({"name": "LoRa"})
        self.tracker.write(
            {"company_id": self.company.id, "provider_id": provider.id, "starts": "confirmed"}
        )
        device = self._devices(1)
        self._ordered("activate", device)
        operation = device.operation_ids.with_user(self.manager)
        operation.action_done()
        self.env["cn285.device"].browse(device.id)._heard("on")
        self._ordered("suspend", device)
        self._ordered("return", device)
        events = self.env["cn285.webhook.event"].search([("type", "=like", "device.%")])
        events._complete()
        self.env.cr.precommit.clear()
        self.assertEqual(
            [event.type for event in events.sorted("id")],
            [
                "device.pending",
                "device.network_on",
                "device.active",
                "device.suspended",
                "device.returned",
            ],
        )
        shown = events.sorted("id")[-1].payload
        self.assertEqual(shown["data"]["object"]["serial"], device.serial)
        # Each type of event can be chosen by an endpoint.
        types = self.env["cn285.webhook.type"].search([("code", "in", events.mapped("type"))])
        self.assertEqual(len(types), 5)
