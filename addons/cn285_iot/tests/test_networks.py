from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TODAY, DeviceCase


class LyingNetwork:
    """A network with a memory: it loses, doubles and delays answers, and does things by itself."""

    def __init__(self):
        self.devices = {}
        self.done = {}
        self.asked = []
        #: How the next calls end: "ok", "lost" (done, and nothing said), "down", "later".
        self.moods = []

    def send(self, operation):
        self.asked.append((operation.device_id.serial, operation.wanted))
        mood = self.moods.pop(0) if self.moods else "ok"
        if mood == "down":
            raise ConnectionError("no route to host")
        if operation.key not in self.done:
            self.done[operation.key] = operation.wanted
            if mood != "later":
                self.devices[operation.device_id] = operation.wanted
        if mood == "lost":
            raise TimeoutError("timed out")
        return {"done": mood == "ok", "reference": f"N-{len(self.done)}"}

    def fetch(self, operation):
        self.devices[operation.device_id] = self.done[operation.key]
        return {"done": True}

    def read(self, devices):  # pylint: disable=method-required-super
        return {one: self.devices[one] for one in devices if one in self.devices}


@tagged("post_install", "-at_install")
@freeze_time("2026-04-14 10:00:00")
class TestNetworks(DeviceCase):
    """What is wanted and what a network says: one thing asked at a time, none lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls.env["cn285.provisioning.provider"].create({"name": "LoRa"})
        # A network is a company's, and so is a type that is on it.
        cls.tracker.write({"company_id": cls.company.id, "provider_id": cls.provider.id})
        cls.operations = cls.env["cn285.provisioning.operation"]

    @contextmanager
    def _network(self, *moods):
        network, model = LyingNetwork(), type(self.provider)
        network.moods = list(moods)
        provider = self.provider
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE cn285_provisioning_provider SET code = 'lying' WHERE id = %s", [provider.id]
        )
        self.env.invalidate_all()
        with (
            patch.object(model, "_prov_send", lambda _self, operation: network.send(operation)),
            patch.object(model, "_prov_fetch", lambda _self, operation: network.fetch(operation)),
            patch.object(model, "_prov_read", lambda _self, devices: network.read(devices)),
            trap_jobs() as network.jobs,
            mute_logger("odoo.addons.cn285_contract.models.isolation"),
        ):
            yield network

    def _answers(self, network, hours=30):
        """Time goes by, and what waits is asked again."""
        for hour in range(hours):
            while network.jobs.enqueued_jobs:
                network.jobs.perform_enqueued_jobs()
            with freeze_time(f"2026-04-{14 + (hour + 11) // 24} {(hour + 11) % 24:02}:00:00"):
                self.operations._cron_ask_again()
            if not network.jobs.enqueued_jobs:
                break

    def test_by_hand(self):
        self.tracker.starts = "confirmed"
        device = self._devices(1)
        self._ordered("activate", device)
        item = device.assignment_ids.item_id
        self.assertEqual(
            (device.state, device.wanted_state, item.state), ("pending", "on", "draft")
        )
        operation = device.operation_ids.with_user(self.manager)
        self.assertEqual((operation.wanted, operation.state), ("on", "queued"))
        with freeze_time("2026-04-21 10:00:00"):
            operation.action_done()
            self.assertEqual((device.state, device.network_state), ("active", "on"))
            # Billed from the confirmation on: 21 to 30 April.
            self.assertEqual(self._billed(date(2026, 4, 21)), "10.00")
            with self.assertRaises(UserError):
                operation.action_done()
        self.assertEqual(len(device.operation_ids), 1)

    def test_a_network_that_lies(self):
        devices = self._devices(4)
        with self._network("down", "lost", "later", "ok") as network:
            self._ordered("activate", devices)
            self._answers(network)
            self.assertEqual(set(devices.mapped("network_state")), {"on"})
            self.assertEqual(len(self.operations.search([("device_id", "in", devices.ids)])), 4)
            # Whatever was repeated had the key of the first time.
            self.assertEqual(len(network.done), 4)
            self.assertGreater(len(network.asked), 4)
            # Its answer is lost, and meanwhile something else is wanted: that is asked after it.
            network.moods = ["lost"]
            self._ordered("suspend", devices[0])
            network.jobs.perform_enqueued_jobs()
            self._ordered("resume", devices[0])
            self._answers(network)
            self.assertEqual(network.devices[devices[0]], "on")
            self.assertEqual(devices[0].network_state, "on")
            # What is not tried yet gives way.
            self._ordered("suspend", devices[1])
            self._ordered("resume", devices[1])
            states = devices[1].operation_ids.sorted("id").mapped("state")
            self.assertEqual(states, ["done", "cancelled"])
            # At night: it has switched one off by itself, and forgotten nothing else.
            network.devices[devices[2]] = "off"
            self.assertEqual(self.provider._compare(), devices[2])
            self._answers(network)
            self.assertEqual(network.devices[devices[2]], "on")
            self.assertFalse(self.provider._compare())
            self.assertEqual(self._billed(TODAY), "68.00")

    def test_a_network_that_never_does_it(self):
        device = self._devices(1)
        with self._network(*["down"] * 20) as network:
            self._ordered("activate", device)
            self._answers(network, hours=72)
            operation = device.operation_ids
            self.assertEqual((operation.state, operation.attempts), ("failed", 8))
            self.assertIn("no route to host", operation.error)
            self.assertIn("no route to host", device.message_ids[:1].body)
            # The next night it is asked anew.
            network.moods, network.devices = [], {device: "off"}
            self.assertEqual(self.provider._compare(), device)
            self._answers(network)
            self.assertEqual(device.network_state, "on")
