"""Usage that is quoted with its tiers is billed by them."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.cn285_sale.tests.common import QuoteCase
from odoo.fields import Command
from odoo.tests import new_test_user, tagged


@tagged("post_install", "-at_install")
class TestQuotedUsage(QuoteCase):
    def test_tiers_of_the_template_are_billed(self):
        """Calls: 100 at 0.10, then 0.05; 250 of January are 10.00 + 7.50 = 17.50, 21.00 with VAT.

        Beside them 31.00 a calendar month: 22 of 31 days of January, 22.00, 26.40 with VAT.
        """
        metric = self.env["cn285.usage.metric"].create(
            {"name": "Calls", "code": "quoted_calls", "unit": "call", "aggregation": "sum"}
        )
        tiers = [
            Command.create({"up_to": 100.0, "price_unit": 0.1}),
            Command.create({"price_unit": 0.05}),
        ]
        calculator = {"name": "Calls", "metric_id": metric.id, "charge_model": "graduated"}
        self.template.item_ids = [
            Command.create(
                {
                    "product_id": self.setup_fee.id,
                    "name": "Calls",
                    "billing_type": "usage",
                    "timing": "arrears",
                    "alignment": "calendar",
                    "calculator_ids": [Command.create({**calculator, "tier_ids": tiers})],
                }
            )
        ]
        usage = self.template.item_ids[-1]
        clerk = new_test_user(
            self.env, "quoted_clerk", "cn285_contract.group_billing_manager", name="Carole"
        )
        with freeze_time("2026-01-10 09:00:00"):
            line = {"product_id": self.setup_fee.id, "cn285_template_item_id": usage.id}
            order = self._quote([{}, line])
            self.assertFirst(order, "22.00", "26.40", "2026-01-10", "2026-02-09")
            self.assertMoney(order.cn285_mrr, "31.00")
            order.action_quotation_sent()
            order.action_confirm()
            self.assertEqual(order.cn285_activation, "done")
            contract = order.sudo().cn285_contract_id.with_env(self.env)
            item = contract.item_ids.filtered(lambda one: one.billing_type == "usage")
            self.assertEqual(
                item.calculator_ids.tier_ids.mapped(lambda one: (one.up_to, one.price_unit)),
                [(100.0, 0.1), (0.0, 0.05)],
            )
            self._bill(date(2026, 1, 10), contract_ids=[Command.set(contract.ids)])
        with freeze_time("2026-02-01 09:00:00"):
            event = {
                "source": "test",
                "transaction_id": "quoted",
                "item_id": item.id,
                "metric": "quoted_calls",
                "occurred_at": "2026-01-20 12:00:00",
                "quantity": 250,
            }
            self.env["cn285.usage.event"].ingest([event])
            self._bill(date(2026, 2, 1), contract_ids=[Command.set(contract.ids)])
        totals = contract.with_user(clerk).invoice_ids.sorted("invoice_date").mapped("amount_total")
        # February: 31.00 with VAT, and January's calls.
        self.assertEqual([str(self._cents(total)) for total in totals], ["26.40", "58.20"])
        rows = contract.schedule_ids.filtered(lambda row: row.move_id and row.kind == "usage")
        self.assertMoney(sum(rows.mapped("amount")), "17.50")
