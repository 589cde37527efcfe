"""Bundles on quotations: components, rules, and prices to the cent."""

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common_bundle import BundleCase


@tagged("post_install", "-at_install")
@freeze_time("2026-01-05 09:00:00")
class TestBundleQuotes(BundleCase):
    # === FIXED === #

    def test_components_come_with_their_shares(self):
        """35.00 over 20 : 10 : 15 is 15.555…, 7.777…, 11.666…: the cents go where most is left."""
        order = self._bundled(self.office)
        bundle, *_parts = order.order_line
        self.assertPrices(
            order.order_line,
            ("Office", 1.0, "0.00"),
            ("Telephone", 1.0, "15.55"),
            ("Fax", 1.0, "7.78"),
            ("Internet", 1.0, "11.67"),
        )
        self.assertEqual(set(order.order_line.mapped("recurring_unit")), {"month"})
        self.assertEqual((bundle.cn285_bundle_price, order.cn285_kind), (35.0, "new"))
        self.assertMoney(order.amount_untaxed, "35.00")
        self.assertMoney(order.cn285_mrr, "35.00")
        # 22 of 31 days: 11.04 + 5.52 + 8.28; with tax, line by line 13.25 + 6.62 + 9.94.
        self.assertFirst(order, "24.84", "29.81", "2026-01-10", "2026-02-09")

    def test_price_and_discount_of_the_bundle(self):
        """40.00 is 17.78, 8.89 and 13.33; with 10 % off 16.00, 8.00 and 12.00."""
        order = self._bundled(self.office)
        bundle, *parts = order.order_line
        bundle.write({"cn285_bundle_price": 40.0, "discount": 10.0, "product_uom_qty": 3.0})
        self.assertEqual([part.price_unit for part in parts], [17.78, 8.89, 13.33])
        self.assertEqual({part.discount for part in parts}, {10.0})
        self.assertEqual({part.product_uom_qty for part in parts}, {3.0})
        # 53.34 − 5.33, 26.67 − 2.67, 39.99 − 4.00
        self.assertMoney(order.amount_untaxed, "108.00")
        parts[0].write({"price_unit": 1.0, "product_uom_qty": 9.0, "discount": 50.0})
        self.assertEqual((parts[0].price_unit, parts[0].product_uom_qty), (17.78, 3.0))
        self.assertEqual(parts[0].discount, 10.0)

    def test_quantity_of_a_component(self):
        """Two of 20.00 weigh 40 of 65: 35.00 is 21.54 for both, 10.77 each."""
        self.office.combo_ids[0].combo_item_ids.cn285_quantity = 2.0
        order = self._bundled(self.office, line={"product_uom_qty": 5.0})
        self.assertPrices(
            order.order_line[1:],
            ("Telephone", 10.0, "10.77"),
            ("Fax", 5.0, "5.38"),
            ("Internet", 5.0, "8.08"),
        )
        self.assertMoney(order.amount_untaxed, "175.00")

    def test_versions_keep_the_bundle(self):
        order = self._bundled(self.office)
        order.action_quotation_sent()
        order.action_cn285_new_version()
        new = order.cn285_superseded_by_id
        self.assertEqual(new.order_line[1:].linked_line_id, new.order_line[0])
        self.assertFalse(new._cn285_bundle_obstacle())
        new.order_line[0].cn285_bundle_price = 45.0
        self.assertMoney(new.amount_untaxed, "45.00")
        self.assertMoney(order.amount_untaxed, "35.00")

    def test_components_stand_below_their_bundle(self):
        order = self._quote([{"product_id": self.office.id}, {}, {"product_id": self.team.id}])
        self.assertEqual(
            order.order_line.sorted(lambda line: (line.sequence, line.id)).product_id.mapped(
                "name"
            ),
            ["Office", "Telephone", "Fax", "Internet", "API access", "Team"],
        )
        self.assertEqual(
            [line.product_id.name for line in order.order_line.sorted("sequence")][-2:],
            ["Team", "Telephone"],
        )

    # === FLEXIBLE === #

    def test_extra_price_is_its_components(self):
        """35.00 over 30 : 15 is 23.33 and 11.67; the mobile costs 12.00 more, so 35.33."""
        order = self._bundled(self.team, {self.mobile: 1, self.net: 1, self.support: 1})
        self.assertPrices(
            order.order_line,
            ("Team", 1.0, "0.00"),
            ("Mobile", 1.0, "35.33"),
            ("Internet", 1.0, "11.67"),
            ("Support", 1.0, "0.00"),
        )
        self.assertEqual(order.order_line[3].billing_type, "none")
        self.assertMoney(order.amount_untaxed, "47.00")
        self.assertMoney(order.cn285_mrr, "47.00")

    def test_two_rates_of_vat(self):
        """35.00 over 30 : 10 is 26.25 and 8.75; 38.25 at 20 %, 8.75 at 10 %: 45.90 + 9.63."""
        order = self._bundled(self.team, {self.mobile: 1, self.press: 1}, cn285_date_start=False)
        self.assertEqual([line.price_unit for line in order.order_line], [0.0, 38.25, 8.75])
        self.assertFalse(order.order_line[0].tax_ids)
        self.assertMoney(order.amount_tax, "8.53")
        self.assertMoney(order.amount_total, "55.53")

    def test_rules_are_told_and_kept(self):
        cases = [
            ({self.fax: 1}, "Team is not complete: of “Line” at least 1 must be chosen, not 0"),
            ({self.phone: 1, self.mobile: 1}, "of “Line” at most 1 may be chosen, not 2"),
            ({self.phone: 1, self.net: 4}, "of “Options” at most 3"),
            ({self.phone: 1, self.press: 1}, "Press Review requires Mobile"),
            ({self.mobile: 1, self.press: 1, self.fax: 1}, "cannot stand with"),
        ]
        for counts, told in cases:
            order = self._bundled(self.team, counts)
            self.assertIn(told, order.cn285_bundle_warning)
            for act in (
                order.action_quotation_send,
                order.action_quotation_sent,
                order.action_confirm,
                lambda order=order: order.write({"state": "sent"}),
            ):
                with self.assertRaisesRegex(UserError, told):
                    act()
            self.assertEqual(order.state, "draft")

    def test_programs_cannot_smuggle(self):
        order = self._bundled(self.team)
        bundle = order.order_line[0]
        with self.assertRaises(ValidationError):
            order.order_line = [
                Command.create(
                    {
                        "product_id": self.net.id,
                        "combo_item_id": self.office.combo_ids[2].combo_item_ids.id,
                        "linked_line_id": bundle.id,
                    }
                )
            ]
        bundle._cn285_components().unlink()
        with self.assertRaisesRegex(UserError, "not complete"):
            order.action_confirm()
        order.order_line = [
            Command.create(
                {
                    "product_id": self.mobile.id,
                    "combo_item_id": self.choices[self.mobile].id,
                    "linked_line_id": bundle.id,
                    "price_unit": 0.01,
                }
            )
        ]
        self.assertMoney(order.amount_untaxed, "47.00")

    def test_dialog(self):
        order = self._bundled(self.team)
        bundle = order.order_line[0]
        action = bundle.action_cn285_choose()
        dialog = self.env[action["res_model"]].with_user(self.seller).browse(action["res_id"])
        with Form(dialog) as form:
            self.assertEqual(form.price, 35.0)
            for number, product in enumerate(dialog.line_ids.mapped("product_id")):
                with form.line_ids.edit(number) as line:
                    line.count = 1 if product in (self.mobile, self.press, self.fax) else 0
            self.assertEqual(form.price, 47.0)
            self.assertIn("cannot stand with", form.warning)
            with form.line_ids.edit(2) as line:
                self.assertEqual(line.product_id, self.fax)
                line.count = 0
            self.assertFalse(form.warning)
        dialog.action_choose()
        self.assertEqual(
            order.order_line.mapped("product_id.name"), ["Team", "Mobile", "Press Review"]
        )
        self.assertFalse(order.cn285_bundle_warning)

    def test_on_the_screen(self):
        form = Form(self.env["sale.order"].with_user(self.seller))
        form.partner_id = self.customer
        with form.order_line.new() as line:
            line.product_template_id = self.office.product_tmpl_id
            line.product_id = self.office
        with form.order_line.new() as line:
            line.product_id = self.subscription
        with form.order_line.edit(0) as line:
            line.product_uom_qty = 2.0
        order = form.save()
        self.assertPrices(
            order.order_line,
            ("Office", 2.0, "0.00"),
            ("Telephone", 2.0, "15.55"),
            ("Fax", 2.0, "7.78"),
            ("Internet", 2.0, "11.67"),
            ("API access", 1.0, "31.00"),
        )
        self.assertEqual(order.order_line[1:4].linked_line_id, order.order_line[0])
        self.assertFalse(order._cn285_bundle_obstacle())

    def test_managers_define(self):
        for record, values in (
            (self.line_slot, {"cn285_max": 2}),
            (self.choices[self.mobile], {"cn285_no_billing": True}),
            (self.team, {"cn285_bundle_invoice": "all"}),
        ):
            with self.assertRaises(AccessError):
                record.with_user(self.seller).write(values)

    def test_definitions_that_cannot_be_kept(self):
        goods = self._create_product("Router", 80.0, type="consu")
        cases = [
            lambda: self.line_slot.write({"cn285_min": 3}),
            lambda: self.line_slot.write({"cn285_min": -1}),
            lambda: self.choices[self.fax].write({"cn285_quantity": 0.0}),
            lambda: self.choices[self.fax].write({"cn285_default_count": -1}),
            lambda: self.choices[self.fax].write(
                {"cn285_excludes_ids": [Command.set(self.fax.ids)]}
            ),
            lambda: self.subscription.write({"cn285_is_bundle": True}),
            lambda: self._bundle("Goods", [self._slot("Router", [goods])]),
        ]
        for case in cases:
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                case()

    def test_goods_without_billing(self):
        goods = self._create_product("Router", 80.0, type="consu")
        slot = self._slot("Router", [goods])
        slot.combo_item_ids.cn285_no_billing = True
        order = self._bundled(self._bundle("Home", [slot, self._slot("Net", [self.net])]))
        order.action_confirm()
        self.assertEqual(order.cn285_activation, "done")
        self.assertEqual(
            order.cn285_contract_id.sudo().item_ids.mapped("product_id.name"),
            ["Home", "Router", "Internet"],
        )
        self.assertPrices(order.order_line[1:], ("Router", 1.0, "0.00"), ("Internet", 1.0, "35.00"))

    def test_document_shows_one_block(self):
        order = self._bundled(self.office)
        lines = order._cn285_document().lines
        self.assertEqual(
            [(line.title, line.style) for line in lines],
            [
                ("Office", "subsection"),
                ("Telephone", "line"),
                ("Fax", "line"),
                ("Internet", "line"),
            ],
        )
        # To a consumer with tax.
        self.assertTrue(lines[0].figures[-1].startswith("42.00"))
