"""A bundle comes to a running contract by a quotation: complete, at its price, once."""

from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .amendment_common import AmendmentCase
from .common_bundle import BundleCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-16 09:00:00")
class TestBundleAmendments(BundleCase, AmendmentCase):
    def _with_bundle(self, contract, bundle, counts=None, **values):
        """A quotation that adds a bundle, and its line."""
        order = self._amend(contract, **values)
        order.order_line = [Command.create({"product_id": bundle.id})]
        line = self._line(order, bundle)
        if counts is not None:
            line._cn285_take({self.choices[product]: count for product, count in counts.items()})
        return order, line

    def test_today(self):
        """Office from 16 January, 16 of 31 days of 15.55, 7.78 and 11.67: 8.03 + 4.02 + 6.02."""
        contract = self._running()
        order, line = self._with_bundle(contract, self.office)
        self.assertEqual(set(order.order_line.mapped("cn285_action")), {"keep", "add"})
        self.assertMoney(order.cn285_mrr_delta, "35.00")
        said = self._said(order)
        self.assertIn("35.00", said["Office"])
        self.assertEqual(said["Telephone"], "new, in the bundle: 1")
        self.assertMoney(order._cn285_play()["amount"], "18.07")
        order.action_quotation_sent()
        order.action_confirm()
        self.assertEqual(order.cn285_activation, "done", order.cn285_activation_error)
        changes = order.sudo().cn285_change_ids
        self.assertEqual((changes.type, changes.state), ("add_item", "applied"))
        bundle = line.sudo().cn285_item_id
        self.assertEqual((bundle.price_unit, bundle.billing_type), (35.0, "none"))
        parts = line._cn285_components().sudo().cn285_item_id
        self.assertEqual(parts, bundle.cn285_component_ids)
        self.assertEqual(len(parts), 3)
        self._bill(date(2026, 1, 16), contract_ids=[Command.set(contract.ids)])
        self.assertMoney(sum(contract.invoice_ids.mapped("amount_untaxed")), "99.07")

    def test_chosen_components(self):
        """Team with a mobile and twice internet from February: 29.50 + 2 × 8.75 = 47.00."""
        contract = self._running()
        order, line = self._with_bundle(
            contract,
            self.team,
            {self.mobile: 1, self.net: 2},
            cn285_date_effective=date(2026, 2, 1),
        )
        self.assertMoney(order.cn285_mrr_delta, "47.00")
        line._cn285_take({self.choices[self.net]: 2})
        with self.assertRaisesRegex(UserError, "Team"):
            order.action_quotation_sent()
        line._cn285_take({self.choices[self.mobile]: 1, self.choices[self.net]: 2})
        order.action_quotation_sent()
        second = order.browse(order.action_cn285_new_version()["res_id"])
        self.assertMoney(second.cn285_mrr_delta, "47.00")
        second.action_confirm()
        self.assertEqual(second.cn285_activation, "done", second.cn285_activation_error)
        with freeze_time("2026-02-01 09:00:00"):
            self._bill(date(2026, 2, 1), contract_ids=[Command.set(contract.ids)])
        # 81.00 in January; 81.00 + 47.00 in February.
        self.assertMoney(sum(contract.invoice_ids.mapped("amount_untaxed")), "209.00")
        bundle = contract.item_ids.filtered(lambda item: item.product_id == self.team)
        self.assertPrices(
            bundle.cn285_component_ids.sorted("price_unit", reverse=True),
            ("Mobile", 1.0, "29.50"),
            ("Internet", 2.0, "8.75"),
        )
