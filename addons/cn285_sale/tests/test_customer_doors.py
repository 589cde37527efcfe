"""Who may change what: another customer's contract, a role that looks, forms written by hand."""

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .customer_common import CustomerCase

QUANTITY = {"kind": "quantity", "quantity_max": 10.0}


@tagged("post_install", "-at_install")
class TestCustomerDoors(CustomerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._allow(QUANTITY, "upgrade", "pause", "regret")
        cls.contract = cls._contract(billed=False)
        cls.values = {"item": cls.contract.item_ids.id, "quantity": "5"}

    def _tries(self, login, status=404):
        """Each page of a contract, looked at and sent: what each answers."""
        for kind in ("quantity", "upgrade", "pause", "regret", "unknown", "done"):
            for step in ("form", "preview", "confirm"):
                sent = self._post(
                    self.contract, kind, login, step=step, key="b" * 32, shown="x", **self.values
                )
                yield sent
        yield self._get(self.contract, "", login)
        yield self._get(self.contract, "/quantity", login)

    @mute_logger("odoo.http")
    def test_another_customers_contract_is_not_there(self):
        for answer in self._tries("hand_stranger"):
            self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.contract.change_ids)

    @mute_logger("odoo.http")
    def test_staff_does_not_act_for_customers(self):
        new_test_user(
            self.env,
            "hand_clerk",
            "base.group_user,cn285_contract.group_billing_manager",
            password="hand_clerk",
        )
        for answer in self._tries("hand_clerk"):
            self.assertEqual(answer.status_code, 404)
        self.assertFalse(self.contract.change_ids)

    @mute_logger("odoo.http")
    def test_who_looks_changes_nothing(self):
        page = self._get(self.contract, "", "hand_viewer").text
        self.assertIn("ask the administrator", self._said(page, "change_refused"))
        self.assertNotIn('id="change_quantity"', page)
        for step in ("preview", "confirm"):
            page = self._post(
                self.contract,
                "quantity",
                "hand_viewer",
                step=step,
                key="c" * 32,
                shown="2026-03-16 0.000000 0.000000",
                **self.values,
            ).text
            self.assertRefused(page, "ask the administrator", self.contract)

    @mute_logger("odoo.http")
    def test_without_a_login_nobody_gets_here(self):
        self.authenticate(None, None)
        token = self.contract._portal_ensure_token()
        page = self.url_open(f"/my/contracts/{self.contract.id}/change?access_token={token}")
        self.assertIn("/web/login", page.url)

    @mute_logger("odoo.http")
    def test_a_form_of_another_site_is_refused(self):
        answer = self._post(
            self.contract, "quantity", csrf=False, step="confirm", key="d" * 32, **self.values
        )
        self.assertEqual(answer.status_code, 400)
        answer = self._post(self.contract, "quantity", step="apply", **self.values)
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self.contract.change_ids)

    def test_a_key_of_another_page_is_no_key(self):
        """Without a key of ours nothing is carried out: the page of preview comes."""
        for key in ("", "short", "é" * 32, "x" * 64):
            page = self._post(
                self.contract, "quantity", step="confirm", key=key, shown="", **self.values
            ).text
            self.assertIn("change_confirm", page)
        self.assertFalse(self.contract.change_ids)

    def test_items_of_another_contract(self):
        other = self._contract(billed=False, partner_id=self.stranger.partner_id.id)
        page = self._preview(self.contract, "quantity", item=other.item_ids.id, quantity="5")
        self.assertRefused(page, "one of the services", self.contract)
        self.assertFalse(other.change_ids)

    def test_values_of_the_change_are_not_the_forms(self):
        """A form names what it is asked, and nothing else: no price, no origin, no exception."""
        page = self._preview(
            self.contract,
            "quantity",
            price_unit="0",
            discount="100",
            origin="staff",
            override="1",
            contract_id="1",
            **self.values,
        )
        self._confirm(self.contract, "quantity", page, price_unit="0", type="price")
        [change] = self.contract.change_ids
        self.assertEqual(change.values, {"quantity": 5.0})
        self.assertEqual((change.origin, change.type), ("customer", "quantity"))
        self.assertFalse(change.override)

    def test_contracts_that_do_not_run_or_that_a_reseller_pays(self):
        reseller = self.env["res.partner"].create({"name": "Reseller"})
        resold = self._contract(billed=False, reseller_id=reseller.id)
        page = self._get(resold).text
        self.assertIn("reseller", self._said(page, "change_refused"))
        page = self._preview(resold, "quantity", item=resold.item_ids.id, quantity="5")
        self.assertRefused(page, "reseller", resold)
        self.contract._update_state(("active",), "closed")
        page = self._preview(self.contract, "quantity", **self.values)
        self.assertRefused(page, "does not run", self.contract)

    def test_remote_calls_change_nothing(self):
        """What the pages do, no remote call does: the customer has no rights on what is written."""
        contract = self.contract.with_user(self.buyer)
        changes = self.env["cn285.contract.change"].with_user(self.buyer)
        with self.assertRaises(AccessError):
            changes.create(
                {
                    "contract_id": contract.id,
                    "item_id": contract.item_ids.id,
                    "type": "quantity",
                    "date_effective": date(2026, 3, 16),
                    "values": {"quantity": 3.0},
                    "origin": "customer",
                }
            )
        with self.assertRaises(AccessError):
            contract.permission_ids.read(["kind"])
        with self.assertRaises(AccessError):
            self.env["cn285.contract.permission"].with_user(self.buyer).search([])
        with self.assertRaises(AccessError):
            self.template.with_user(self.buyer).action_hand_over_permissions()
        with self.assertRaises(AccessError):
            self.buyer.partner_id.with_user(self.buyer).write({"cn285_portal_role": "administrate"})
        with self.assertRaises(AccessError):
            self.buyer.partner_id.with_user(self.buyer).read(["cn285_portal_role"])

    def test_limits_that_make_no_sense(self):
        for values in (
            {"quantity_min": 5.0, "quantity_max": 2.0},
            {"quantity_step": -1.0},
            {"day_from": 20, "day_to": 10},
            {"day_from": 0},
        ):
            with self.subTest(values), self.assertRaises(UserError), self.env.cr.savepoint():
                self._allow({"kind": "quantity", **values})
