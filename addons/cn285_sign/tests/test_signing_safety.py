import io
import re
from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools.pdf import PdfFileReader

from .common import SignCase

EVIL = '<b>Evil</b> & "Co"'


@tagged("post_install", "-at_install")
class TestSigningSafety(SignCase):
    """What strangers and sellers might try: codes of others, names that are more than names."""

    def test_a_seller_reads_no_link_and_no_code(self):
        """Not in the mails' messages either: who sends the contract could sign it else."""
        request = self._sent(self._draft())
        signer = request.signer_ids
        code = self._mailed_code(signer)
        for user in (self.seller, self.env.ref("base.public_user")):
            messages = (
                self.env["mail.message"]
                .with_user(user)
                .search([("model", "in", (signer._name, request._name))])
            )
            said = " ".join(str(one.body) for one in messages)
            self.assertNotIn(code, said)
            self.assertNotIn("/my/sign/", said)
            with self.assertRaises(AccessError):
                self.env["mail.mail"].with_user(user).search([]).read(["body_html"])
        mails = self.env["mail.mail"].search(
            [("model", "=", signer._name), ("res_id", "=", signer.id)]
        )
        self.assertIn(code, " ".join(mails.mapped("body_html")), "the mail itself says it")
        self.assertNotIn(self.seller, mails.mail_message_id.create_uid)
        self.assertNotIn(code, str(request.event_ids.mapped("data")))

    def test_an_address_of_the_network_is_limited(self):
        """Whoever's codes are asked for, and whoever's are guessed."""
        signers = [self._sent(self._draft()).signer_ids for _number in range(9)]
        for signer in signers[:8]:
            for _time in range(5):
                signer._send_code("203.0.113.9")
        with self.assertRaisesRegex(UserError, "from your network"):
            signers[8]._send_code("203.0.113.9")
        signers[8]._send_code("203.0.113.10")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=61)):
            signers[8]._send_code("203.0.113.9")

    def test_guesses_are_limited_by_network_too(self):
        signers = [self._sent(self._draft()).signer_ids for _number in range(9)]
        for signer in signers:
            signer._send_code("192.0.2.1")
        for signer in signers[:8]:
            for _time in range(5):
                signer._sign(self._signing(signer, code="x", address="203.0.113.9"))
        with self.assertRaisesRegex(UserError, "from your network"):
            signers[8]._sign(self._signing(signers[8], code="x", address="203.0.113.9"))
        self.assertEqual(signers[8].code_tries, 0)

    def test_links_are_chance(self):
        first, second = (self._sent(self._draft()).signer_ids for _time in range(2))
        self.assertNotEqual(first._secret(), second._secret())
        self.assertRegex(first._secret(), r"^[0-9a-f]{64}$")
        signers = self.env["cn285.sign.signer"]
        self.assertEqual(signers._by_link(first.id, first._secret()), first)
        for number, token in (
            (first.id, second._secret()),
            (first.id, first._secret()[:-1]),
            (first.id, ""),
            (second.id + 1000, first._secret()),
        ):
            self.assertFalse(signers._by_link(number, token))

    def test_one_address_and_no_more(self):
        for email in (
            "a@customer.example, thief@example.com",
            "a@customer.example\nBcc: thief@example.com",
            "nobody",
        ):
            self.customer.email = email
            with self.subTest(email), self.assertRaisesRegex(UserError, "single one"):
                self._sent(self._draft())

    def test_names_are_text(self):
        """In mails, their headers, the log and the proof."""
        self.customer.name = f"{EVIL}\nBcc: thief@example.com"
        request = self._sent(self._draft())
        signer = request.signer_ids
        self.assertNotIn("\n", signer.name)
        self.assertFalse(
            self._sign(signer, name=f"{EVIL}\x00\r\n\u202eWARN forged line", agent="A\n<b>")
        )
        self.assertEqual(signer.signed_name, f"{EVIL} WARN forged line")
        mails = self.env["mail.mail"].search(
            [("model", "=", signer._name), ("res_id", "=", signer.id)]
        )
        self.assertGreaterEqual(len(mails), 3)
        for mail in mails:
            self.assertNotIn("<b>Evil", str(mail.body_html))
            self.assertNotRegex(f"{mail.subject}{mail.email_to}{mail.email_from}", r"[\r\n]")
            self.assertFalse(mail.email_cc)
        pages = PdfFileReader(io.BytesIO(request.proof_id._content())).pages
        words = re.sub(r"\s+", " ", "".join(page.extract_text() for page in pages))
        self.assertIn(f"{EVIL} WARN forged line", words)
        [data] = request.event_ids.filtered(lambda one: one.kind == "signed").mapped("data")
        self.assertEqual(data["agent"], "A <b>")

    def test_any_alteration_of_the_log_is_found(self):
        """An entry changed, taken out, put in again, or moved in time."""
        request = self._sent(self._draft())
        self._sign(request.signer_ids)
        events = request.event_ids.sorted("id")
        middle = events[2]
        for statement in (
            "UPDATE cn285_sign_event SET at = at + interval '1 minute' WHERE id = %s",
            "UPDATE cn285_sign_event SET kind = 'opened' WHERE id = %s",
            "UPDATE cn285_sign_event SET signer_id = NULL WHERE id = %s",
            "UPDATE cn285_sign_event SET hash = repeat('0', 64) WHERE id = %s",
            "DELETE FROM cn285_sign_event WHERE id = %s",
        ):
            with self.subTest(statement), self.env.cr.savepoint() as savepoint:
                self.env.cr.execute(statement, [middle.id])
                self.env.invalidate_all()
                answer = request.with_user(self.seller).action_check_log()
                self.assertEqual(answer["params"]["type"], "danger")
                savepoint.rollback()
            self.env.invalidate_all()
        answer = request.with_user(self.seller).action_check_log()
        self.assertEqual(answer["params"]["type"], "success")

    def test_the_last_entries_are_in_the_proof(self):
        """Cut off at its end the log fits; the number of the last hash stands in the proof."""
        request = self._sent(self._draft())
        self._sign(request.signer_ids)
        pages = PdfFileReader(io.BytesIO(request.proof_id._content())).pages
        words = "".join("".join(page.extract_text() for page in pages).split())
        completed = request.event_ids.filtered(lambda one: one.kind == "completed")
        self.assertIn(completed.hash, words)


@tagged("post_install", "-at_install")
class TestSigningRights(SignCase):
    """Sellers send their own; who signs needs no rights; portal users see theirs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = new_test_user(
            cls.env, "rights_boss", "base.group_user", email="boss@cn285.example"
        )
        cls.other = new_test_user(
            cls.env, "rights_other", "base.group_user,cn285_contract.group_contract_user_own"
        )
        cls.portal = new_test_user(
            cls.env,
            "rights_portal",
            "base.group_portal",
            partner_id=cls.customer.id,
            email=cls.customer.email,
        )

    def test_a_seller_sends_only_their_own(self):
        contract = self._draft()
        with self.assertRaises(AccessError):
            contract.with_user(self.other).action_send_for_signature()
        contract.with_user(self.seller).action_send_for_signature()
        self.assertFalse(self.env["cn285.sign.request"].with_user(self.other).search_count([]))
        for model in ("cn285.sign.signer", "cn285.sign.event"):
            self.assertFalse(self.env[model].with_user(self.other).search_count([]), model)
            self.assertTrue(self.env[model].with_user(self.seller).search_count([]), model)

    def test_the_company_signs_without_any_right(self):
        self.rule.countersigner_id = self.boss
        contract = self._draft()
        request = self._sent(contract)
        customer, company = request.signer_ids
        with self.assertRaises(AccessError):
            request.with_user(self.boss).read(["name"])
        self._sign(customer)
        by_link = self.env["cn285.sign.signer"].with_user(self.boss)
        signer = by_link._by_link(company.id, company._secret())
        self.assertFalse(self._sign(signer, name="The Boss"))
        self.assertEqual(contract.state, "active")

    def test_of_another_company_than_the_visitors(self):
        """A visitor's own company is the site's; the contract's is another one."""
        public = self.env.ref("base.public_user")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        visitor = new_test_user(
            self.env,
            "rights_visitor",
            "base.group_portal",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        for user in (public, visitor):
            contract = self._draft()
            signer = self._sent(contract).signer_ids
            by_link = self.env["cn285.sign.signer"].with_user(user)
            found = by_link._by_link(signer.id, signer._secret())
            self.assertFalse(self._sign(found))
            self.assertEqual(contract.state, "active")
            self.assertTrue(contract.schedule_ids)

    def test_portal_users_have_no_rights_on_signatures(self):
        self._sent(self._draft())
        for model in (
            "cn285.sign.request",
            "cn285.sign.signer",
            "cn285.sign.event",
            "cn285.sign.provider",
            "cn285.sign.rule",
        ):
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(self.portal).search([])

    # === A CUSTOMER'S OWN CHANGE === #

    def _asked_for(self, contract, kind="quantity", values=None):
        """A change as the portal makes it for its customer."""
        return (
            self.env["cn285.contract.change"]
            .with_user(self.portal)
            .sudo()
            .create(
                {
                    "contract_id": contract.id,
                    "item_id": contract.item_ids.id,
                    "type": kind,
                    "origin": "customer",
                    "date_effective": self.company._cn285_today(),
                    "values": values or {"quantity": 3.0},
                }
            )
        )

    def test_a_customers_change_leads_to_the_page(self):
        """At once, by the rule of its type; it is applied when it was signed."""
        self.rule.what = "quantity"
        contract = self._draft()
        contract.with_user(self.seller).action_confirm()
        change = self._asked_for(contract)
        path = change.with_user(self.portal)._sign_for_customer()
        [signer] = change.sign_request_ids.signer_ids
        self.assertEqual(path, signer._path())
        self.assertEqual(signer.partner_id, self.portal.partner_id)
        self.assertEqual(change.state, "draft")
        self.assertEqual(contract.item_ids.quantity, 1.0)
        self.assertEqual(signer.request_id._owner(), self.seller)
        signer.with_user(self.portal).sudo()._decline("No")
        self.assertEqual(change.state, "draft")
        again = self._asked_for(contract)
        again._sign_for_customer()
        self.assertFalse(self._sign(again.sign_request_ids.signer_ids))
        self.assertEqual(again.state, "applied")
        self.assertEqual(contract.item_ids.quantity, 3.0)

    def test_no_rule_no_signature(self):
        contract = self._draft()
        self.rule.what = "price"
        contract.with_user(self.seller).action_confirm()
        change = self._asked_for(contract)
        self.assertIsNone(change._sign_for_customer())
        self.assertFalse(change.sign_request_ids)

    def test_another_customer_signs_nothing(self):
        self.rule.what = "quantity"
        contract = self._draft()
        contract.with_user(self.seller).action_confirm()
        stranger = new_test_user(self.env, "rights_stranger", "base.group_portal")
        change = self._asked_for(contract)
        change.requested_by = stranger
        with self.assertRaises(AccessError):
            change._sign_for_customer()
        self.assertFalse(change.sign_request_ids)
