import base64

from odoo import SUPERUSER_ID
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged


@tagged("post_install", "-at_install")
class TestDocuments(ContractCase):
    """Documents are uploaded, made final, and written once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_files_documents = False
        cls.user = new_test_user(
            cls.env, "paper_user", "base.group_user,cn285_contract.group_contract_user"
        )
        cls.contract = cls._create_contract()

    def _draft(self, content=b"signed", **values):
        return (
            self.env["cn285.document"]
            .with_user(self.user)
            .create(
                {
                    "title": "Signed contract",
                    "kind": "other",
                    "contract_id": self.contract.id,
                    "file": base64.b64encode(content),
                    "file_name": "signed.pdf",
                    **values,
                }
            )
        )

    def test_a_draft_is_made_final(self):
        draft = self._draft(b"one")
        self.assertEqual((draft.name, draft.state, draft.sha256), ("/", "draft", False))
        draft.file = base64.b64encode(b"two")
        draft.action_make_final()
        self.assertEqual(draft.state, "final")
        self.assertRegex(draft.name, r"^DOC/\d{4}/\d{5}$")
        self.assertEqual(
            draft.sha256, "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"
        )
        self.assertEqual(draft.size, 3)
        self.assertEqual(draft._content(), b"two")
        with self.assertRaises(UserError):
            draft.action_make_final()

    def test_a_draft_goes_with_its_file(self):
        draft = self._draft()
        attachment = draft.sudo().attachment_id
        draft.unlink()
        self.assertFalse(attachment.exists())

    def test_without_a_file_nothing_is_final(self):
        with self.assertRaisesRegex(UserError, "no file"):
            self._draft(file=False).action_make_final()

    def test_final_is_final_for_everybody(self):
        final = self._draft()
        final.action_make_final()
        attachment = final.sudo().attachment_id
        for user in (self.user.id, SUPERUSER_ID):
            document, file = final.with_user(user), attachment.with_user(user).sudo()
            attempts = (
                lambda d=document: d.write({"title": "Other"}),
                lambda d=document: d.sudo().write({"date": "2020-01-01"}),
                lambda d=document: d.write({"file": base64.b64encode(b"forged")}),
                lambda d=document: d.sudo().write({"contract_id": False}),
                lambda d=document: d.unlink(),
                lambda d=document: d.sudo().unlink(),
                lambda f=file: f.write({"raw": b"forged"}),
                lambda f=file: f.write({"datas": base64.b64encode(b"forged")}),
                lambda f=file: f.write({"res_id": 1}),
                lambda f=file: f.unlink(),
            )
            for attempt in attempts:
                with self.subTest(user=user), self.assertRaises(AccessError):
                    attempt()
        self.assertEqual(final._content(), b"signed")
        self.assertTrue(final._is_intact())

    def test_state_and_fingerprint_are_the_programs(self):
        draft = self._draft()
        for vals in ({"state": "final"}, {"sha256": "0"}, {"name": "X"}, {"version": 9}):
            with self.subTest(vals), self.assertRaises(UserError):
                draft.write(vals)
        with self.assertRaises(UserError):
            self._draft(state="final")

    def test_who_sees_it_may_change(self):
        final = self._draft()
        final.action_make_final()
        self.assertFalse(final.is_for_customer)
        final.is_for_customer = True
        self.assertIn(final.sudo(), self.contract._customer_documents())

    def test_a_file_that_was_touched_on_disk_is_told(self):
        final = self._draft()
        final.action_make_final()
        self.assertEqual(final.action_check()["params"]["type"], "success")
        self.env.cr.execute(
            "UPDATE ir_attachment SET store_fname = NULL, db_datas = %s WHERE id = %s",
            [b"forged", final.sudo().attachment_id.id],
        )
        self.env.invalidate_all()
        answer = final.action_check()["params"]
        self.assertEqual(answer["type"], "danger")
        self.assertIn(final.name, answer["message"])

    def test_what_is_filed_by_hand(self):
        with self.assertRaisesRegex(ValidationError, "when it leaves"):
            self._draft(kind="notice")
        with self.assertRaisesRegex(ValidationError, "which contract"):
            self.env["cn285.document"].create({"title": "T", "kind": "other"})
        with self.assertRaisesRegex(ValidationError, "which contract"):
            self._draft(contract_id=False)

    def test_a_contract_with_final_documents_stays(self):
        self._draft().action_make_final()
        contract = self.contract
        with self.assertRaises(Exception), self.env.cr.savepoint():  # noqa: B017
            contract.with_user(SUPERUSER_ID).unlink()
        self.assertTrue(contract.exists())

    def test_letters_that_left_are_filed(self):
        """A termination's confirmation: the very bytes that left."""
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": self.contract.id,
                "type": "terminate",
                "date_effective": "2027-12-31",
                "origin": "customer",
            }
        )
        letter = self.env["cn285.letter.template"]._write_letter(
            "termination", change, self.customer
        )
        attachment = change._attach_letter(letter)
        [filed] = self.contract.document_ids
        self.assertEqual((filed.kind, filed.state), ("termination", "final"))
        self.assertEqual(filed._content(), attachment.raw)
        self.assertNotEqual(filed.attachment_id, attachment)

    def test_customers_evidence_is_filed(self):
        """What proves a legitimate reason: the very bytes, for the company's eyes."""
        [evidence] = self.env["ir.attachment"].create([{"name": "moved.pdf", "raw": b"%PDF-moved"}])
        change = self.env["cn285.contract.change"].create(
            {
                "contract_id": self.contract.id,
                "type": "terminate",
                "date_effective": self.company._cn285_today(),
                "origin": "customer",
                "evidence_ids": [(6, 0, evidence.ids)],
            }
        )
        change._log()
        change._log()
        [filed] = self.contract.document_ids
        self.assertEqual((filed.kind, filed.is_for_customer), ("evidence", False))
        self.assertEqual(filed._content(), b"%PDF-moved")

    def test_the_law_on_personal_data_goes_above(self):
        final = self._draft(title="Contract of Boulangerie Martin")
        final.action_make_final()
        sha256, attachment = final.sha256, final.sudo().attachment_id
        final.sudo()._purge_files()
        self.assertFalse(attachment.exists())
        self.assertFalse(final.attachment_id)
        self.assertNotIn("Martin", final.title)
        self.assertEqual(final.sha256, sha256)

    def test_both_languages_have_their_terms(self):
        terms = {
            lang: self.env["cn285.document"]._file(
                lang.encode(),
                {
                    "kind": "terms",
                    "title": lang,
                    "company_id": self.company.id,
                    "date": "2020-01-01",
                    "lang": lang,
                },
            )
            for lang in self.env["res.lang"].search([]).mapped("code")
        }
        for lang, document in terms.items():
            self.assertEqual(document.state, "final", "another language takes no one's place")
            self.assertEqual(self.company._cn285_terms_in_force(lang), document)
