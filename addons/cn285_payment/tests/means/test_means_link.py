"""The link by which means are renewed: without a login, for its payer alone, for some days."""

import base64
import json
from datetime import datetime, timedelta

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import hash_sign

from ...models.means.means_links import PAGE, SCOPE, VALID_DAYS
from ..collection.common import CollectionCase


@tagged("post_install", "-at_install")
class TestMeansLink(HttpCase, ContractCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = CollectionCase._provider.__func__(cls)
        cls.card = CollectionCase._token.__func__(cls, cls.customer, payment_details="4242")
        cls.customer.write(
            {"cn285_payment_token_id": cls.card.id, "email": "m@example.com", "lang": "en_US"}
        )
        cls.contract = cls._create_contract(collection_mode="automatic")
        cls.stranger = cls.env["res.partner"].create({"name": "Stranger"})
        cls.foreign = CollectionCase._token.__func__(cls, cls.stranger, payment_details="6666")
        cls.path = cls.customer._cn285_renewal_path(cls.company, token=cls.card)
        cls.key = cls.path.rsplit("/", 1)[1]

    def _rpc(self, route, **params):
        answer = self.url_open(
            route,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        return answer.json()

    def _begin(self, key=None, **params):
        return self._rpc(
            f"{PAGE}/{key or self.key}/transaction",
            **{
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": None,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": "https://evil.example",
                "is_validation": False,
                "access_token": "whatever",
                **params,
            },
        )

    def _add(self, key=None, details="1881"):
        reference = self._begin(key)["result"]["reference"]
        self._rpc(
            "/payment/demo/simulate_payment",
            reference=reference,
            simulated_state="done",
            payment_details=details,
        )
        self.env.invalidate_all()
        return self.env["payment.transaction"].search([("reference", "=", reference)])

    def test_the_mail_bears_it(self):
        before = self.env["mail.mail"].search([])
        self.card._cn285_mail("cn285_payment.mail_template_means_expiring")
        self.contract.action_send_means_link()
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(len(mails), 2)
        for mail in mails:
            self.assertIn(f"{PAGE}/", mail.body_html)

    def test_it_shows_nothing_else(self):
        page = self.url_open(self.path)
        self.assertEqual(page.status_code, 200)
        self.assertIn("o_payment_form", page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        for secret in ("4242", "6666", self.customer.name, self.contract.name, "m@example.com"):
            self.assertNotIn(secret, page.text)
        # It opens nothing else: not the account, no contract, no means.
        for route in ("/my/home", "/my/payment-means", "/my/payment_method", "/my/contracts"):
            with self.subTest(route):
                answer = self.url_open(f"{route}?access_token={self.key}", allow_redirects=False)
                self.assertNotEqual(answer.status_code, 200)

    def test_a_card_is_renewed(self):
        self.contract.payment_token_id = self.card
        transaction = self._add()
        self.assertEqual(transaction.operation, "validation")
        self.assertEqual(transaction.partner_id, self.customer)
        self.assertTrue(transaction.landing_route.startswith(self.path))
        new = transaction.token_id
        self.assertEqual(new.partner_id, self.customer)
        self.assertFalse(self.card.active)
        self.assertEqual(self.contract.payment_token_id, new)
        self.assertEqual(self.customer.cn285_payment_token_id, new)
        self.assertTrue(self.foreign.active)
        self.assertIn("Thank you", self.url_open(f"{self.path}?saved=1").text)

    def test_for_a_contract(self):
        other = self._create_contract(collection_mode="automatic")
        path = self.customer._cn285_renewal_path(self.company, contract=self.contract)
        new = self._add(path.rsplit("/", 1)[1]).token_id
        self.assertEqual(self.contract.payment_token_id, new)
        self.assertFalse(other.payment_token_id)
        self.assertTrue(self.card.active)

    def test_it_ends(self):
        with freeze_time(datetime.now() - timedelta(days=VALID_DAYS, minutes=1)):
            old = self.customer._cn285_renewal_path(self.company, token=self.card)
        self.assertIn("not valid any more", self.url_open(old).text)
        self.assertIn("error", self._begin(old.rsplit("/", 1)[1]))
        self.assertFalse(self.env["payment.transaction"].search([]))

    def test_what_an_attacker_tries(self):
        raw = bytearray(base64.urlsafe_b64decode(self.key + "==="))
        forged = []
        for position in (0, 1, 5, 12, 40, len(raw) - 3):
            changed = bytearray(raw)
            changed[position] ^= 1
            forged.append(base64.urlsafe_b64encode(bytes(changed)).decode().rstrip("="))
        told = json.dumps([self.stranger.id, self.company.id, self.foreign.id, 0]).encode()
        forged.append(base64.urlsafe_b64encode(bytes(raw[:41]) + told).decode().rstrip("="))
        env = self.env(su=True)
        forged.append(hash_sign(env, "another scope", [self.customer.id, self.company.id, 0, 0]))
        forged.append(hash_sign(env, SCOPE, {"a": 1}))
        forged.append(hash_sign(env, SCOPE, [999999999, self.company.id, 0, 0]))
        forged += ["x", "A" * 41, "A" * 5000, "..", "%00", "é"]
        for key in forged:
            with self.subTest(key[:20]):
                answer = self.url_open(f"{PAGE}/{key}")
                self.assertNotIn("o_payment_form", answer.text)
                self.assertLess(answer.status_code, 500)
        for key in forged[:9]:
            self.assertIn("error", self._begin(key))
        self.assertFalse(self.env["payment.transaction"].search([]))

    def test_only_means_of_its_payer_are_replaced(self):
        """A link that names others' means or contract adds means, and touches nothing of theirs."""
        path = self.customer._cn285_renewal_path(self.company, token=self.foreign)
        self._add(path.rsplit("/", 1)[1])
        self.assertTrue(self.foreign.active)
        foreign = self._create_contract(partner_id=self.stranger.id)
        path = self.customer._cn285_renewal_path(self.company, contract=foreign)
        self.assertNotIn("o_payment_form", self.url_open(path).text)

    def test_it_pays_nothing_and_uses_no_means_on_file(self):
        for params in (
            {"flow": "token", "token_id": self.card.id},
            {"provider_id": 999999},
            {"payment_method_id": 999999},
            {"custom_create_values": {"partner_id": self.stranger.id}},
            {"partner_id": self.stranger.id},
        ):
            with self.subTest(params):
                self.assertIn("error", self._begin(**params))
        self._begin(amount=500.0, is_validation=False)
        transaction = self.env["payment.transaction"].search([])
        self.assertEqual((transaction.operation, transaction.amount), ("validation", 0.0))
        self.assertEqual(transaction.partner_id, self.customer)

    def test_his_own_people_come_to_their_page(self):
        user = new_test_user(self.env, "renews", "base.group_portal", password="renews")
        user.partner_id.parent_id = self.customer
        self.authenticate("renews", "renews")
        answer = self.url_open(self.path)
        self.assertTrue(answer.url.endswith("/my/payment-means"))
        # Another's people may add means for him, as whoever has the link, and see none.
        new_test_user(self.env, "renews_not", "base.group_portal", password="renews_not")
        self.authenticate("renews_not", "renews_not")
        page = self.url_open(self.path).text
        self.assertIn("o_payment_form", page)
        self.assertNotIn("4242", page)

    def test_archived_payers_are_over(self):
        path = self.stranger._cn285_renewal_path(self.company)
        self.assertIn("o_payment_form", self.url_open(path).text)
        self.stranger.active = False
        self.assertNotIn("o_payment_form", self.url_open(path).text)
