import io
from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from pypdf import PdfReader

from ..report.letter_pdf import Box, Facts
from .term_common import TermCase


@tagged("post_install", "-at_install")
class TestLetters(TermCase):
    """Users write the letters; what the law asks for stays in them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.text = cls.env.ref("cn285_renewal.letter_renewal_notice")
        cls.notice = cls._yearly().notice_ids

    def test_a_text_of_ones_own(self):
        self.text.write(
            {
                "subject": "Soon: {{ contract }}",
                "body": "Hello {{ customer }}!\n\n{{ box }}\n\n{{ legal_note }}\n\n"
                "From {{ term_end }} to {{ renewal_date }}.",
                "box": "Say no by {{ last_day_to_refuse }}.",
            }
        )
        letter = self.notice._localised()._letter()
        self.assertEqual(letter.subject, f"Soon: {self.notice.contract_id.name}")
        note = self.env.ref("cn285_renewal.law_fr").notice_text
        self.assertEqual(
            letter.body,
            [
                "Hello Camille Durand!",
                Box("Say no by 02/14/2026."),
                note,
                "From 03/14/2026 to 03/15/2026.",
            ],
        )

    def test_a_note_that_there_is_not_leaves_no_gap(self):
        self.customer.is_company = True
        notice = self._yearly(partner_id=self.customer.id, announce="always").notice_ids
        self.assertEqual(notice.basis, "contract")
        self.assertEqual(len(notice._letter().body), 4)

    def test_long_names_are_broken_into_lines(self):
        """Neither cut nor drawn beyond the page's edge, in the window of the envelope too."""
        name = (
            "Syndicat des copropriétaires de la résidence Les Terrasses du Parc de la Tête d'Or, "
            "bâtiments A, B, C et D, représenté par son syndic en exercice le cabinet Duval"
        )
        self.notice.contract_id.partner_id.name = name
        self.company.name = name.replace("Syndicat", "Fédération")
        [page] = PdfReader(
            io.BytesIO(self.company._cn285_letters(self.notice._localised()._letter()))
        ).pages
        text = page.extract_text()
        flat = " ".join(text.split())
        self.assertIn(name, flat)
        self.assertIn(self.company.name, flat)
        told = [line for line in text.splitlines() if "copropriétaires" in line]
        self.assertGreaterEqual(len(told), 2)
        self.assertFalse([line for line in told if "cabinet Duval" in line])

    def test_what_the_law_asks_for_is_not_edited_away(self):
        termination = self.env.ref("cn285_renewal.letter_termination")
        withdrawal = self.env.ref("cn285_renewal.letter_withdrawal")
        for letter, values, reason in (
            (self.text, {"body": "You may refuse."}, "{{ box }}, which is missing"),
            (self.text, {"box": "You may refuse."}, "{{ last_day_to_refuse }}, which is missing"),
            (
                self.text,
                {"body": "{{ box }}\n\n{{ term_end }}, {{ renewal_date }}"},
                "{{ legal_note }}, which is missing",
            ),
            (
                self.text,
                {"body": "{{ box }}\n\n{{ term_end }}\n\n{{ legal_note }}"},
                "{{ renewal_date }}, which is missing",
            ),
            (self.text, {"box": False}, "{{ last_day_to_refuse }}, which is missing"),
            (self.text, {"body": "See {{ box }} here."}, "{{ box }} stands on a line of its own"),
            (self.text, {"body": "{{ box }}\n\n{{ last_day }}"}, "{{ last_day }} is nothing"),
            (self.text, {"subject": "{{ box }}"}, "{{ box }} is nothing that the subject"),
            (self.text, {"closing": "{{ company"}, "{{ is nothing that the closing"),
            (self.text, {"body": "{{ box }}\n\n{{ object.env }}"}, "is nothing that the text"),
            (termination, {"body": "{{ box }}\n\n{{ effects }}"}, "{{ received }}, which"),
            (withdrawal, {"body": "Received on {{ received }}."}, "{{ declaration }}, which"),
        ):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(ValidationError, reason.replace("{", r"\{")),
                self.env.cr.savepoint(),
            ):
                letter.write(values)

    def test_nor_by_a_translation(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        with self.assertRaisesRegex(ValidationError, "{{ box }}"), self.env.cr.savepoint():
            self.text.with_context(lang="fr_FR").body = "Vous pouvez refuser."
        # However it came there, no letter is made of it.
        self.env.cr.execute(
            """UPDATE cn285_letter_template
                  SET body = body || '{"fr_FR": "Vous pouvez refuser."}'::jsonb WHERE id = %s""",
            [self.text.id],
        )
        self.text.invalidate_recordset()
        self.consumer.lang = "fr_FR"
        with self.assertRaises(UserError):
            self.notice.action_print_letters()
        self.assertFalse(self.notice.sending_ids)

    def test_a_company_has_texts_of_its_own(self):
        own = self.text.copy({"company_id": self.company.id, "subject": "Ours"})
        self.assertEqual(self.notice._letter().subject, "Ours")
        own.company_id = self.env["res.company"].create({"name": "Other"})
        self.assertIn("Renewal of your contract", self.notice._letter().subject)
        self.text.active = False
        with self.assertRaisesRegex(UserError, "no text for the letter “Renewal Notice”"):
            self.notice._letter()

    # === E-MAILS === #

    def test_an_e_mail_shows_the_box_that_the_letter_has(self):
        self.text.box = "Say no by {{ last_day_to_refuse }}."
        self._notices_on("2025-12-15")
        self.assertIn("Say no by 02/14/2026.", self.notice.sending_ids.body)

    def test_a_box_that_was_edited_away_comes_back(self):
        template = self.env.ref("cn285_renewal.mail_template_renewal_notice")
        template.body_html = '<p>Until <t t-out="format_date(object.last_day_to_refuse)"/></p>'
        self._notices_on("2025-12-15")
        body = self.notice.sending_ids.body
        self.assertEqual(self.notice.state, "on_time")
        self.assertEqual(body.count("You may refuse the renewal"), 1)
        self.assertIn("o_cn285_legal_box", body)
        self.assertEqual(body.count("article L215-1"), 1, "and so does the note of the law")
        mail = self.env["mail.mail"].search([("res_id", "=", self.notice.id)])
        self.assertEqual(mail.body_html, body, "what left is what was kept")

    def test_what_was_left_in_an_e_mail_is_not_added_again(self):
        self._notices_on("2025-12-15")
        body = self.notice.sending_ids.body
        self.assertEqual(body.count("o_cn285_legal_box"), 1)
        self.assertEqual(body.count("article L215-1"), 1)

    # === ENDS === #

    @freeze_time("2026-01-20 10:00:00")
    def test_the_confirmation_of_a_termination_keeps_its_box_too(self):
        template = self.env.ref("cn285_renewal.mail_template_termination")
        template.body_html = "<p>Goodbye.</p>"
        change = self._yearly().action_terminate("2026-03-14")
        change.action_confirm_to_customer()
        mail = self.env["mail.mail"].search(
            [("res_id", "=", change.id), ("model", "=", change._name)]
        )
        self.assertIn("Goodbye.", mail.body_html)
        self.assertIn("Your contract ends on 03/14/2026.", mail.body_html)

    @freeze_time("2026-01-20 10:00:00")
    def test_a_termination_says_its_effects(self):
        contract = self._yearly()
        change = contract.action_terminate("2026-03-14")
        template, letter = change._confirmation()
        self.assertEqual(template, self.env.ref("cn285_renewal.mail_template_termination"))
        self.assertIn(Box("Your contract ends on 03/14/2026."), letter.body)
        self.assertTrue([part for part in letter.body if isinstance(part, Facts)])
        self.assertIn("No fee is owed for the termination.", letter.body)
        self.assertIn("ends on 03/14/2026", change.legal_box)

    @freeze_time("2025-03-20 10:00:00")
    def test_a_withdrawal_repeats_its_content(self):
        contract = self._yearly()
        self._bill(date(2025, 3, 20))
        change = contract.action_withdraw(declaration={"name": "C. Durand"})
        _template, letter = change._confirmation()
        [facts] = [part for part in letter.body if isinstance(part, Facts)]
        self.assertIn(("Name or company", "C. Durand"), facts.rows)
        self.assertIn("The contract is over. Nothing more will be billed.", letter.body)
        self.assertFalse(change.legal_box)
