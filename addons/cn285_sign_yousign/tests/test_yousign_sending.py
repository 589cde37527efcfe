"""Sent once, whatever gets lost: calls refused, broken, answered too late or not at all."""

import hashlib
import time
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import YousignCase


@tagged("post_install", "-at_install")
class TestYousignSending(YousignCase):
    def test_sent_as_it_is_to_be_signed(self):
        contract = self._draft([{"price_unit": 99.5}])
        request = self._asked(contract)
        there = self._there(request)
        self.assertEqual((there["status"], request.yousign_status), ("ongoing", "ongoing"))
        self.assertEqual(request.state, "sent")
        self.assertEqual(there["external_id"], request.yousign_key)
        self.assertTrue(there["ordered_signers"] and there["signers_allowed_to_decline"])
        self.assertEqual(there["expiration_date"], str(request.expires_on))
        [document] = there["_documents"]
        self.assertEqual(document["_content"], request.document_id._content())
        self.assertEqual(
            hashlib.sha256(document["_content"]).hexdigest(), request.document_id.sha256
        )
        emails = [one["info"]["email"] for one in there["_signers"]]
        self.assertEqual(emails, [self.customer.email, "boss@cn285.example"])
        self.assertEqual([one["status"] for one in there["_signers"]], ["notified", "initiated"])
        self.assertEqual(there["_signers"][1]["info"]["first_name"], "Ann")
        self.assertEqual(request.event_ids.sorted("id").mapped("kind"), ["sent", "asked"])
        self.assertFalse(
            self.env["mail.mail"].search([("email_to", "=", self.customer.email)]),
            "Yousign writes, and we do not",
        )

    def _terms(self, content=b"%PDF-1.4 terms", file_name="terms.pdf"):
        return self.env["cn285.document"]._file(
            content,
            {
                "kind": "terms",
                "title": "Terms of spring",
                "company_id": self.company.id,
                "date": self.company._cn285_today(),
                "file_name": file_name,
            },
        )

    def test_the_terms_are_read_before_signing(self):
        """Code civil, article 1119: in the package at Yousign, and nobody signs them."""
        terms = self._terms()
        self.server.fail("upload", "drop_after", "drop_after")
        request = self._asked(patience=3)
        signed, read = self._there(request)["_documents"]
        self.assertEqual((signed["nature"], read["nature"]), ("signable_document", "attachment"))
        self.assertEqual(signed["_content"], request.document_id._content())
        self.assertEqual((read["_content"], read["filename"]), (terms._content(), "terms.pdf"))
        [first, _boss] = self._there(request)["_signers"]
        self.assertEqual({one["document_id"] for one in first["fields"]}, {signed["id"]})
        asked = request.event_ids.filtered(lambda one: one.kind == "asked")
        self.assertEqual(asked.data["attached"], {terms.name: terms.sha256})
        self._sign_there(request)
        self._take_in()
        there = self._there(request)
        self.assertEqual(request.proof_id._content(), self.account.signed_file(there))

    def test_terms_that_yousign_cannot_show_are_not_sent(self):
        self._terms(b"Plain words", "terms.txt")
        contract = self._draft()
        said = "as a PDF: “Terms of spring” is none"
        with self.assertRaisesRegex(UserError, said), self.env.cr.savepoint():
            self._sent(contract)
        self.assertFalse(contract.sign_request_ids)

    def test_other_terms_there_are_not_sent(self):
        self._terms()
        request = self._sent(self._draft())
        order = {"name": "x", "delivery_mode": "email", "external_id": request.yousign_key}
        made = self.account.create(order)
        content = request.document_id._content()
        self.account.upload(made, "x.pdf", content, "signable_document")
        self.account.upload(made, "y.pdf", b"%PDF-1.6 others", "attachment")
        request._job_yousign_sync()
        self.assertIn("unexpected", request.yousign_problem)
        self.assertEqual(made["status"], "draft")

    def test_nothing_is_sent_before_it_is_stored(self):
        """Calls are made by a job, after the key by which Yousign knows it was committed."""
        request = self._sent(self._draft())
        self.assertTrue(request.yousign_key)
        self.assertEqual(self.server.calls, [])

    def test_one_request_whatever_gets_lost(self):
        """Each fault, at each call of a sending: tried again, there is one request, sent once."""
        lost = ("429", "500", "500_after", "drop", "drop_after")
        faults = {
            **dict.fromkeys(("create", "upload", "add_signer"), (*lost, "garbage")),
            "activate": lost,  # nothing is read of its answer
            **dict.fromkeys(("list", "fetch", "signers", "document"), ("500", "garbage")),
        }
        for call, wrong in faults.items():
            for fault in wrong:
                with self.subTest(call=call, fault=fault):
                    self.server.reset()
                    self.server.fail(call, fault)
                    request = self._asked(patience=2)
                    if fault == "garbage":  # somebody looks at it, and has it tried again
                        self.assertIn("unexpected", request.yousign_problem)
                        with self._with_jobs():
                            request.with_user(self.seller).action_yousign_sync()
                    there = self._there(request)
                    self.assertEqual(there["status"], "ongoing")
                    self.assertEqual(len(there["_documents"]), 1)
                    self.assertEqual(len(there["_signers"]), 2)
                    self.assertEqual(self._done("activate"), 1)
                    self.assertFalse(request.yousign_problem)
                    request.with_user(self.seller).action_cancel()

    def test_an_answer_that_comes_too_late(self):
        """The call hangs after it was done, and we have gone by then."""
        for call in ("create", "activate"):
            with self.subTest(call):
                self.server.reset()
                self.server.fail(call, "hang_after")
                request = self._asked(patience=1)
                self.assertEqual(self._there(request)["status"], "ongoing")
                self.assertEqual((self._done("create"), self._done("activate")), (1, 1))

    def test_a_call_that_is_done_when_nobody_waits_any_more(self):
        """Two drafts may come of it: one is sent, the other deleted before."""
        self.server.fail("create", "late")
        request = self._sent(self._draft())
        with self.assertRaises(RetryableJobError):
            request._job_yousign_sync()
        order = {"name": "x", "delivery_mode": "email", "external_id": request.yousign_key}
        self.account.create(order)
        time.sleep(self.server.hang + 0.3)
        self.assertEqual(len(self.account.of(request.yousign_key, "draft")), 2)
        request._job_yousign_sync()
        self.assertEqual(len(self.account.of(request.yousign_key, "ongoing")), 1)
        self.assertEqual(len(self.account.of(request.yousign_key, "deleted")), 1)
        self.assertEqual(self._done("activate"), 1)

    def test_the_same_job_twice(self):
        request = self._asked()
        calls = len(self.server.calls)
        request._job_yousign_sync()
        self.assertEqual(self.server.calls[calls:], ["fetch"])
        self.assertEqual((self._done("create"), self._done("activate")), (1, 1))

    def test_too_many_calls_wait_as_long_as_yousign_says(self):
        for fault, seconds in (("429", 7), ("429_date", 6 * 3600)):
            self.server.reset()
            self.server.fail("list", fault)
            with self.assertRaises(RetryableJobError) as caught:
                self._asked()
            self.assertEqual(caught.exception.seconds, seconds)
            self.assertTrue(caught.exception.ignore_retry, "it is no failure")

    def test_lost_calls_back_off(self):
        """Later and later: as the function of the job says."""
        function = self.env.ref("cn285_sign_yousign.job_function_sync")
        self.assertEqual(function.retry_pattern, {"1": 60, "3": 300, "6": 900, "10": 3600})
        self.server.fail("create", "500")
        with self.assertRaises(RetryableJobError) as caught:
            self._asked()
        self.assertIsNone(caught.exception.seconds)

    def test_a_wrong_key_is_told_once(self):
        self.yousign.yousign_api_key = "wrong"
        request = self._asked()
        self.assertIn("administrator", request.yousign_problem)
        self.assertEqual(request.activity_ids.user_id, self.seller)
        request._job_yousign_sync()
        self.assertEqual(len(request.activity_ids), 1)
        self.yousign.yousign_api_key = self.account.api_key
        with self._with_jobs():
            request.with_user(self.seller).action_yousign_sync()
        self.assertEqual(self._there(request)["status"], "ongoing")
        self.assertFalse(request.yousign_problem)

    def test_the_key_goes_nowhere_else(self):
        self.server.fail("list", "redirect")
        request = self._asked()
        self.assertIn("Yousign", request.yousign_problem)

    def test_a_test_database_calls_no_production(self):
        self.yousign.yousign_environment = "production"
        request = self._asked()
        self.assertIn("sandbox", request.yousign_problem)
        self.assertEqual(self.server.calls, [])
        self.env["res.company"]._cn285_mark_test_database(False)
        self.assertEqual(self.yousign._yousign_address(), "https://api.yousign.app/v3")
        self.yousign.yousign_environment = "sandbox"
        self.assertEqual(self.yousign._yousign_address(), "https://api-sandbox.yousign.app/v3")

    def test_a_list_that_was_not_filtered_makes_no_second_one(self):
        """Whether there is one cannot be said: none is made."""
        request = self._sent(self._draft())
        foreign = {"name": "x", "delivery_mode": "email", "external_id": "another"}
        self.account.create(foreign)
        clients = type(self.yousign._yousign_client())
        unfiltered = clients.find

        def find(client, _external_id):
            return unfiltered(client, "another")

        with patch.object(clients, "find", find):
            request._job_yousign_sync()
        self.assertIn("unexpected", request.yousign_problem)
        self.assertEqual(self.account.of(request.yousign_key), [])

    def test_pages_are_read_to_the_end(self):
        request = self._sent(self._draft())
        order = {"name": "x", "delivery_mode": "email", "external_id": request.yousign_key}
        for _number in range(5):
            self.account.create(order)
        self.account.page = 2
        request._job_yousign_sync()
        self.assertEqual(len(self.account.of(request.yousign_key, "ongoing")), 1)
        self.assertEqual(len(self.account.of(request.yousign_key, "deleted")), 4)

    def test_another_file_there_is_not_sent(self):
        request = self._sent(self._draft())
        made = self.account.create(
            {"name": "x", "delivery_mode": "email", "external_id": request.yousign_key}
        )
        self.account.upload(made, "x.pdf", b"%PDF-1.6 another", "signable_document")
        request._job_yousign_sync()
        self.assertIn("unexpected", request.yousign_problem)
        self.assertEqual(made["status"], "draft")

    # === LEVELS === #

    def test_levels_are_said_as_they_are(self):
        self.assertEqual(self.yousign.level, "simple")
        request = self._asked()
        [signer, _boss] = self._there(request)["_signers"]
        self.assertEqual(signer["signature_level"], "electronic_signature")
        self.assertEqual(signer["signature_authentication_mode"], "otp_email")
        self.yousign.yousign_level = "advanced"
        self.assertEqual(self.yousign._sign_level(), "advanced")

    def test_advanced_signatures_are_of_people_with_a_number(self):
        self.yousign.yousign_level = "advanced"
        self.customer.is_company = True
        with self.assertRaisesRegex(UserError, "is a company"):
            self._sent(self._draft())
        self.customer.write({"is_company": False, "phone": "06 12 34 56 78"})
        with self.assertRaisesRegex(UserError, "no phone number with its country"):
            self._sent(self._draft())
        self.customer.phone = "+33 6 12 34 56 78"
        self.boss.partner_id.phone = "+33 6 12 34 56 79"
        request = self._asked()
        [signer, _boss] = self._there(request)["_signers"]
        self.assertEqual(signer["info"]["phone_number"], "+33612345678")
        self.assertEqual(signer["signature_level"], "advanced_electronic_signature")
        self.assertEqual(signer["signature_authentication_mode"], "otp_sms")

    def test_a_name_of_one_word(self):
        self.customer.name = "Acme"
        request = self._asked()
        info = self._there(request)["_signers"][0]["info"]
        self.assertEqual((info["first_name"], info["last_name"]), ("Acme", "Acme"))

    # === BEFORE IT WAS SENT === #

    def test_cancelled_before_it_was_sent(self):
        request = self._sent(self._draft())
        request.with_user(self.seller).action_cancel()
        request._job_yousign_sync()
        self.assertEqual((request.state, self.account.requests), ("cancelled", {}))

    def test_changed_before_it_was_sent(self):
        contract = self._draft()
        request = self._sent(contract)
        contract.item_ids.price_unit = 999.0
        request._job_yousign_sync()
        self.assertEqual((request.state, self.account.requests), ("replaced", {}))

    def test_never_sent_it_expires(self):
        request = self._sent(self._draft())
        self.server.fail("list", *["500"] * 3)
        with freeze_time(fields.Datetime.now() + timedelta(days=33)), self._with_jobs(3):
            self.env["cn285.sign.request"]._cron_sign()
        self.assertEqual((request.state, self.account.requests), ("expired", {}))
