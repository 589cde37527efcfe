"""What tests of devices share: a fleet's contract, a plan, who orders, a network that lies."""

from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import mute_logger

TODAY = date(2026, 4, 14)


class DeviceCase(ContractCase):
    """A customer's fleet contract, whose plan is 30.00 a calendar month in advance: 1.00 a day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "fleet_manager",
            "cn285_contract.group_billing_manager",
            lang="en_US",
        )
        cls.tracking = cls._create_product("Tracking", 30.0)
        cls.template = cls.env["cn285.contract.template"].create(
            {
                "name": "Fleet",
                "item_ids": [
                    Command.create(
                        {
                            "product_id": cls.tracking.id,
                            "name": "Tracking",
                            "price_unit": 30.0,
                            "price_source": "manual",
                            "alignment": "calendar",
                        }
                    )
                ],
            }
        )
        cls.plan = cls.template.item_ids
        cls.tracker = cls.env["cn285.device.type"].create(
            {
                "name": "Tracker",
                "code": "TRK",
                "plan_id": cls.plan.id,
                "suspended_billing": "credited",
                "ownership": "rented",
            }
        )
        cls.fleet = cls._fleet_contract()

    @classmethod
    def _fleet_contract(cls, **values):
        """A running contract with the subscription below which devices stand."""
        item = {"product_id": cls.subscription.id, "name": "Premium Fleet Subscription"}
        return cls._create_contract([{**item, "billing_type": "none"}], user_id=False, **values)

    @classmethod
    def _devices(cls, count, prefix="T", **values):
        devices = cls.env["cn285.device"].create(
            [
                {"serial": f"{prefix}-{number:03}", "type_id": cls.tracker.id, **values}
                for number in range(1, count + 1)
            ]
        )
        devices.action_confirm()
        return devices

    @classmethod
    def _order(cls, action, devices, user=None, **values):
        """An order of the billing manager's, done."""
        if action in ("activate", "move"):
            values.setdefault("contract_id", cls.fleet.id)
            parent = cls.env["cn285.contract"].browse(values["contract_id"]).item_ids[:1]
            values.setdefault("parent_item_id", parent.id)
        devices = devices.with_user(user or cls.manager)
        orders = cls.env["cn285.fleet.order"].with_user(user or cls.manager)
        return orders._place(action, devices, **values)

    def _ordered(self, action, devices, **values):
        """The same, of which nothing was refused."""
        order = self._order(action, devices, **values)
        self.assertEqual(order.state, "done")
        refused = order.line_ids.filtered(lambda line: line.state == "refused")
        self.assertFalse(refused, refused.mapped("reason"))
        return order

    def _services(self, device):
        """``[(item's name, first day, last day or None)]`` of a device, oldest first."""
        return [
            (
                one.item_id.name,
                one.date_start.isoformat(),
                one.date_end.isoformat() if one.date_end else None,
            )
            for one in device.assignment_ids.sorted(lambda one: (one.date_start, one.id))
        ]

    def _kinds(self, device):
        """Kinds of a device's events, oldest first."""
        return device.event_ids.sorted("id").mapped("kind")

    def _billed(self, until):
        """What a run invoices up to a day, excluding tax: the sum of its documents."""
        run = self._bill(until)
        return self._cents(sum(run.invoice_ids.mapped("amount_untaxed_signed")))


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


class NetworkCase(DeviceCase):
    """Trackers that are on a network of the company's."""

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
