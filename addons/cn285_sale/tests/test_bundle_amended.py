"""A bundle that runs is changed by a quotation: its components, its number, its price, its end."""

from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .amendment_common import AmendmentCase
from .common_bundle import BundleCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-16 09:00:00")
class TestBundleAmended(BundleCase, AmendmentCase):
    """Team with a mobile (35.33) and internet (11.67) from 1 January, which is billed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with freeze_time("2026-01-01 09:00:00"):
            cls.contract = cls._contracted(
                cls.team, {cls.mobile: 1, cls.net: 1}, cn285_date_start=date(2026, 1, 1)
            )
            cls._bill(date(2026, 1, 1), contract_ids=[Command.set(cls.contract.ids)])
        cls.bundle = cls.contract.item_ids.filtered(lambda item: item.product_id == cls.team)

    def _take(self, line, **counts):
        line._cn285_take({self.choices[getattr(self, name)]: n for name, n in counts.items()})

    def _amended(self, **values):
        """A quotation that amends it, and the line of the bundle."""
        order = self._amend(self.contract, **values)
        return order, self._line(order, self.team)

    def _accept(self, order):
        order.action_quotation_sent()
        order.action_confirm()
        self.assertEqual(order.cn285_activation, "done", order.cn285_activation_error)

    def _parts(self, day=None):
        """Its components by name: how many, at what price."""
        members = self.bundle._cn285_members(day)
        return {
            item.product_id.name: (item.quantity, self._cents(item.price_unit)) for item in members
        }

    def test_opens_as_it_is(self):
        order, line = self._amended()
        self.assertEqual(order.order_line.mapped("cn285_action"), ["keep"] * 3)
        self.assertMoney(order.cn285_mrr, "47.00")
        self.assertMoney(order.cn285_mrr_delta, "0.00")
        self.assertPrices(
            line._cn285_components(), ("Mobile", 1.0, "35.33"), ("Internet", 1.0, "11.67")
        )
        with self.assertRaisesRegex(UserError, "changes nothing"):
            order.action_quotation_sent()

    def test_components(self):
        """A telephone for the mobile from the 16th: 20.00 and 15.00, 12.00 less a month.

        For 16 of 31 days: 10.32 + 7.74 − 18.23 − 6.02 = −6.19.
        """
        order, line = self._amended()
        self._take(line, phone=1, net=1)
        actions = {one.product_id.name: one.cn285_action for one in order.order_line}
        expected = {"Team": "change", "Mobile": "end", "Telephone": "add", "Internet": "change"}
        self.assertEqual(actions, expected)
        self.assertMoney(order.cn285_mrr_delta, "-12.00")
        said = self._said(order)
        self.assertEqual((said["Mobile"], said["Telephone"]), ("ends", "new, in the bundle: 1"))
        self.assertMoney(order._cn285_play()["amount"], "-6.19")
        self._accept(order)
        [change] = order.sudo().cn285_change_ids
        self.assertEqual((change.type, change.state), ("bundle_components", "applied"))
        day = date(2026, 1, 16)
        self.assertEqual(
            self._parts(day), {"Telephone": (1.0, "20.00"), "Internet": (1.0, "15.00")}
        )
        [phone] = line._cn285_components().filtered(lambda one: one.product_id == self.phone)
        self.assertEqual(phone.sudo().cn285_item_id.product_id, self.phone)
        with freeze_time("2026-02-01 09:00:00"):
            self._bill(date(2026, 2, 1), contract_ids=[Command.set(self.contract.ids)])
        # 47.00 − 6.19 for January, 35.00 for February.
        moves = self.contract.schedule_ids.move_id
        self.assertMoney(sum(moves.mapped("amount_untaxed_signed")), "75.81")

    def test_number_price_and_components_together(self):
        """Two bundles of 40.00 from February with a fax: 17.78, 13.33, 8.89 each; 80.00."""
        order, line = self._amended(cn285_date_effective=date(2026, 2, 1))
        self._take(line, phone=1, net=1, fax=1)
        line.write({"product_uom_qty": 2, "cn285_bundle_price": 40.0})
        self.assertMoney(order.cn285_mrr_delta, "33.00")
        order.action_quotation_sent()
        # A new version wants the same of the bundle.
        second = order.browse(order.action_cn285_new_version()["res_id"])
        self.assertMoney(second.cn285_mrr_delta, "33.00")
        self._accept(second)
        changes = second.sudo().cn285_change_ids.sorted("id")
        self.assertEqual(changes.mapped("type"), ["quantity", "price", "bundle_components"])
        with freeze_time("2026-02-01 09:00:00"):
            self.env["cn285.contract.change"]._apply_all_due(self.company)
            self._bill(date(2026, 2, 1), contract_ids=[Command.set(self.contract.ids)])
        self.assertEqual(
            self._parts(date(2026, 2, 1)),
            {"Telephone": (2.0, "17.78"), "Internet": (2.0, "13.33"), "Fax": (2.0, "8.89")},
        )
        self.assertMoney(sum(self.contract.schedule_ids.move_id.mapped("amount_untaxed")), "127.00")

    def test_rules_are_kept(self):
        """Without a line, or with the press review beside the fax: told, and not sent."""
        order, line = self._amended()
        for counts, words in (
            ({"net": 1}, "not complete"),
            ({"mobile": 1, "press": 1, "fax": 1}, "cannot stand with"),
        ):
            self._take(line, **counts)
            self.assertRegex(order.cn285_bundle_warning, words)
            with self.assertRaisesRegex(UserError, words):
                order.action_quotation_sent()
        self.assertFalse(self.contract.change_ids)

    def test_overtaken(self):
        """What the quotation changes was changed otherwise meanwhile: it is not accepted."""
        order, line = self._amended()
        line.product_uom_qty = 2
        order.action_quotation_sent()
        self.env["cn285.contract.change"].create(
            {
                "item_id": self.bundle.id,
                "type": "quantity",
                "date_effective": date(2026, 1, 16),
                "values": {"quantity": 3.0},
            }
        ).action_schedule()
        with self.assertRaisesRegex(UserError, "is 3 by now"):
            order.action_confirm()
        self.assertEqual(self.bundle.quantity, 3.0)

    def test_end(self):
        """None of it from the 17th on: all of it ends, 15 of 31 days are credited."""
        order, line = self._amended()
        line.product_uom_qty = 0
        self.assertEqual(set(order.order_line.mapped("cn285_action")), {"end"})
        self.assertMoney(order.cn285_mrr_delta, "-47.00")
        self._accept(order)
        [change] = order.sudo().cn285_change_ids
        self.assertEqual((change.type, change.item_id), ("end_item", self.bundle))
        self.assertEqual(set(self.contract.item_ids.mapped("date_end")), {change.date_effective})
