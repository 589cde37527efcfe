from datetime import timedelta

from odoo.tests import HttpCase, new_test_user, tagged

from ..models import sign_signer_signing
from .common import SignCase


@tagged("post_install", "-at_install")
class TestSignTour(SignCase, HttpCase):
    """A French customer signs, declines, or comes too late, in a browser, by the mail's link."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env["ir.module.module"]._load_module_terms(
            ["cn285_contract", "cn285_renewal", "cn285_document", "cn285_sign"], ["fr_FR"]
        )
        cls.customer.lang = "fr_FR"
        cls.boss = new_test_user(
            cls.env,
            "tour_boss",
            "base.group_user",
            email="boss@cn285.example",
            lang="fr_FR",
            password="tour_boss",
        )
        cls.classPatch(sign_signer_signing, "new_code", lambda: "285285")

    def _walk(self, path, name, **kwargs):
        self.start_tour(path, name, **kwargs)
        self.env.invalidate_all()

    def test_customer_then_company(self):
        self.rule.countersigner_id = self.boss
        contract = self._draft()
        request = self._sent(contract)
        customer, company = request.signer_ids
        self._walk(self._mailed_path(customer), "cn285_sign_drawn_tour")
        self.assertEqual((customer.state, request.state), ("signed", "sent"))
        self.assertEqual(customer.signed_name, "Camille Martin")
        self.assertTrue(customer.signature)
        self.assertEqual(contract.state, "draft")
        # Signed in, as he works: he has no rights on contracts.
        self._walk(self._mailed_path(company), "cn285_sign_typed_tour", login="tour_boss")
        self.assertEqual((request.state, contract.state), ("signed", "active"))
        self.assertFalse(company.signature)
        request._job_file_proof()
        for signer in request.signer_ids:
            answer = self.url_open(self._mailed_path(signer) + "/document")
            self.assertEqual(answer.content, request.proof_id._content())

    def test_declined(self):
        request = self._sent(self._draft())
        self._walk(self._mailed_path(request.signer_ids), "cn285_sign_decline_tour")
        self.assertEqual(request.state, "declined")
        self.assertEqual(request.signer_ids.declined_reason, "Trop cher <b>pour nous</b>")
        self.assertIn("&lt;b&gt;pour nous", request.activity_ids.note)

    def test_the_old_link_leads_to_the_newer_version(self):
        contract = self._draft()
        old = self._sent(contract)
        path = self._mailed_path(old.signer_ids)
        contract.item_ids.price_unit = 120.0
        new = self._sent(contract)
        self._walk(path, "cn285_sign_newer_tour")
        self.assertEqual(old.state, "replaced")
        self.assertFalse(self.url_open(path + "/document").content.startswith(b"%PDF"))
        self.assertTrue(
            self.url_open(self._mailed_path(new.signer_ids) + "/document").content.startswith(
                b"%PDF"
            )
        )

    def test_too_late_and_cancelled(self):
        """The page says so in French; nothing is shown that could be signed."""
        expired = self._sent(self._draft())
        expired._write_inside({"expires_on": self.company._cn285_today() - timedelta(days=1)})
        cancelled = self._sent(self._draft())
        cancelled.with_user(self.seller).action_cancel()
        for request, words in (
            (expired, "Le délai pour signer ce document est passé."),
            (cancelled, "Ce document n'est plus à signer."),
        ):
            page = self.url_open(request.signer_ids._path()).text
            self.assertIn(words, page.replace("&#39;", "'"))
            self.assertNotIn('id="sign_form"', page)

    def test_in_the_portal(self):
        """Who is signed in finds what waits for him, and nobody else's."""
        new_test_user(
            self.env,
            "tour_signer",
            "base.group_portal",
            partner_id=self.customer.id,
            email=self.customer.email,
            password="tour_signer",
        )
        other = self.env["res.partner"].create({"name": "Other", "email": "o@customer.example"})
        theirs = self._sent(self._draft(partner_id=other.id))
        self._sent(self._draft())
        self._walk("/my/signatures", "cn285_sign_waiting_tour", login="tour_signer")
        self.authenticate("tour_signer", "tour_signer")
        page = self.url_open("/my/signatures").text
        self.assertNotIn(theirs.signer_ids._path(), page)
        self.assertEqual(page.count("/my/sign/"), 1)


@tagged("post_install", "-at_install")
class TestSignTourPhone(TestSignTour):
    """The same on a phone: nothing is wider than its screen."""

    browser_size = "390x844"
    touch_enabled = True
