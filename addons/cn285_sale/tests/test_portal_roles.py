"""Roles of a customer's people: look, buy, administrate; own firm, or with subsidiaries."""

import re

from odoo import http
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .customer_common import CustomerCase
from .test_quote_versions import DRAWN


@tagged("post_install", "-at_install")
class TestPortalRoles(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._allow({"kind": "quantity", "quantity_max": 10.0})
        cls.boss = new_test_user(
            cls.env, "hand_boss", "base.group_portal", password="hand_boss", name="Anne Martin"
        )
        cls.boss.partner_id.write({"parent_id": cls.customer.id})
        cls.boss.partner_id.cn285_portal_role = "administrate"
        cls.subsidiary = cls.env["res.partner"].create(
            {"name": "Martin Sud", "is_company": True, "parent_id": cls.customer.id}
        )
        cls.contract = cls._contract(billed=False)
        cls.below = cls._contract(billed=False, partner_id=cls.subsidiary.id)

    def _grant(self, login, partner, role="view", reach="own"):
        self._be(login)
        return self.url_open(
            "/my/colleagues",
            data={
                "csrf_token": self.csrf_token(),
                "partner_id": partner.id,
                "role": role,
                "reach": reach,
            },
        ).text

    # === WHAT HOLDS WITHOUT A ROLE === #

    def test_what_holds_without_a_role(self):
        self.assertEqual(self.buyer._cn285_role(), "buy")
        self.assertEqual(self.stranger._cn285_role(), "administrate")
        self.assertTrue(self.buyer._cn285_may_buy())
        self.assertFalse(self.viewer._cn285_may_buy())

    # === GRANTED === #

    def test_an_administrator_grants_roles(self):
        self._be("hand_boss")
        page = self.url_open("/my/colleagues").text
        self.assertIn("Benoît Martin", page)
        self.assertNotIn("hand_stranger", page)
        self.assertNotIn(f'value="{self.boss.partner_id.id}"', page)
        page = self._grant("hand_boss", self.buyer.partner_id, "view")
        self.assertIn("colleagues_saved", page)
        self.assertEqual(self.buyer._cn285_role(), "view")
        page = self._preview(
            self.contract, "quantity", item=self.contract.item_ids.id, quantity="3"
        )
        self.assertRefused(page, "ask the administrator", self.contract)
        self._grant("hand_boss", self.buyer.partner_id, "buy")
        page = self._preview(
            self.contract, "quantity", item=self.contract.item_ids.id, quantity="3"
        )
        self.assertIn("change_confirm", page)

    def test_who_does_not_administrate_grants_nothing(self):
        for login in ("hand_buyer", "hand_viewer"):
            page = self._grant(login, self.boss.partner_id)
            self.assertIn("colleagues_error", page)
            page = self._grant(login, self.users[login].partner_id, "administrate")
            self.assertIn("colleagues_error", page)
        self.assertEqual(self.boss._cn285_role(), "administrate")
        self.assertEqual(self.viewer._cn285_role(), "view")

    def test_whom_an_administrator_may_not_touch(self):
        """Not himself, not another customer's people, nor by a role that there is not."""
        for partner, role, reach in (
            (self.boss.partner_id, "view", "own"),
            (self.stranger.partner_id, "view", "own"),
            (self.subsidiary, "view", "own"),
            (self.buyer.partner_id, "king", "own"),
            (self.buyer.partner_id, "", "own"),
            (self.buyer.partner_id, "buy", "world"),
            # More than he has himself.
            (self.buyer.partner_id, "buy", "subsidiaries"),
        ):
            with self.subTest(partner.name, role=role, reach=reach):
                page = self._grant("hand_boss", partner, role, reach)
                self.assertIn("colleagues_error", page)
                self.assertFalse(self.buyer.partner_id.cn285_portal_role)
        self.assertEqual(self.boss._cn285_role(), "administrate")
        with self.assertRaises(UserError):
            self.boss._cn285_grant(self.stranger.partner_id, "view", "own")

    # === SUBSIDIARIES === #

    @mute_logger("odoo.http")
    def test_reach(self):
        """Own firm alone sees no subsidiary; with them, it changes theirs; else it looks."""
        partner = self.buyer.partner_id
        contracts = self.env["cn285.contract"].with_user(self.buyer)
        both = self.contract | self.below
        path = {"item": self.below.item_ids.id, "quantity": "3"}
        self.assertEqual(contracts.search([]), both)
        answer = self._post(self.below, "quantity", step="preview", **path)
        self.assertEqual(answer.status_code, 404)
        partner.cn285_portal_reach = "own"
        self.assertEqual(contracts.search([]), self.contract)
        self.assertFalse(self.below.with_user(self.buyer).has_access("read"))
        self.assertFalse(self.below.item_ids.with_user(self.buyer).has_access("read"))
        self.assertFalse(self.below.schedule_ids.with_user(self.buyer).has_access("read"))
        answer = self._post(self.below, "quantity", step="preview", **path)
        self.assertEqual(answer.status_code, 404)
        partner.cn285_portal_reach = "subsidiaries"
        self.assertEqual(contracts.search([]), both)
        page = self._preview(self.below, "quantity", **path)
        self._confirm(self.below, "quantity", page)
        self.assertEqual(self.below.item_ids.quantity, 3.0)
        # The subsidiary's people see nothing of those above.
        partner.write({"parent_id": self.subsidiary.id})
        self.assertEqual(contracts.search([]), self.below)

    def test_orders_and_invoices_have_the_same_reach(self):
        orders = self.env["sale.order"].create(
            [
                {"partner_id": partner.id, "state": "sent"}
                for partner in (self.customer, self.subsidiary)
            ]
        )
        self._bill(self.contract.date_start)
        moves = (self.contract | self.below).invoice_ids
        self.assertEqual(len(moves), 2)
        for reach, number in (("own", 1), ("subsidiaries", 2), (False, 2)):
            self.buyer.partner_id.cn285_portal_reach = reach
            for records in (orders, moves):
                found = records.with_user(self.buyer).search([("id", "in", records.ids)])
                self.assertEqual(len(found), number, reach)

    # === EACH CHANGE, BY ROLE === #

    def test_each_change_of_ones_own_by_role(self):
        """Who looks is offered none of them, and asks for none by hand; who buys has all."""
        kinds = self.contract._customer_kinds()
        names = [name for name, kind in kinds.items() if kind.needs_permission and kind.change_type]
        more = {"add": {"offered_ids": [Command.set(self.options.item_ids.ids)]}}
        self._allow(*({"kind": name, **more.get(name, {})} for name in names))
        second = {"product_id": self.backup.id, "price_unit": 10.0}
        contract = self._contract(
            billed=False,
            term_length=12,
            renewal_mode="tacit",
            item_ids=[
                Command.create(self._item_vals(price_unit=31.0)),
                Command.create(self._item_vals(**second)),
            ],
        )
        possible = {kind.name for kind, _link in contract._customer_offers(self.buyer)}
        least = {"quantity", "upgrade", "downgrade", "add", "end_item", "pause", "renewal"}
        self.assertLessEqual(least | {"billing_day", "beneficiary"}, possible)
        self.assertEqual(
            {kind.name for kind, _link in contract._customer_offers(self.boss)}, possible
        )
        self.assertFalse(contract._customer_offers(self.viewer))
        self.assertFalse(contract._customer_may_change(self.viewer))
        for name, kind in kinds.items():
            with self.subTest(name), self.assertRaisesRegex(UserError, "ask the administrator"):
                contract._customer_asked(kind, self.viewer, contract.item_ids[0].id)

    def test_who_decides_for_whom(self):
        """By role and reach in his own group; by the link, elsewhere."""
        upper, lower = self.buyer, new_test_user(self.env, "hand_lower", "base.group_portal")
        lower.partner_id.parent_id = self.subsidiary
        own, below, other = self.customer, self.subsidiary, self.stranger.partner_id
        for user, role, reach, expected in (
            (upper, False, False, (True, False, True)),
            (upper, "buy", "own", (True, False, True)),
            (upper, "administrate", "subsidiaries", (True, True, True)),
            (upper, "view", "subsidiaries", (False, False, True)),
            (lower, "buy", "subsidiaries", (True, True, True)),
            (lower, "view", False, (True, False, True)),
        ):
            user.partner_id.write({"cn285_portal_role": role, "cn285_portal_reach": reach})
            with self.subTest(user.name, role=role, reach=reach):
                found = tuple(user._cn285_may_decide(one) for one in (own, below, other))
                self.assertEqual(found, expected)
                if user == lower:  # of those above he sees nothing
                    self.assertFalse(self.contract.with_user(user).has_access("read"))
                    self.assertFalse(user._cn285_acts_for(own))

    @mute_logger("odoo.http")
    def test_ending_and_ordering_for_a_subsidiary(self):
        """Neither is done by who only sees it, with its link neither; by whose reach has it."""
        order = self.env["sale.order"].create(
            {"partner_id": self.subsidiary.id, "state": "sent", "require_signature": True}
        )
        token = f"access_token={order._portal_ensure_token()}"
        link = f"access_token={self.below._portal_ensure_token()}"
        self._be("hand_buyer")
        for path in ("", f"?{link}"):
            page = self.url_open(f"/my/contracts/{self.below.id}/terminate{path}")
            self.assertRegex(page.url, r"/my(/home)?$")
        values = {"name": "Benoît", "signature": "iVBORw0K"}
        answer = self.make_jsonrpc_request(f"/my/orders/{order.id}/accept?{token}", values)
        self.assertIn("ask the administrator", answer["error"])
        data = {"csrf_token": self.csrf_token(), "decline_message": "No"}
        self.url_open(f"/my/orders/{order.id}/decline?{token}", data=data)
        self.assertEqual(order.state, "sent")
        self.buyer.partner_id.cn285_portal_reach = "subsidiaries"
        page = self.url_open(f"/my/contracts/{self.below.id}/terminate")
        self.assertIn(f"/my/contracts/{self.below.id}/terminate", page.url)
        self.url_open(f"/my/orders/{order.id}/decline?{token}", data=data)
        self.assertEqual(order.state, "cancel")

    @mute_logger("odoo.http")
    def test_who_looks_chooses_no_options(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "state": "sent",
                "order_line": [
                    Command.create(
                        {"display_type": "line_section", "name": "More", "is_optional": True}
                    ),
                    Command.create({"product_id": self.backup.id, "product_uom_qty": 0.0}),
                ],
            }
        )
        line = order.order_line[1]
        route = f"/my/orders/{order.id}/update_line_dict"
        values = {"line_id": line.id, "access_token": order._portal_ensure_token()}
        values["input_quantity"] = 2
        self._be("hand_viewer")
        self.make_jsonrpc_request(route, values)
        self.assertEqual(line.product_uom_qty, 0.0)
        self._be("hand_buyer")
        self.make_jsonrpc_request(route, values)
        self.assertEqual(line.product_uom_qty, 2.0)

    # === OTHER PAGES === #

    @mute_logger("odoo.http")
    def test_who_looks_does_not_terminate_either(self):
        self._be("hand_viewer")
        page = self.url_open(f"/my/contracts/{self.contract.id}/terminate")
        self.assertTrue(re.search(r"/my(/home)?$", page.url), page.url)
        data = {"csrf_token": self.csrf_token(), "step": "confirm", "name": "V", "address": "a b"}
        self.url_open(f"/my/contracts/{self.contract.id}/terminate", data=data)
        self.assertFalse(self.contract.change_ids)
        self._be("hand_buyer")
        page = self.url_open(f"/my/contracts/{self.contract.id}/terminate")
        self.assertIn("/terminate", page.url)

    @mute_logger("odoo.http")
    def test_who_looks_accepts_no_quotation(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "state": "sent",
                "require_signature": True,
                "require_payment": False,
                "order_line": [(0, 0, {"product_id": self.backup.id})],
            }
        )
        self._be("hand_viewer")
        token = order._portal_ensure_token()
        dot = (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJ"
            "RU5ErkJggg=="
        )
        answer = self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept?access_token={token}",
            {"name": "Vera", "signature": dot},
        )
        self.assertIn("ask the administrator", answer["error"])
        data = {"csrf_token": self.csrf_token(), "decline_message": "No"}
        self.url_open(f"/my/orders/{order.id}/decline?access_token={token}", data=data)
        self.assertEqual(order.state, "sent")
        self.assertFalse(order.signature)

    # === WHAT IS OFFERED, AND EACH ROUTE === #

    def _sent(self, partner):
        """A quotation with an option, sent, that its customer signs on its page."""
        section = {"display_type": "line_section", "name": "More", "is_optional": True}
        return self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "state": "sent",
                "require_signature": True,
                "require_payment": False,
                "order_line": [
                    Command.create({"product_id": self.subscription.id}),
                    Command.create(section),
                    Command.create({"product_id": self.backup.id, "product_uom_qty": 0.0}),
                ],
            }
        )

    @mute_logger("odoo.http")
    def test_what_nobody_may_do_is_not_offered(self):
        """Neither to who looks, nor, of a subsidiary, to who acts for his own firm alone."""
        own, below = self._sent(self.customer), self._sent(self.subsidiary)
        for login, order, contract, offered in (
            ("hand_viewer", own, self.contract, False),
            ("hand_buyer", below, self.below, False),
            ("hand_buyer", own, self.contract, True),
        ):
            with self.subTest(login, customer=order.partner_id.name):
                self._be(login)
                page = self.url_open(order.get_portal_url()).text
                self.assertIn(order.name, page)
                for sign in ("#modalaccept", "#modaldecline", "js_update_line_json"):
                    self.assertEqual(sign in page, offered, sign)
                self.assertEqual("ask the administrator" in page, not offered)
                page = self.url_open(f"/my/contracts/{contract.id}").text
                self.assertIn(contract.name, page)
                self.assertEqual(f"/my/contracts/{contract.id}/terminate" in page, offered)
        listed = self.url_open("/my/contracts").text
        self.assertIn(f"/my/contracts/{self.contract.id}/terminate", listed)
        self.assertNotIn(f"/my/contracts/{self.below.id}/terminate", listed)
        data = {"csrf_token": self.csrf_token(), "step": "confirm", "name": "B", "address": "a b"}
        for verb in ("terminate", "withdraw", "refuse-renewal", "start"):
            self.url_open(f"/my/contracts/{self.below.id}/{verb}", data=data)
        self.assertFalse(self.below.change_ids)

    @mute_logger("odoo.http")
    def test_each_route_of_quotations_asks_who_decides(self):
        """A route that is new stands here, or this fails: it reads, or refuses who only looks."""
        reads = {"document", "download_edi"}
        order = self._sent(self.customer)
        option = order.order_line[2]
        acts = {
            "accept": {"name": "Vera", "signature": "iVBORw0K"},
            "update_line_dict": {"line_id": option.id, "input_quantity": 2},
            "transaction": {"amount": 1.0},
            "decline": None,
            "cn285_sign": None,
            "cn285_bundle": None,
            "cn285_start": None,
        }
        start = "/my/orders/<int:order_id>/"
        modules = sorted(self.env.registry._init_modules)
        rules = [url for url, _endpoint in http._generate_routing_rules(modules, nodb_only=False)]
        found = {rule.removeprefix(start).split("/")[0] for rule in rules if rule.startswith(start)}
        self.assertLess({"accept", "decline", "update_line_dict"}, found)
        self.assertFalse(found - reads - acts.keys())
        token = order._portal_ensure_token()
        self._be("hand_viewer")
        for name in found - reads:
            path = f"/my/orders/{order.id}/{name}"
            path += f"/{order.order_line[0].id}" if name == "cn285_bundle" else ""
            path += f"?access_token={token}"
            with self.subTest(name):
                if acts[name] is None:
                    data = {"csrf_token": self.csrf_token(), "decline_message": "No"}
                    page = self.url_open(path, data=data)
                    self.assertRegex(page.url, r"/my(/home)?$")
                elif name == "transaction":
                    with self.assertRaises(JsonRpcException):
                        self.make_jsonrpc_request(path, {"access_token": token, **acts[name]})
                else:
                    self.make_jsonrpc_request(path, {"access_token": token, **acts[name]})
        self.assertEqual((order.state, option.product_uom_qty), ("sent", 0.0))
        self.assertFalse(order.signature or order.transaction_ids)

    def test_numbers_of_thousands_of_digits(self):
        self._be("hand_boss")
        data = {"csrf_token": self.csrf_token(), "partner_id": "9" * 5_000, "role": "view"}
        answer = self.url_open("/my/colleagues", data={**data, "reach": "own"})
        self.assertEqual(answer.status_code, 200)
        self.assertIn("colleagues_error", answer.text)

    def test_nobody_signs_without_a_name(self):
        order = self._sent(self.customer)
        route = f"/my/orders/{order.id}/accept?access_token={order._portal_ensure_token()}"
        self._be("hand_buyer")
        for name in (None, "", "  ", 5, ["B"]):
            answer = self.make_jsonrpc_request(route, {"name": name, "signature": DRAWN})
            self.assertIn("name", answer["error"])
        self.assertEqual((order.state, order.signed_by), ("sent", False))
