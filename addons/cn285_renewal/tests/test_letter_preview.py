import base64

from freezegun import freeze_time
from odoo.tests import Form, HttpCase, new_test_user, tagged

from .term_common import TermCase


class PreviewCase(TermCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "letter_manager",
            "cn285_contract.group_billing_manager",
            password="letter_manager",
        )
        cls.text = cls.env.ref("cn285_renewal.letter_renewal_notice").with_user(cls.manager)


@tagged("post_install", "-at_install")
class TestLetterPreview(PreviewCase):
    """A billing manager edits a letter, in each language, and sees what becomes of it."""

    def test_it_is_about_the_latest_notice(self):
        contract = self._yearly()
        self.assertIn(contract.name, self.text.preview)
        self.assertIn("02/14/2026", self.text.preview)

    def test_without_any_it_says_what_will_stand_there(self):
        company = self.env["res.company"].create({"name": "New"})
        self.manager.company_ids |= company
        own = self.text.with_company(company).copy({"company_id": company.id})
        own = own.with_context(allowed_company_ids=company.ids)
        self.assertIn("[last day to refuse the renewal]", own.preview)
        self.assertTrue(base64.b64decode(own.preview_pdf).startswith(b"%PDF"))

    def test_it_follows_what_is_typed(self):
        self._yearly()
        with Form(self.text) as form:
            form.closing = "Cheerio"
            self.assertIn("Cheerio", form.preview)
            body, form.body = form.body, "No box."
            self.assertIn("{{ box }}, which is missing", form.preview)
            form.body = body
        self.assertEqual(self.text.closing, "Cheerio")

    def test_the_french_text_is_seen_and_edited_beside_the_english_one(self):
        self._yearly()
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.text.with_context(lang="fr_FR")
        french.box = "Refusez avant le {{ last_day_to_refuse }} !"
        self.assertIn("You may refuse", self.text.box)
        with Form(self.text) as form:
            form.preview_lang = "fr_FR"
            self.assertIn("Refusez avant le 14/02/2026 !", form.preview)
            form.preview_lang = "en_US"
            self.assertIn("You may refuse", form.preview)

    @freeze_time("2026-01-20 10:00:00")
    def test_the_letters_of_ends_have_theirs(self):
        contract = self._yearly()
        contract.action_terminate("2026-03-14")
        ends = self.env.ref("cn285_renewal.letter_termination").with_user(self.manager)
        self.assertIn("Your contract ends on 03/14/2026.", ends.preview)
        self.assertIn("No fee is owed for the termination.", ends.preview)
        withdrawal = self.env.ref("cn285_renewal.letter_withdrawal").with_user(self.manager)
        self.assertIn("[what the customer declared]", withdrawal.preview)


@tagged("post_install", "-at_install")
class TestLetterPreviewPage(HttpCase, PreviewCase):
    def test_the_pdf_is_one_click_away(self):
        self._yearly()
        self.authenticate("letter_manager", "letter_manager")
        answer = self.url_open(self.text.action_preview_pdf()["url"])
        self.assertEqual(answer.headers["Content-Type"], "application/pdf")
        self.assertTrue(answer.content.startswith(b"%PDF"))
