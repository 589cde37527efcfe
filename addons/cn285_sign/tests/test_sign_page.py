import re
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from .common import SignCase


@tagged("post_install", "-at_install")
class TestSignPage(SignCase, HttpCase):
    """The signer's page over HTTP: the file, the code, the signature; and nothing for strangers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.customer.lang = "fr_FR"
        cls.contract = cls._draft()
        cls.contract.with_user(cls.seller).action_send_for_signature()
        cls.request = cls.contract.sudo().sign_request_ids
        cls.signer = cls.request.signer_ids

    def _path(self, rest=""):
        return f"/my/sign/{self.signer.id}/{self.signer._secret()}{rest}"

    def _post(self, rest, **data):
        page = self.url_open(self._path()).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        return self.url_open(
            self._path(rest), data={"csrf_token": token and token.group(1), **data}
        )

    def test_the_whole_way(self):
        page = self.url_open(self._path())
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.request.document_id.sha256, page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        answer = self.url_open(self._path("/document"))
        self.assertEqual(answer.content, self.request.document_id._content())
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self._post("/code")
        mail = self.env["mail.mail"].search(
            [("email_to", "=", self.signer.email)], limit=1, order="id desc"
        )
        code = re.search(r">(\d{6})<", str(mail.body_html)).group(1)
        data = {"sha256": self.request.document_id.sha256, "name": "Camille", "consent": "1"}
        wrong = self._post("/sign", code="999999" if code != "999999" else "1", **data)
        self.assertEqual(self.contract.state, "draft")
        self.env.invalidate_all()
        self.assertEqual(self.signer.code_tries, 1, "a wrong code is counted")
        self.assertIn("alert-danger", wrong.text)
        self._post("/sign", code=code, **data)
        self.env.invalidate_all()
        self.assertEqual((self.request.state, self.contract.state), ("signed", "active"))
        signed = self.request.event_ids.filtered(lambda one: one.kind == "signed")
        self.assertTrue(signed.data["address"])

    def test_opened_while_somebody_writes_the_log(self):
        """The page shows the file in itself: who opens it besides gets it all the same."""
        requests = type(self.request)
        with patch.object(requests, "try_lock_for_update", lambda self, **_options: self.browse()):
            answer = self.url_open(self._path("/document"))
        self.assertEqual(answer.content, self.request.document_id._content())
        self.assertNotIn("opened", self.request.event_ids.mapped("kind"))

    def test_strangers(self):
        for path in (
            f"/my/sign/{self.signer.id}/{'0' * 64}",
            f"/my/sign/{self.signer.id + 1}/{self.signer._secret()}",
            f"/my/sign/{10**15}/{self.signer._secret()}",
        ):
            for rest in ("", "/document"):
                with self.subTest(path=path, rest=rest):
                    answer = self.url_open(path + rest)
                    self.assertNotIn(self.request.document_id.sha256, answer.text)
                    self.assertNotIn(b"%PDF", answer.content)

    def test_a_form_of_another_site_signs_nothing(self):
        answer = self.url_open(self._path("/decline"), data={"reason": "x"})
        self.assertIn(answer.status_code, (400, 403))
        self.env.invalidate_all()
        self.assertEqual(self.request.state, "sent")

    def test_is_this_the_file(self):
        page = self.url_open("/sign/verify")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)
        document = self.request.document_id
        for content, ours in ((document._content(), True), (document._content() + b" ", False)):
            answer = self.url_open(
                "/sign/verify", data={"csrf_token": token}, files={"file": ("x.pdf", content)}
            )
            self.assertEqual(document.name in answer.text, ours)

    def test_what_no_form_posts(self):
        """Signs that no text may hold, in every field: words, never an error of ours."""
        data = {"sha256": "\x00", "code": "\x00\udcff", "name": "A\x00B\u202e", "consent": "1"}
        data = {key: value.encode("utf-8", "surrogatepass") for key, value in data.items()}
        for rest in ("/sign", "/code"):
            self.assertEqual(self._post(rest, **data).status_code, 200)
        fitting = {**data, "sha256": self.request.document_id.sha256, "drawing": "data:image/png"}
        self.assertEqual(self._post("/sign", **fitting).status_code, 200)
        self.assertEqual(self._post("/decline", reason="No\x00\r\n\u202eNo").status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(self.signer.declined_reason, "No\nNo")

    def test_read_often_noted_once(self):
        for _time in range(3):
            self.url_open(self._path("/document"))
        self.env.invalidate_all()
        self.assertEqual(self.request.event_ids.mapped("kind").count("opened"), 1)

    def test_a_link_that_is_over_leads_nowhere(self):
        self.request.with_user(self.seller).action_cancel()
        self.assertIn("/my/sign/", self.url_open(self._path()).url)
        day = self.company._cn285_today() - timedelta(days=91)
        self.request._write_inside({"over_on": day})
        self.assertNotIn("/my/sign/", self.url_open(self._path()).url)

    def test_one_flipped_byte_is_told(self):
        """Of a signed and sealed file, by the page of verification."""
        self.provider.seal_certificate_id = self._certificate()
        self.assertFalse(self._sign(self.signer))
        content = self.request.proof_id._content()
        place = content.index(b"stream\n") + 20
        forged = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        page = self.url_open("/sign/verify")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)
        for file, good, bad in (
            (content, 2, 0),
            (forged, 0, 2),
            (b"%PDF-1.7\ngarbage", 0, 1),
            (b"no file at all", 0, 1),
        ):
            answer = self.url_open(
                "/sign/verify", data={"csrf_token": token}, files={"file": ("x.pdf", file)}
            )
            told = (answer.text.count("alert-success"), answer.text.count("alert-danger"))
            self.assertEqual(told, (good, bad), file[:20])

    def test_consumers_are_told_that_it_obliges_to_pay(self):
        """Code de la consommation, L221-14: else the contract is void."""
        words = "obligation to pay"
        self.customer.write({"cn285_legal_kind": "consumer", "lang": "en_US"})
        self.assertIn(words, self.url_open(self._path()).text)
        self.customer.cn285_legal_kind = "professional"
        self.assertNotIn(words, self.url_open(self._path()).text)

    def test_what_is_kept_of_who_signs_is_told(self):
        """GDPR, article 13; and the level, honestly."""
        self.customer.lang = "en_US"
        page = self.url_open(self._path()).text
        for said in ("Simple Electronic Signature", "910/2014", "network address"):
            self.assertIn(said, page)

    def test_the_terms_are_read_on_the_page(self):
        contract = self._draft()
        terms = self.env["cn285.document"]._file(
            b"%PDF-1.7 terms",
            {
                "kind": "terms",
                "title": "Terms of spring",
                "company_id": self.company.id,
                "date": self.company._cn285_today(),
                "file_name": "terms.pdf",
            },
        )
        signer = self._sent(contract).signer_ids
        path = f"/my/sign/{signer.id}/{signer._secret()}"
        self.assertIn(f"{path}/terms", self.url_open(path).text)
        self.assertEqual(self.url_open(f"{path}/terms").content, terms._content())
        self.assertEqual(self.url_open(self._path("/terms")).status_code, 404, "sent without any")
        other = f"/my/sign/{signer.id}/{'0' * 64}/terms"
        self.assertNotIn(b"%PDF", self.url_open(other).content)

    def test_a_link_that_leads_nowhere_says_so(self):
        answer = self.url_open(f"/my/sign/{self.signer.id}/{'0' * 64}")
        self.assertNotIn("/web/login", answer.url)
        self.assertIn("leads to no document", answer.text)

    def test_too_large_to_be_verified(self):
        page = self.url_open("/sign/verify")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)
        with patch("odoo.addons.cn285_sign.controllers.sign_page.LARGEST_FILE", 10):
            answer = self.url_open(
                "/sign/verify", data={"csrf_token": token}, files={"file": ("x.pdf", b"x" * 11)}
            )
        self.assertIn("too large", answer.text)
