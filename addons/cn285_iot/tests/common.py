"""What tests of devices share: a fleet's contract, a plan, and a billing manager who orders."""

from datetime import date

from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.fields import Command
from odoo.tests import new_test_user

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
