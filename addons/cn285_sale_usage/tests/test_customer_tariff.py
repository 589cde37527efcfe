"""Customers choose another tariff for what they use."""

from datetime import date

from odoo.addons.cn285_contract.models.clock import imagined_day
from odoo.addons.cn285_sale.tests.customer_common import CustomerCase
from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestCustomerTariff(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calls = cls.env["cn285.usage.metric"].create(
            {"name": "API calls", "code": "calls", "unit": "call", "aggregation": "sum"}
        )
        small, large, text = (
            {"price_unit": 0.1, "allowance_units": 100.0, "minimum_amount": 10.0},
            {"price_unit": 0.05, "allowance_units": 1000.0, "minimum_amount": 40.0},
            {"charge_model": "volume", "tier_ids": [Command.create({"price_unit": 1.0})]},
        )
        cls.tariffs = cls.env["cn285.contract.template"].create(
            {
                "name": "Tariffs",
                "item_ids": [
                    cls._usage_item(name, figures)
                    for name, figures in (("Small", small), ("Large", large), ("Other", text))
                ],
            }
        )
        cls.template.item_ids = [Command.clear(), cls._usage_item("Calls", small)]
        cls._allow({"kind": "allowance", "offered_ids": [Command.set(cls.tariffs.item_ids.ids)]})
        cls.contract = cls._contract(billed=False)

    @classmethod
    def _usage_item(cls, name, figures):
        calculator = {
            "name": "API calls",
            "metric_id": cls.calls.id,
            "charge_model": "per_unit",
            **figures,
        }
        return Command.create(
            {
                "product_id": cls.subscription.id,
                "name": name,
                "billing_type": "usage",
                "timing": "arrears",
                "calculator_ids": [Command.create(calculator)],
            }
        )

    def test_another_tariff(self):
        """From April on 1,000 calls are included, and 40.00 are owed at least."""
        item = self.contract.item_ids
        form = self._get(self.contract, "/allowance").text
        self.assertIn("Large", form)
        # What rates otherwise is not offered, nor what there is already.
        self.assertNotIn("Other", form)
        self.assertNotIn("Small", form)
        large = self.tariffs.item_ids[1]
        page = self._preview(
            self.contract, "allowance", item=item.id, tariff=large.id, date="2026-04-01"
        )
        self._confirm(self.contract, "allowance", page)
        [change] = self.contract.change_ids
        self.assertEqual((change.type, change.origin), ("usage_terms", "customer"))
        self.assertEqual(change.state, "scheduled")
        self.assertEqual(change.values["allowance_units"], 1000.0)
        for wrong in (self.tariffs.item_ids[2].id, self.template.item_ids.id, "x"):
            page = self._preview(self.contract, "allowance", item=item.id, tariff=wrong)
            self.assertIn("one of what is offered", self._said(page, "change_error"))
        self.assertEqual(self.contract.change_ids, change)
        # 1,400 calls of April: 400 × 0.05 = 20.00, less than 40.00; before it were 1,300 × 0.10.
        with imagined_day(date(2026, 5, 1)):
            self.env["cn285.contract.change"]._apply_due(self.contract)
            self.env["cn285.usage.event"].ingest(
                [
                    {
                        "source": "test",
                        "transaction_id": f"tariff{month}",
                        "item_id": item.id,
                        "metric": "calls",
                        "occurred_at": f"2026-{month}-10 12:00:00",
                        "quantity": 1400,
                    }
                    for month in ("03", "04")
                ]
            )
            self._bill(date(2026, 5, 1))
        amounts = {row[0]: row[3] for row in self._rows(self.contract, state="invoiced")}
        self.assertEqual((amounts["2026-03-01"], amounts["2026-04-01"]), ("130.00", "40.00"))
