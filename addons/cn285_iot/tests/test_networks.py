from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import TODAY, NetworkCase


@tagged("post_install", "-at_install")
@freeze_time("2026-04-14 10:00:00")
class TestNetworks(NetworkCase):
    """What is wanted and what a network says: one thing asked at a time, none lost."""

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
