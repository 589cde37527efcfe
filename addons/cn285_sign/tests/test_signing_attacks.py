"""What takes effect is what was signed; what strangers post is what it says it is."""

import base64
import io
import json
import logging
import re
import zlib
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..engine.drawings import HEAD, drawing
from ..report.sealing import Key, sealed
from .certificates import make_certificate
from .common import SignCase


@tagged("post_install", "-at_install")
class TestSignedIsWhatTakesEffect(SignCase):
    def _stuck(self, contract):
        """All have signed, and something keeps the contract from being confirmed."""
        request = self._sent(contract)
        kind = type(self.env["cn285.contract"])
        with patch.object(kind, "_sign_completed", side_effect=UserError("No tax account")):
            self.assertFalse(self._sign(request.signer_ids))
        self.assertEqual(
            (request.state, request.is_done, contract.state), ("signed", False, "draft")
        )
        return request

    def test_changed_after_it_was_signed(self):
        """Signed at 30.00, raised to 999.00 before it took effect: not confirmed."""
        contract = self._draft([{"price_unit": 30.0}])
        request = self._stuck(contract)
        contract.with_user(self.seller).item_ids.price_unit = 999.0
        request.with_user(self.seller).action_retry()
        self.assertEqual((request.is_done, contract.state), (False, "draft"))
        self.assertIn("than what was signed", request.error)
        self.env["cn285.sign.request"]._cron_sign()
        self.assertEqual(contract.state, "draft")
        contract.with_user(self.seller).item_ids.price_unit = 30.0
        request.with_user(self.seller).action_retry()
        self.assertEqual((request.is_done, contract.state), (True, "active"))

    def test_signed_for_a_day(self):
        """A change that was signed for a day is not moved to another one."""
        self.rule.what = "quantity"
        contract = self._draft()
        contract.with_user(self.seller).action_confirm()
        today = self.company._cn285_today()
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": contract.id,
                "item_id": contract.item_ids.id,
                "type": "quantity",
                "date_effective": today + timedelta(days=40),
                "values": {"quantity": 5.0},
            }
        )
        self.assertFalse(self._sign(self._sent(change).signer_ids))
        self.assertEqual(change.state, "scheduled")
        day = change.date_effective
        with self.assertRaisesRegex(UserError, "was signed for its day"):
            change.with_user(self.seller).action_reschedule(today)
        self.assertEqual((change.state, change.date_effective), ("scheduled", day))

    def test_defaults_of_the_context_are_nobodys_choice(self):
        """Who sends chooses none of what the program keeps, not for what follows either."""
        contract = self._draft()
        chosen = {
            "default_is_done": True,
            "default_nonce": "known",
            "default_signed_at": "2026-01-01 00:00:00",
            "default_proof_id": 1,
        }
        contract.with_user(self.seller).with_context(**chosen).action_send_for_signature()
        request = contract.sudo().sign_request_ids
        signer = request.signer_ids
        self.assertFalse(request.is_done or request.proof_id or signer.signed_at)
        self.assertNotEqual(signer.nonce, "known")
        self.assertFalse(self._sign(signer))
        self.assertEqual(contract.state, "active")

    def test_defaults_that_a_user_keeps(self):
        """Nor by a default that the sender keeps for himself."""
        defaults = self.env["ir.default"].with_user(self.seller)
        defaults.sudo().set("cn285.sign.request", "is_done", True, user_id=self.seller.id)
        contract = self._draft()
        contract.with_user(self.seller).action_send_for_signature()
        self.assertFalse(contract.sudo().sign_request_ids.is_done)

    def test_nothing_is_searched_for_by_its_secret(self):
        """Neither directly nor through what leads to it: answers would tell it bit by bit."""
        self._sent(self._draft())
        for model, path in (
            ("cn285.sign.signer", "nonce"),
            ("cn285.sign.signer", "code_hash"),
            ("cn285.sign.request", "signer_ids.nonce"),
            ("cn285.contract", "sign_request_ids.signer_ids.code_hash"),
        ):
            records = self.env[model].with_user(self.seller)
            with self.subTest(model=model, path=path):
                with self.assertRaises(AccessError):
                    records.search([(path, "=like", "a%")])
                if "." not in path:
                    for attempt in (
                        lambda records=records, path=path: records.search([], order=path),
                        lambda records=records, path=path: records._read_group([], [path]),
                        lambda records=records, path=path: records.search([]).web_read({path: {}}),
                    ):
                        with self.assertRaises(AccessError):
                            attempt()


@tagged("post_install", "-at_install")
class TestWhatStrangersPost(SignCase):
    def test_a_drawing_is_a_small_png(self):
        """No SVG, which runs scripts; no picture of 100 million points."""
        from PIL import Image

        def posted(content):
            return HEAD + base64.b64encode(content).decode()

        file = io.BytesIO()
        Image.new("RGBA", (360, 120), (0, 0, 0, 0)).save(file, "PNG")
        small = file.getvalue()
        self.assertEqual(drawing(posted(small)), small)
        wide = small[:16] + (12_000).to_bytes(4, "big") * 2 + small[24:]
        gif = io.BytesIO()
        Image.new("P", (3, 3)).save(gif, "GIF")
        for content in (
            b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
            b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
            b"<html><script>alert(1)</script></html>",
            gif.getvalue(),
            wide,
            small + bytes(300_000),
            b"",
        ):
            self.assertIsNone(drawing(posted(content)), content[:20])
        for text in ("", "x", HEAD, HEAD + "!!", "data:image/svg+xml;base64,AAAA"):
            self.assertIsNone(drawing(text))

    def test_what_is_kept_of_a_drawing(self):
        svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
        signer = self._sent(self._draft()).signer_ids
        self.assertFalse(self._sign(signer, drawing=HEAD + base64.b64encode(svg).decode()))
        self.assertEqual(signer.state, "signed")
        self.assertFalse(signer.signature)

    def test_a_log_that_was_made_anew_is_found(self):
        """Whoever rules the database makes a whole chain: not the one that was filed."""
        request = self._sent(self._draft())
        self._sign(request.signer_ids)
        check = request.with_user(self.seller).action_check_log
        self.assertEqual(check()["params"]["type"], "success")
        events = request.event_ids.sorted("id")
        previous = "0" * 64
        from ..engine.chain import link

        for event in events:
            data = {**(event.data or {}), "address": "198.51.100.1"}
            entry = {
                "request_id": request.id,
                "signer_id": event.signer_id.id,
                "kind": event.kind,
                "at": event.at,
                "data": data,
            }
            own = link(previous, event._entry(entry))
            self.env.cr.execute(
                "UPDATE cn285_sign_event SET data = %s, previous_hash = %s, hash = %s"
                " WHERE id = %s",
                [json.dumps(data), previous, own, event.id],
            )
            previous = own
        self.env.cr.execute(
            "UPDATE cn285_sign_request SET log_hash = %s WHERE id = %s", [previous, request.id]
        )
        self.env.invalidate_all()
        self.assertFalse(request.event_ids.sorted("id")._first_broken(), "a whole chain")
        self.assertEqual(check()["params"]["type"], "danger")

    def test_a_log_whose_end_was_cut_off_is_found(self):
        request = self._sent(self._draft())
        self._mailed_code(request.signer_ids)
        last = request.event_ids.sorted("id")[-1:]
        self.env.cr.execute("DELETE FROM cn285_sign_event WHERE id = %s", [last.id])
        self.env.invalidate_all()
        answer = request.with_user(self.seller).action_check_log()
        self.assertEqual(answer["params"]["type"], "danger")

    def test_a_customer_of_ipv6_is_one_network(self):
        """Who has one address of a network of 64 bits has 2^64: they count as one."""
        signers = [self._sent(self._draft()).signer_ids for _number in range(9)]
        for number, signer in enumerate(signers[:8]):
            for time in range(5):
                signer._send_code(f"2001:db8:0:7::{number:x}:{time:x}")
        with self.assertRaisesRegex(UserError, "from your network"):
            signers[8]._send_code("2001:db8:0:7:ffff::1")
        signers[8]._send_code("2001:db8:0:8::1")

    def test_no_link_stands_in_the_servers_log(self):
        signer = self._sent(self._draft()).signer_ids
        path = signer._path()
        for name in ("werkzeug", "longpolling"):
            logger, said = logging.getLogger(name), ""
            for text, given in (
                ('x - "%s" %s', (f"GET {path}/document HTTP/1.1", "200")),
                (f"GET {path} 200", ()),
            ):
                record = logging.LogRecord(name, logging.INFO, "", 0, text, given, None)
                logger.filter(record)
                said += record.getMessage()
            self.assertNotIn(signer._secret(), said)
            self.assertIn(f"/my/sign/{signer.id}/***/document", said)

    def test_mails_go_to_the_signer_alone(self):
        """Whatever a template says besides."""
        template = self.env.ref("cn285_sign.mail_template_sign_code")
        template.write({"email_cc": "seller@cn285.example", "reply_to": "seller@cn285.example"})
        signer = self._sent(self._draft()).signer_ids
        self._mailed_code(signer)
        mails = self.env["mail.mail"].search(
            [("model", "=", signer._name), ("res_id", "=", signer.id)]
        )
        self.assertFalse(any(mails.mapped("email_cc")))
        self.assertFalse(mails.recipient_ids)

    def test_whoever_reminds_names_nobody_who_gets_a_copy(self):
        request = self._sent(self._draft())
        request.with_user(self.seller).with_context(
            default_headers="{'Bcc': 'seller@cn285.example'}",
            default_recipient_ids=[(4, self.seller.partner_id.id)],
            default_email_cc="seller@cn285.example",
        ).action_remind()
        mail = self.env["mail.mail"].search(
            [("model", "=", "cn285.sign.signer"), ("res_id", "=", request.signer_ids.id)],
            order="id desc",
            limit=1,
        )
        self.assertIn("Reminder", mail.subject)
        self.assertNotIn("seller", f"{mail.headers}{mail.email_cc}{mail.email_to}")
        self.assertFalse(mail.recipient_ids)


@tagged("post_install", "-at_install")
class TestForeignSeals(SignCase, HttpCase):
    def _verify(self, content):
        page = self.url_open("/sign/verify")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)
        return self.url_open(
            "/sign/verify", data={"csrf_token": token}, files={"file": ("x.pdf", content)}
        )

    def test_a_seal_in_our_name_of_a_file_of_somebodys(self):
        """Anybody makes a certificate of any name: nothing green is said of it."""
        certificate = make_certificate(self.company)
        key = Key(
            base64.b64decode(certificate.pem_certificate),
            base64.b64decode(certificate.private_key_id.pem_key),
        )
        request = self._sent(self._draft())
        forged = sealed(request.document_id._content(), key, None, "forged")
        answer = self._verify(forged)
        self.assertNotIn("alert-success", answer.text)
        self.assertEqual(answer.text.count("alert-danger"), 2)

    def test_a_bomb_is_no_file_of_ours(self):
        """A stream that unfolds to a gigabyte is not unfolded."""
        packed = zlib.compress(bytes(300_000_000), 9)
        head = (
            b"%PDF-1.7\n1 0 obj\n<</Type/XRef/W[1 2 1]/Size 5/Root 2 0 R/Filter/FlateDecode/Length "
        )
        bomb = (
            head + str(len(packed)).encode() + b">>\nstream\n" + packed + b"\nendstream\nendobj\n"
        )
        bomb += b"startxref\n9\n%%EOF\n"
        answer = self._verify(bomb)
        self.assertEqual(answer.status_code, 200)
        self.assertNotIn("alert-success", answer.text)

    def test_the_page_stands_in_no_other_sites_frame(self):
        signer = self._sent(self._draft()).signer_ids
        for rest in ("", "/document"):
            answer = self.url_open(signer._path() + rest)
            self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        page = self.url_open(signer._path())
        self.assertIn("frame-ancestors 'self'", page.headers["Content-Security-Policy"])


@tagged("post_install", "-at_install")
class TestRefusedHalfWay(SignCase, HttpCase):
    def test_nothing_of_it_is_kept(self):
        """The next one cannot be written to: the first has not signed, and may sign again."""
        boss = new_test_user(self.env, "half_boss", "base.group_user", email="b@cn285.example")
        self.rule.countersigner_id = boss
        request = self._sent(self._draft())
        signer = request.signer_ids[0]
        code = self._mailed_code(signer)
        page = self.url_open(signer._path()).text
        data = {
            "csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page).group(1),
            "sha256": request.document_id.sha256,
            "code": code,
            "name": "Camille",
            "consent": "1",
        }
        with patch.object(type(signer), "_ask", side_effect=UserError("No template")):
            answer = self.url_open(f"{signer._path()}/sign", data=data)
        self.assertIn("No template", answer.text)
        self.env.invalidate_all()
        self.assertEqual(signer.state, "waiting")
        self.assertNotIn("signed", request.event_ids.mapped("kind"))
        self.url_open(f"{signer._path()}/sign", data=data)
        self.env.invalidate_all()
        self.assertEqual(signer.state, "signed")
