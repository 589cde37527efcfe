"""The same offer to many contracts: drafts that are made together, and what cannot be is told."""

from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .amendment_common import AmendmentCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-16 09:00:00")
class TestCampaign(AmendmentCase):
    def _campaign(self, contracts, user=None, **values):
        return (
            self.env["cn285.quote.campaign"]
            .with_user(user or self.seller)
            .create({"contract_ids": [Command.set(contracts.ids)], **values})
        )

    def _contracts(self, count):
        contracts = self.env["cn285.contract"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "user_id": self.seller.id,
                    "date_start": date(2026, 1, 1),
                    "item_ids": [
                        Command.create(self._item_vals(product_id=self.hosting.id, price_unit=31.0))
                    ],
                }
                for _number in range(count)
            ]
        )
        contracts.action_confirm()
        return contracts

    def test_upgrade(self):
        contracts = self._contracts(3)
        utm = self.env["utm.campaign"].create({"name": "Plus"})
        wizard = self._campaign(
            contracts,
            product_id=self.hosting.id,
            new_product_id=self.better.id,
            validity_date=date(2026, 2, 15),
            campaign_id=utm.id,
        )
        wizard.action_make()
        orders = wizard.order_ids
        self.assertEqual(orders.cn285_contract_id.sudo(), contracts)
        self.assertEqual(set(orders.mapped("state")), {"draft"})
        self.assertEqual(orders.order_line.mapped("price_unit"), [62.0] * 3)
        self.assertEqual(orders.order_line.mapped("cn285_action"), ["change"] * 3)
        self.assertEqual(orders.mapped("cn285_mrr_delta"), [31.0] * 3)
        self.assertEqual((orders.user_id, orders.campaign_id), (self.seller, utm))
        self.assertFalse(wizard.skipped)
        orders[0].action_quotation_sent()
        orders[0].action_confirm()
        self.assertEqual(orders[0].sudo().cn285_change_ids.type, "upsell")

    def test_what_cannot_be_made_is_told(self):
        good, over = self._contracts(1), self._contracts(1)
        over.action_close()
        other = self._create_contract(user_id=self.seller.id)
        foreign = self._create_contract(user_id=self.env.uid)
        wizard = self._campaign(
            (good | over | other).sudo(False),
            product_id=self.hosting.id,
            new_product_id=self.better.id,
        )
        wizard.sudo().contract_ids |= foreign
        wizard.action_make()
        self.assertEqual(wizard.order_ids.cn285_contract_id.sudo(), good)
        lines = wizard.skipped.splitlines()
        self.assertEqual(len(lines), 2)
        self.assertIn("does not run", wizard.skipped)
        self.assertIn("no running item of Hosting", wizard.skipped)
        self.assertNotIn(foreign.name, wizard.skipped)

    def test_prices_and_what_comes_beside(self):
        """4 % more of 31.00 are 32.24."""
        contracts = self._contracts(2)
        wizard = self._campaign(
            contracts, offer="price", percent=4.0, date_effective=date(2026, 3, 1)
        )
        wizard.action_make()
        self.assertEqual(wizard.order_ids.order_line.mapped("price_unit"), [32.24] * 2)
        order = wizard.order_ids[0]
        order.action_confirm()
        self.assertEqual(order.cn285_activation, "done", order.cn285_activation_error)
        change = order.sudo().cn285_change_ids
        self.assertEqual((change.type, change.date_effective), ("price", date(2026, 3, 1)))
        beside = self._campaign(contracts, offer="add", new_product_id=self.support.id, quantity=2)
        beside.action_make()
        self.assertEqual(beside.order_ids.mapped("cn285_mrr_delta"), [30.0] * 2)

    def test_says_something(self):
        with self.assertRaisesRegex(UserError, "what is offered"):
            self._campaign(self._contracts(1), offer="price").action_make()

    def test_for_sellers(self):
        reader = new_test_user(self.env, "quote_reader", "cn285_contract.group_contract_reader")
        self.assertFalse(self.env["cn285.quote.campaign"].with_user(reader).has_access("create"))

    def test_queries(self):
        """Twenty cost far less than twenty times one."""
        self._made(self._contracts(1))  # warms caches
        one, many = self._made(self._contracts(1)), self._made(self._contracts(20))
        self.assertLess(many, 6 * one, (one, many))

    def _made(self, contracts):
        wizard = self._campaign(
            contracts, product_id=self.hosting.id, new_product_id=self.better.id
        )
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        wizard.action_make()
        self.env.flush_all()
        self.assertEqual(len(wizard.order_ids), len(contracts))
        return self.env.cr.sql_log_count - before
