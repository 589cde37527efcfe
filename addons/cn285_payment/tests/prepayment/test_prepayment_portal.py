"""The page on which payers pay, or add means; and what invoices of automatic contracts keep."""

import json

from odoo import http
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.tests import HttpCase, new_test_user, tagged

from ..collection.common import CollectionCase


@tagged("post_install", "-at_install")
class TestPrepaymentPortal(HttpCase, ContractCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = CollectionCase._provider.__func__(cls)
        cls.portal = new_test_user(
            cls.env, "prepays", "base.group_portal", password="prepays", lang="en_US"
        )
        cls.portal.partner_id.write({"parent_id": cls.customer.id, "email": "a@martin.example"})
        cls.stranger = new_test_user(
            cls.env, "prepays_not", "base.group_portal", password="prepays_not"
        )
        cls.contract = cls._draft()
        cls.prepayment = cls.env["cn285.prepayment"]._start(cls.contract)
        cls.page = f"/my/prepayments/{cls.prepayment.id}"
        cls.link = f"{cls.page}?access_token={cls.prepayment.access_token}"

    @classmethod
    def _draft(cls, items=(), **values):
        values = {
            "initiation": "paid",
            "collection_mode": "automatic",
            "date_start": False,
            **values,
        }
        return cls._create_contract(items, confirm=False, **values)

    def _rpc(self, route, **params):
        answer = self.url_open(
            route,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()

    def _begin(self, prepayment=None, **params):
        prepayment = prepayment or self.prepayment
        return self._rpc(
            f"/my/prepayments/{prepayment.id}/transaction",
            **{
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": 120.0,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": "https://evil.example",
                "is_validation": False,
                "access_token": prepayment.access_token,
                **params,
            },
        )

    def _simulate(self, reference, state="done"):
        return self._rpc(
            "/payment/demo/simulate_payment",
            reference=reference,
            simulated_state=state,
            payment_details="4242",
        )

    def test_by_the_link_without_a_login(self):
        page = self.url_open(self.link).text
        self.assertIn(self.contract.name, page)
        self.assertIn("120.00", page)
        self.assertIn("o_payment_form", page)
        # Kept for the next invoices: nobody is asked whether he wants that.
        self.assertNotIn("o_payment_tokenize_checkbox", page)
        begun = self._begin()["result"]
        transaction = self.prepayment.transaction_ids
        self.assertEqual(transaction.reference, begun["reference"])
        self.assertTrue(transaction.tokenize)
        self.assertMoney(transaction.amount, "120.00")
        self.assertEqual(transaction.partner_id, self.customer)
        self.assertTrue(transaction.landing_route.startswith(self.page))
        self._simulate(begun["reference"])
        self.assertEqual(self.prepayment.state, "pending")
        self.assertIn("on its way", self.url_open(self.link).text)
        self.assertIn("error", self._begin())
        self._rpc("/payment/status/poll")
        self.prepayment._job_advance()
        self.assertEqual(self.prepayment.state, "done")
        self.assertEqual(self.contract.state, "active")
        self.assertEqual(self.contract.payment_token_id, transaction.token_id)
        self.assertMoney(self.contract.invoice_ids.amount_residual, "0.00")
        self.assertIn("Your contract is active", self.url_open(self.link).text)

    def test_nobody_else_sees_it(self):
        for address in (
            self.page,
            f"{self.page}?access_token=no",
            f"{self.page}?access_token=",
            f"{self.page}?access_token=é",
            "/my/prepayments/0",
            "/my/prepayments/99999999999",
        ):
            with self.subTest(address):
                self.assertNotIn(self.contract.name, self.url_open(address).text)
        self.authenticate("prepays_not", "prepays_not")
        self.assertNotIn(self.contract.name, self.url_open(self.page).text)
        self.assertIn("error", self._begin(access_token="no"))
        self.assertFalse(self.prepayment.transaction_ids)

    def test_his_own_people_need_no_link(self):
        self.authenticate("prepays", "prepays")
        self.assertIn("120.00", self.url_open(self.page).text)
        self.assertIn(self.page, self.url_open("/my/home").text)
        self._begin(access_token=None)
        self.assertEqual(self.prepayment.transaction_ids.partner_id, self.portal.partner_id)

    def test_means_on_file_are_shown_to_who_is_known(self):
        card = CollectionCase._token.__func__(self, self.customer, payment_details="1881")
        self.assertNotIn("1881", self.url_open(self.link).text)
        answer = self._begin(flow="token", token_id=card.id)
        self.assertIn("error", answer)
        self.assertFalse(self.prepayment.transaction_ids)
        self.authenticate("prepays", "prepays")
        self.assertIn("1881", self.url_open(self.page).text)
        foreign = CollectionCase._token.__func__(self, self.stranger.partner_id)
        self.assertIn("error", self._begin(flow="token", token_id=foreign.id))
        self.assertIn("result", self._begin(flow="token", token_id=card.id))
        self.assertEqual(self.prepayment.transaction_ids.state, "done")
        self.prepayment._job_advance()
        self.assertEqual(self.contract.state, "active")

    def test_another_amount_is_refused(self):
        for amount in (1.0, 0.0, None, 120.01):
            answer = self._begin(amount=amount)
            self.assertIn("has changed", answer["error"]["data"]["message"])
        for amount in ("x", "120.0", [120.0], {}):
            answer = self._begin(amount=amount)
            self.assertIn("is no number", answer["error"]["data"]["message"])
        self.assertFalse(self.prepayment.transaction_ids)

    def test_what_has_changed_is_told(self):
        self.contract.item_ids.price_unit = 125.0
        page = self.url_open(self.link).text
        self.assertIn("has changed", page)
        self.assertIn("150.00", page)
        self.assertNotIn("has changed", self.url_open(self.link).text)

    def test_foreign_providers_are_refused(self):
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.provider.copy({"company_id": other.id, "state": "test"})
        self.assertIn("error", self._begin(provider_id=foreign.id))
        self.assertFalse(self.prepayment.transaction_ids)

    def test_means_alone(self):
        contract = self._draft(initiation="means")
        prepayment = self.env["cn285.prepayment"]._start(contract)
        page = self.url_open(
            f"/my/prepayments/{prepayment.id}?access_token={prepayment.access_token}"
        )
        self.assertIn("Nothing is to be paid now", page.text)
        begun = self._begin(prepayment, amount=None, is_validation=True)["result"]
        self.assertEqual(prepayment.transaction_ids.operation, "validation")
        self._simulate(begun["reference"])
        prepayment._job_advance()
        self.assertEqual((contract.state, prepayment.state), ("active", "done"))
        self.assertTrue(contract.payment_token_id)

    def test_means_on_file_where_nothing_is_to_pay(self):
        contract = self._draft(initiation="means")
        prepayment = self.env["cn285.prepayment"]._start(contract)
        card = CollectionCase._token.__func__(self, self.customer, payment_details="1881")
        self.authenticate("prepays", "prepays")
        self.url_open(
            f"/my/prepayments/{prepayment.id}/means",
            data={"token_id": card.id, "csrf_token": http.Request.csrf_token(self)},
        )
        prepayment._job_advance()
        self.assertEqual(contract.state, "active")
        self.assertEqual(contract._payment_token(), card)

    def test_expired_and_given_up(self):
        self.prepayment.sudo()._inside().write({"expiry": "2020-01-01"})
        self.assertIn("not valid any more", self.url_open(self.link).text)
        self.assertIn("error", self._begin())
        self.contract.action_cancel()
        self.assertIn("not valid any more", self.url_open(self.link).text)

    def test_in_the_payers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        self.assertIn("120,00", self.url_open(self.link).text)

    # === INVOICES OF AUTOMATIC CONTRACTS === #

    def _invoice(self, mode):
        contract = self._create_contract(collection_mode=mode, invoice_separately=True)
        self._bill("2026-01-01", contract_ids=[(6, 0, contract.ids)])
        return contract, contract.invoice_ids

    def _invoice_transaction(self, move):
        self.authenticate("prepays", "prepays")
        return self._rpc(
            f"/invoice/transaction/{move.id}",
            provider_id=self.provider.id,
            payment_method_id=self.method.id,
            token_id=None,
            amount=move.amount_residual,
            flow="direct",
            tokenization_requested=False,
            landing_route="/my",
            access_token=move._portal_ensure_token(),
        )["result"]["reference"]

    def test_what_pays_an_automatic_invoice_is_kept_and_usable(self):
        contract, move = self._invoice("automatic")
        self.assertFalse(contract._payment_token())
        reference = self._invoice_transaction(move)
        self.assertTrue(move.transaction_ids.tokenize)
        self._simulate(reference)
        token = move.transaction_ids.token_id
        self.assertTrue(token)
        self.assertEqual(contract._payment_token(), token)
        page = self.url_open(f"{move.get_portal_url()}&payment=True").text
        self.assertNotIn("o_payment_tokenize_checkbox", page)

    def test_an_invoice_by_transfer_is_left_to_the_customer(self):
        _contract, move = self._invoice("manual")
        self._invoice_transaction(move)
        self.assertFalse(move.transaction_ids.tokenize)

    def test_kept_means_take_the_place_of_expired_ones(self):
        contract, move = self._invoice("automatic")
        old = CollectionCase._token.__func__(self, self.customer)
        old.cn285_state = "expired"
        self.customer.cn285_payment_token_id = old
        self._simulate(self._invoice_transaction(move))
        self.assertEqual(contract._payment_token(), move.transaction_ids.token_id)

    def test_providers_that_keep_nothing_are_not_in_the_way(self):
        """Where no provider keeps means, customers can pay all the same."""
        contract, move = self._invoice("automatic")
        self.provider.allow_tokenization = False
        self.authenticate("prepays", "prepays")
        page = self.url_open(f"{move.get_portal_url()}&payment=True").text
        self.assertIn("o_payment_form", page)
        self._simulate(self._invoice_transaction(move))
        self.assertFalse(contract._payment_token())
