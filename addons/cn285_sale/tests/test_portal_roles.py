"""Roles of a customer's people: look, buy, administrate; own firm, or with subsidiaries."""

import re

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .customer_common import CustomerCase


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
