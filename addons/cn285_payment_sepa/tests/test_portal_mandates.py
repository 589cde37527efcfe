"""Customers sign and revoke their mandates in the portal; those of others are walled off."""

from odoo import http
from odoo.addons.cn285_payment_sepa.tests.common import IBAN, OTHER_IBAN, SepaCase
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestPortalMandates(SepaCase, HttpCase):
    stock = 1

    def setUp(self):
        super().setUp()
        self.portal = new_test_user(self.env, "portal_sign", "base.group_portal", lang="en_US")
        self.portal.partner_id.parent_id = self.customer
        self.stranger = new_test_user(self.env, "portal_other", "base.group_portal")
        self.authenticate("portal_sign", "portal_sign")

    def _post(self, path, **data):
        token = self.url_open("/my/mandates/new").text.split('name="csrf_token"')[1].split('"')[1]
        return self.url_open(path, data={"csrf_token": token, **data})

    def _signed(self):
        return self.env["cn285.sepa.mandate"].search([("signed_how", "=", "portal")])

    def test_signs(self):
        self.customer.write(
            {
                "cn285_payment_token_id": False,
                "street": "3 rue du Moulin",
                "zip": "69001",
                "city": "Lyon",
            }
        )
        self.company.partner_id.street = "12 rue du Port"
        page = self.url_open("/my/mandates/new").text
        self.assertIn("FR72ZZZ123456", page)
        self.assertIn("within 8 weeks", page)
        answer = self._post(
            "/my/mandates/new",
            provider_id=self.sepa.id,
            iban="DE89 3704 0044 0532 0130 00",
            holder="Martin & Fils",
            agreed="1",
        )
        self.assertIn("Your mandate is signed", answer.text)
        mandate = self._signed()
        self.assertEqual((mandate.partner_id, mandate.state), (self.customer, "active"))
        self.assertIn("within 8 weeks", mandate.proof)
        self.assertIn("portal_sign", mandate.proof)
        self.assertIn("127.0.0.1", mandate.proof)
        # What the rulebooks ask of a mandate: both parties with their addresses, both numbers.
        for told in (
            mandate.reference,
            "FR72ZZZ123456",
            "12 rue du Port",
            "3 rue du Moulin, 69001 Lyon",
            "recurrent",
        ):
            self.assertIn(told, mandate.proof)
        self.assertIn("12 rue du Port", page)
        self.assertEqual(self.customer.cn285_payment_token_id, mandate.token_id)
        self.assertIn("DE •••• 3000", answer.text)
        self.assertNotIn(OTHER_IBAN, self.url_open("/my/mandates").text)

    def test_what_is_missing_is_said(self):
        for given, words in (
            ({"iban": "FR00", "holder": "A", "agreed": "1"}, "is not an IBAN"),
            ({"iban": IBAN, "holder": "A"}, "tick that you sign"),
            ({"iban": "", "holder": "A", "agreed": "1"}, "give the account"),
            ({"iban": "CH9300762011623852957", "holder": "A", "agreed": "1"}, "town and country"),
        ):
            answer = self._post("/my/mandates/new", provider_id=self.sepa.id, **given)
            self.assertIn(words, answer.text)
        self.assertFalse(self._signed())

    def test_revokes_his_own(self):
        self._automatic(payment_token_id=self.mandate.token_id.id)
        path = f"/my/mandates/{self.mandate.id}/revoke"
        self.assertIn(self._invoice().cn285_contract_ids.name, self.url_open(path).text)
        self._post(path)
        self.assertEqual(self.mandate.state, "revoked")

    def test_one_that_is_signed_after_another_was_revoked_pays(self):
        """His usual means are gone: the new ones are what his contracts are paid by."""
        contract = self._invoice().cn285_contract_ids
        self._post(f"/my/mandates/{self.mandate.id}/revoke")
        self._post(
            "/my/mandates/new",
            provider_id=self.sepa.id,
            iban="DE89 3704 0044 0532 0130 00",
            holder="Martin",
            agreed="1",
        )
        self.env.invalidate_all()
        token = self._signed().token_id
        self.assertEqual(self.customer.cn285_payment_token_id, token)
        self.assertEqual(contract._payment_tokens()[contract], token)

    def test_of_two_creditors_he_reads_whom_he_signs_for(self):
        """The text that is signed names who debits: a page for each."""
        branch = self.env["res.company"].create({"name": "Filiale Nord"})
        journal = self.env["account.journal"].create(
            {"name": "Bank", "code": "BNK9", "type": "bank", "company_id": branch.id}
        )
        journal.set_bank_account("DE89370400440532013000")
        theirs = self.sepa.copy(
            {
                "name": "SEPA North",
                "company_id": branch.id,
                "cn285_creditor_identifier": "FR72ZZZ123456",
                "journal_id": journal.id,
                "state": "test",
            }
        )
        self.env["cn285.contract"].create(
            {"partner_id": self.customer.id, "company_id": branch.id, "payer_id": self.customer.id}
        )
        page = self.url_open("/my/mandates/new").text
        self.assertIn(f"/my/mandates/new?provider_id={theirs.id}", page)
        self.assertNotIn("<select", page)
        page = self.url_open(f"/my/mandates/new?provider_id={theirs.id}").text
        self.assertIn("you authorise (A) Filiale Nord", page)
        self.assertNotIn(f"you authorise (A) {self.company.name}", page)

    def test_means_lead_to_the_mandate(self):
        """The page of means leads to where a mandate is signed, Odoo's page does not offer it."""
        self.sepa.is_published = True
        self.assertIn('href="/my/mandates/new"', self.url_open("/my/payment-means").text)
        page = self.url_open("/my/payment-means/add").text
        self.assertNotIn('data-payment-method-code="sepa_direct_debit"', page)

    def test_staff_act_for_no_customer(self):
        """Who may read all mandates revokes none by the customers' page."""
        new_test_user(self.env, "staff_reads", "account.group_account_readonly")
        self.authenticate("staff_reads", "staff_reads")
        self.assertNotIn(self.mandate.reference, self.url_open("/my/mandates").text)
        path = f"/my/mandates/{self.mandate.id}/revoke"
        self.assertTrue(self.url_open(path).url.endswith("/my/mandates"))
        token = http.Request.csrf_token(self)
        self.url_open(path, data={"csrf_token": token})
        self.assertEqual(self.mandate.state, "active")

    def test_not_those_of_others(self):
        self.authenticate("portal_other", "portal_other")
        self.assertNotIn(self.mandate.reference, self.url_open("/my/mandates").text)
        self.url_open(f"/my/mandates/{self.mandate.id}/revoke")
        # Without a contract nobody asks him for a mandate.
        self.assertTrue(self.url_open("/my/mandates/new").url.endswith("/my/mandates"))
        self.assertEqual(self.mandate.state, "active")
