import io
import json
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools.pdf import PdfFileReader

from ..report.sealing import seal_of
from .common import SignCase


@tagged("post_install", "-at_install")
class TestSigning(SignCase):
    """From the draft to the confirmed contract: once, of what was read, by who got the code."""

    def test_a_contract_is_confirmed_by_its_signature(self):
        contract = self._draft()
        with self.assertRaisesRegex(UserError, "send it for signature"):
            contract.with_user(self.seller).action_confirm()
        request = self._sent(contract)
        self.assertEqual((request.state, contract.state), ("sent", "draft"))
        [signer] = request.signer_ids
        self.assertEqual(signer.email, self.customer.email)
        self.assertFalse(self._sign(signer))
        self.assertEqual((request.state, contract.state), ("signed", "active"))
        self.assertTrue(request.is_done)
        self.assertEqual(contract.date_concluded, self.company._cn285_today())
        kinds = request.event_ids.sorted("id").mapped("kind")
        self.assertEqual(kinds, ["sent", "asked", "code_sent", "signed", "completed", "sealed"])
        self.assertFalse(request.event_ids.sorted("id")._first_broken())

    def test_the_proof(self):
        contract = self._draft([{"price_unit": 99.5}])
        request = self._sent(contract)
        self._sign(request.signer_ids)
        signed, proof = request.document_id, request.proof_id
        self.assertEqual((proof.kind, proof.version, proof.previous_id), ("contract", 2, signed))
        self.assertEqual(signed.state, "superseded")
        self.assertEqual(request.seal, "none")
        pages = PdfFileReader(io.BytesIO(proof._content())).pages
        words = " ".join(pages[-1].extract_text().split())
        self.assertGreater(len(pages), 1)
        for expected in ("Martin Martin", self.customer.email, "192.0.2.7"):
            self.assertIn(expected, words)
        evidence = contract.document_ids.filtered(lambda one: one.kind == "evidence")
        self.assertFalse(evidence.is_for_customer)
        told = json.loads(evidence._content())
        self.assertEqual(told["document"]["sha256"], signed.sha256)
        self.assertEqual(told["signed_document"]["sha256"], proof.sha256)
        papers = contract.document_ids.filtered(lambda one: one.kind == "contract")
        self.assertEqual(len(papers), 2, "no third paper is made by the confirmation")

    def test_nobody_signs_one_thing_and_gets_another(self):
        """Signed at 30.00, confirmed at 999.00: what was altered since is refused."""
        contract = self._draft([{"price_unit": 30.0}])
        request = self._sent(contract)
        code = self._mailed_code(request.signer_ids)
        contract.item_ids.price_unit = 999.0
        with self.assertRaisesRegex(UserError, "newer version"):
            self._sign(request.signer_ids, code=code)
        self.assertEqual(contract.state, "draft")
        self.env["cn285.sign.request"]._cron_sign()
        self.assertEqual(request.state, "replaced")
        again = self._sent(contract)
        self.assertFalse(self._sign(again.signer_ids))
        self.assertEqual(contract.state, "active")
        self.assertMoney(contract.item_ids.price_unit, "999.00")

    def test_another_file_than_the_one_shown(self):
        request = self._sent(self._draft())
        refused = self._sign(request.signer_ids, sha256="0" * 64)
        self.assertIn("newer version", refused)
        self.assertEqual(request.state, "sent")

    def test_what_is_missing_is_told(self):
        request = self._sent(self._draft())
        signer = request.signer_ids
        for values, words in (
            ({"name": "  "}, "name"),
            ({"name": "x" * 201}, "name"),
            ({"consent": False}, "agree"),
            ({"code": "000000"}, "Ask for a code"),
        ):
            with self.subTest(values):
                refused = signer._sign(self._signing(signer, **values))
                self.assertIn(words, refused)
        self.assertEqual(request.state, "sent")

    def test_codes_are_limited(self):
        signer = self._sent(self._draft()).signer_ids
        code = self._mailed_code(signer)
        wrong = "000000" if code != "000000" else "000001"
        for _time in range(5):
            self.assertIn("not the code", signer._sign(self._signing(signer, code=wrong)))
        self.assertIn("too often", signer._sign(self._signing(signer, code=code)))
        with freeze_time(fields.Datetime.now() + timedelta(minutes=1)):
            code = self._mailed_code(signer)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=12)):
            self.assertIn("too old", signer._sign(self._signing(signer, code=code)))
        for _time in range(3):
            signer._send_code()
        with self.assertRaisesRegex(UserError, "Too many codes"):
            signer._send_code()
        self.assertEqual(signer.state, "waiting")

    def test_a_code_is_not_stored(self):
        signer = self._sent(self._draft()).signer_ids
        code = self._mailed_code(signer)
        self.assertNotIn(code, signer.code_hash)
        self.assertEqual(len(signer.code_hash), 64)

    def test_signed_twice_is_confirmed_once(self):
        contract = self._draft()
        request = self._sent(contract)
        self._sign(request.signer_ids)
        with self.assertRaisesRegex(UserError, "have signed"):
            request.signer_ids._sign(self._signing(request.signer_ids, code="1"))
        rows = contract.schedule_ids.ids
        request._complete()
        request._job_file_proof()
        self.assertEqual(contract.schedule_ids.ids, rows)
        self.assertEqual(len(contract.document_ids.filtered(lambda d: d.kind == "contract")), 2)

    def test_in_order_customer_then_company(self):
        boss = new_test_user(self.env, "sign_boss", "base.group_user", email="boss@cn285.example")
        self.rule.countersigner_id = boss
        contract = self._draft()
        request = self._sent(contract)
        customer, company = request.signer_ids
        with self.assertRaisesRegex(UserError, "Others sign first"):
            company._send_code()
        self.assertFalse(self._sign(customer))
        self.assertEqual((request.state, contract.state), ("sent", "draft"))
        self.assertFalse(self._sign(company, name="The Boss"))
        self.assertEqual((request.state, contract.state), ("signed", "active"))

    def test_declined_expired_cancelled(self):
        declined = self._sent(self._draft())
        declined.signer_ids._decline("Too dear")
        self.assertEqual(declined.state, "declined")
        self.assertEqual(declined.activity_ids.user_id, self.seller)
        cancelled = self._sent(self._draft())
        cancelled.with_user(self.seller).action_cancel()
        expired = self._sent(self._draft())
        with freeze_time(fields.Datetime.now() + timedelta(days=31)):
            with self.assertRaisesRegex(UserError, "is over"):
                expired.signer_ids._send_code()
            self.env["cn285.sign.request"]._cron_sign()
        self.assertEqual((cancelled.state, expired.state), ("cancelled", "expired"))
        for request in (declined, cancelled, expired):
            with self.assertRaises(UserError):
                request.signer_ids._sign(self._signing(request.signer_ids, code="1"))
            self.assertEqual(request.contract_id.state, "draft")
            request.with_user(self.seller).action_send_anew()
            self.assertEqual(request.contract_id.sign_request_ids[:1].state, "sent")

    def test_reminded_every_week(self):
        request = self._sent(self._draft())
        asked = request.event_ids.filtered(lambda one: one.kind == "asked")
        for days, count in ((6, 1), (7, 2), (8, 2), (14, 3)):
            with freeze_time(fields.Datetime.now() + timedelta(days=days)):
                self.env["cn285.sign.request"]._cron_sign()
            asked = request.event_ids.filtered(lambda one: one.kind == "asked")
            self.assertEqual(len(asked), count, f"after {days} days")

    def test_signed_but_it_cannot_take_effect(self):
        """The signatures stay; the reason is told, and it is tried again."""
        contract = self._draft()
        request = self._sent(contract)
        code = self._mailed_code(request.signer_ids)
        contracts = type(self.env["cn285.contract"])
        with patch.object(contracts, "_check_product_rules", side_effect=UserError("Not now")):
            self.assertFalse(self._sign(request.signer_ids, code=code))
        self.assertEqual((request.state, request.is_done), ("signed", False))
        self.assertEqual(request.error, "Not now")
        self.assertEqual(contract.state, "draft")
        self.assertTrue(request.proof_id)
        self.env["cn285.sign.request"]._cron_sign()
        self.assertEqual((request.is_done, request.error), (True, False))
        self.assertEqual(contract.state, "active")

    def test_an_amendment_is_signed_before_it_is_scheduled(self):
        self.rule.what = "price"
        contract = self._draft()
        contract.with_user(self.seller).action_confirm()
        change = (
            self.env["cn285.contract.change"]
            .with_user(self.seller)
            .create(
                {
                    "contract_id": contract.id,
                    "item_id": contract.item_ids.id,
                    "type": "price",
                    "date_effective": self.company._cn285_today(),
                    "values": {"price_unit": 120.0},
                }
            )
        )
        change.action_schedule()
        self.assertEqual(change.state, "draft")
        request = change.sudo().sign_request_ids
        self.assertEqual(request.document_id.kind, "amendment")
        self.assertFalse(self._sign(request.signer_ids))
        self.assertEqual(change.state, "applied")
        self.assertMoney(contract.item_ids.price_unit, "120.00")
        papers = contract.document_ids.filtered(lambda one: one.kind == "amendment")
        self.assertEqual(papers, request.document_id | request.proof_id)

    def test_a_customers_end_needs_no_signature(self):
        offered = dict(self.rule._fields["what"]._description_selection(self.env))
        self.assertNotIn("terminate", offered)
        self.assertIn("price", offered)
        self.rule.active = False
        contract = self._draft()
        contract.with_user(self.seller).action_confirm()
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "type": "terminate",
                "date_effective": self.company._cn285_today() + timedelta(days=400),
            }
        )
        self.assertFalse(change._sign_rule())
        with self.assertRaisesRegex(UserError, "waits for no signature"):
            change.action_send_for_signature()

    def test_who_has_no_address_is_told(self):
        self.customer.email = False
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            self._sent(self._draft())

    def test_sealed_by_the_companys_certificate(self):
        self.provider.seal_certificate_id = self._certificate()
        request = self._sent(self._draft())
        self._sign(request.signer_ids)
        self.assertEqual(request.seal, "bb")
        content = request.proof_id._content()
        seal = seal_of(content)
        self.assertTrue(seal.intact and seal.whole)
        self.assertFalse(seal.stamped)
        self.assertIn("Cn285 Seal", seal.signer)
        place = content.index(b"stream\n") + 20
        forged = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        self.assertFalse(seal_of(forged).intact)
        self.assertIsNone(seal_of(request.document_id._content()))

    def test_an_altered_log_is_told(self):
        request = self._sent(self._draft())
        self._sign(request.signer_ids)
        event = request.event_ids.sorted("id")[3]
        self.env.cr.execute(
            "UPDATE cn285_sign_event SET data = jsonb_set(data, '{name}', '\"Somebody\"')"
            " WHERE id = %s",
            [event.id],
        )
        self.env.invalidate_all()
        self.assertEqual(request.event_ids.sorted("id")._first_broken(), event)
        answer = request.with_user(self.seller).action_check_log()
        self.assertEqual(answer["params"]["type"], "danger")
