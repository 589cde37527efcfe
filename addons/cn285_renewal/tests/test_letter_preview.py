import base64
import json

from freezegun import freeze_time
from odoo.exceptions import ValidationError
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
        cls.common = cls.env.ref("cn285_renewal.letter_renewal_notice").with_user(cls.manager)
        cls.text = cls.common.browse(cls.common.action_copy_for_company()["res_id"])


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
        own = self.common.with_company(company).copy({"company_id": company.id})
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

    def test_a_placeholder_that_is_none_is_shown_as_it_was_typed(self):
        bad = "{{ <img src=x onerror=alert(1)> }}"
        with Form(self.text) as form:
            body, form.body = form.body, bad
            self.assertNotIn("<img", form.preview)
            self.assertIn("&lt;img", form.preview)
            form.body = body
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env.cr.execute(
            "UPDATE cn285_letter_template SET body = body || %s::jsonb WHERE id = %s",
            [json.dumps({"fr_FR": bad}), self.text.id],
        )
        self.text.invalidate_recordset()
        self.text.preview_lang = "fr_FR"
        self.assertNotIn("<img", self.text.preview)
        self.assertIn("&lt;img", self.text.preview)

    def test_a_translation_is_refused_in_its_own_words(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        for translations, reason in (
            ({"fr_FR": "Hi {{ <img src=x> }}"}, "French.*is nothing that the text may hold"),
            ({"fr_FR": "Bonjour"}, "French.*{{ box }}, which is missing"),
            ({"en_US": "Hello"}, "{{ box }}, which is missing"),
        ):
            with (
                self.subTest(translations=translations),
                self.assertRaisesRegex(ValidationError, reason.replace("{", r"\{")),
                self.env.cr.savepoint(),
            ):
                self.text.update_field_translations("body", translations)
        french = self.text.with_context(lang="fr_FR")
        own = french.body.replace("{{ box }}", "{{ box }}\n\nÀ bientôt !")
        self.text.update_field_translations("body", {"fr_FR": own})
        self.assertIn("À bientôt !", french.body)
        self.text.update_field_translations("body", {"fr_FR": False})
        self.assertEqual(french.body, self.text.body, "none of its own any more")

    def test_a_letter_of_all_companies_is_shown_and_not_edited(self):
        self.assertTrue(self.text.is_editable)
        self.assertFalse(self.common.is_editable)
        form = Form(self.common)
        self.assertIn("You may refuse", form.preview)
        for field in ("name", "kind", "subject", "body", "box", "closing", "preview_lang"):
            with self.subTest(field=field), self.assertRaises(AssertionError):
                form[field] = "en_US"

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
