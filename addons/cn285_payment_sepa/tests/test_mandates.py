"""Mandates: signed, they are means of payment; amended, revoked, lapsing as the rulebooks say."""

from datetime import date

from freezegun import freeze_time
from odoo.addons.queue_job.tests.common import trap_jobs
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import IBAN, OTHER_IBAN, SepaCase


@tagged("post_install", "-at_install")
class TestMandates(SepaCase):
    stock = 1

    def test_signed_it_is_a_means_of_payment(self):
        token = self.mandate.token_id
        self.assertEqual(self.mandate.state, "active")
        self.assertTrue(self.mandate.reference)
        self.assertEqual(token.cn285_mandate_ref, self.mandate.reference)
        self.assertEqual((token.partner_id, token.cn285_last4), (self.customer, "0189"))
        contract = self._automatic()
        self.assertEqual(contract._payment_tokens()[contract], token)

    def test_a_clerk_enters_one(self):
        mandate = self.env["cn285.sepa.mandate"].with_user(self.clerk)
        with freeze_time("2026-02-01 10:00:00"):
            made = mandate.create({"partner_id": self.customer.id, "iban": OTHER_IBAN})
            with self.assertRaisesRegex(UserError, "which day"):
                made.action_sign()
            made.signed_on = date(2026, 1, 31)
            made.action_sign()
        self.assertEqual((made.state, made.signed_how), ("active", "paper"))
        with self.assertRaises(UserError):
            made.iban = IBAN
        with self.assertRaises(AccessError):
            made.state = "draft"
        with self.assertRaises(UserError):
            made.with_user(self.manager).unlink()

    def test_on_paper_too_it_pays_where_nothing_else_does(self):
        self.mandate.action_revoke()
        made = self._mandate(iban=OTHER_IBAN)
        self.assertEqual(self.customer.cn285_payment_token_id, made.token_id)
        # Means that can be charged stay the usual ones.
        other = self._mandate(iban=OTHER_IBAN)
        self.assertNotEqual(self.customer.cn285_payment_token_id, other.token_id)

    def test_a_contract_that_waits_for_means_starts(self):
        self.mandate.action_revoke()
        contract = self._create_contract(
            confirm=False, initiation="means", collection_mode="automatic"
        )
        with freeze_time("2026-01-01 09:00:00"), trap_jobs() as trap:
            contract.with_user(self.clerk).action_initiate()
            self.assertEqual(contract.state, "draft")
            self._mandate(iban=OTHER_IBAN)
            self._perform(trap)
        self.assertEqual(contract.state, "active")

    def test_it_is_signed_before_the_bank_account_is_entered(self):
        """What is missing at the provider refuses charges, not the customer's signature."""
        self.mandate.action_revoke()
        self.sepa.journal_id.bank_account_id = False
        made = self._mandate(iban=OTHER_IBAN)
        self.assertEqual(made.state, "active")
        self.assertNotEqual(self.customer.cn285_payment_token_id, made.token_id)

    def test_days_are_written_as_the_reader_writes_them(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.env["cn285.sepa.mandate"].with_user(self.clerk).with_context(lang="fr_FR")
        with freeze_time("2026-02-01 10:00:00"):
            made = french.create({"partner_id": self.customer.id, "iban": OTHER_IBAN})
            made.signed_on = date(2026, 3, 1)
            with self.assertRaisesRegex(UserError, "01/03/2026"):
                made.action_sign()
            made.signed_on = date(2021, 3, 1)
            with self.assertRaisesRegex(UserError, "01/03/2021"):
                made.action_sign()

    def test_without_a_bank(self):
        self.sepa.state = "disabled"
        mandates = self.env["cn285.sepa.mandate"].with_user(self.clerk)
        with self.assertRaisesRegex(UserError, "administrator sets it up"):
            mandates.create({"partner_id": self.customer.id, "iban": OTHER_IBAN})

    def test_readers_and_sellers(self):
        reader = new_test_user(self.env, "reads", "account.group_account_readonly")
        seller = new_test_user(self.env, "sells", "cn285_contract.group_contract_user_own")
        self.assertEqual(self.mandate.with_user(reader).iban, IBAN)
        with self.assertRaises(AccessError):
            self.mandate.with_user(reader).action_revoke()
        with self.assertRaises(AccessError):
            self.mandate.with_user(seller).read(["iban"])

    def test_customers_read_their_own_and_no_account(self):
        portal = new_test_user(self.env, "portal_m", "base.group_portal")
        portal.partner_id.parent_id = self.customer
        stranger = new_test_user(self.env, "portal_s", "base.group_portal")
        own = self.mandate.with_user(portal)
        self.assertEqual(own.read(["account_shown"])[0]["account_shown"], "FR •••• 0189")
        with self.assertRaises(AccessError):
            own.read(["iban"])
        with self.assertRaises(AccessError):
            own.search([("iban", "like", "FR76")])
        self.assertFalse(own.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            own.action_revoke()

    def test_what_is_no_account(self):
        for iban in ("FR7630006000011234567890188", "BR1500000000000010932840814P2", "hello"):
            with self.assertRaises(ValidationError):
                self._mandate(sign=False, iban=iban)

    def test_who_may_not_sign(self):
        consumer = self.env["res.partner"].create({"name": "Zoé", "company_type": "person"})
        with self.assertRaisesRegex(UserError, "consumer"):
            self._mandate(partner_id=consumer.id, scheme="B2B")
        with self.assertRaisesRegex(UserError, "town and country"):
            self._mandate(partner_id=consumer.id, iban="CH9300762011623852957")
        with self.assertRaisesRegex(UserError, "lapsed"):
            self._mandate(signed_on=date(2022, 11, 30))
        with self.assertRaisesRegex(UserError, "to come"):
            self._mandate(signed_on=date(2025, 12, 2))

    def test_another_account(self):
        """Before the first debit nothing is told; after it the next debit says so, once."""
        self.mandate._change_account(OTHER_IBAN)
        self.assertFalse(self.mandate.account_changed)
        self.assertEqual(self.mandate.token_id.payment_details, "3000")
        self.mandate._write_inside({"last_debit_on": date(2026, 1, 15)})
        wizard = self.env["cn285.sepa.account.change"].with_user(self.clerk)
        wizard.create({"mandate_id": self.mandate.id, "iban": IBAN}).action_change()
        self.assertTrue(self.mandate.account_changed)
        with self.assertRaises(UserError):
            self.mandate._change_account("FR00")

    def test_revoked(self):
        move = self._invoice()
        self._collect(move)
        debit = self._debit(move)
        self.assertEqual(debit.state, "waiting")
        self.mandate.with_user(self.clerk).action_revoke()
        self.assertEqual((self.mandate.state, debit.state), ("revoked", "cancelled"))
        self.assertFalse(self.mandate.token_id.active)
        self.assertEqual(self._attempts(move).state, "cancelled")
        self.assertFalse(self._file(date(2026, 1, 13)))

    def test_archived_by_its_token(self):
        self.mandate.token_id.active = False
        self.assertEqual(self.mandate.state, "revoked")

    def test_switching_the_provider_revokes_no_mandate(self):
        """From a test to the real bank, off and on again: the signatures are there still."""
        move, token = self._invoice(), self.mandate.token_id
        contract = move.cn285_contract_ids
        for state in ("enabled", "disabled"):
            self.sepa.state = state
            self.assertEqual((self.mandate.state, token.active), ("active", True), state)
        self.assertFalse(contract._payment_tokens()[contract])
        self.assertFalse(self._collect(move))
        self.sepa.state = "test"
        self.assertEqual(contract._payment_tokens()[contract], token)
        self._collect(move)
        self.assertEqual(self._debit(move).state, "waiting")
        # Nor does the method, that goes with the last of its providers; cards go, as with Odoo.
        self.provider.payment_method_ids = self.method
        (self.method | token.payment_method_id).active = False
        self.assertEqual((self.mandate.state, token.active), ("active", True))
        self.assertFalse(self.card.active)

    def test_creditor_identifier(self):
        with self.assertRaises(ValidationError):
            self.sepa.cn285_creditor_identifier = "FR73ZZZ123456"
        self.sepa.cn285_creditor_identifier = False
        contract = self._automatic()
        self.assertFalse(contract._payment_tokens()[contract])
