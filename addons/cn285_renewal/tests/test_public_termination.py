import re

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .term_common import TermCase

NOT_FOUND = "No contract that can be terminated"
PDF = b"%PDF-1.7 lease"


@tagged("post_install", "-at_install")
class TestPublicTermination(TermCase, HttpCase):
    """Who has no account terminates by name and number; who guesses learns nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.company._cn285_today()
        cls.contract = cls._new_contract()

    @classmethod
    def _new_contract(cls, **values):
        return cls._create_contract(
            [{"price_unit": 30.0}],
            **{
                "partner_id": cls.consumer.id,
                "date_start": cls.today,
                "notice_length": 0,
                **values,
            },
        )

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)
        self.form = self.url_open("/contracts/terminate")

    def _post(self, step="confirm", files=None, **values):
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.form.text).group(1)
        data = {
            "csrf_token": token,
            "step": step,
            "name": "Mme DURAND Camille",
            "address": "new@durand.example",
            "number": self.contract.name,
            **values,
        }
        return self.url_open("/contracts/terminate", data=data, files=files)

    def test_the_page_is_open_and_linked(self):
        self.assertEqual(self.form.status_code, 200)
        self.assertIn('name="number"', self.form.text)
        self.assertIn('href="/contracts/terminate"', self.url_open("/web/login").text)

    def test_in_the_language_of_the_browser_or_of_the_company(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["res.lang"]._activate_lang("de_DE")
        self.env["ir.module.module"].search([("name", "=", "cn285_renewal")])._update_translations(
            "fr_FR"
        )
        french, english = "Résilier votre contrat", "Terminate your contract"
        self.company.partner_id.lang = "fr_FR"
        for accepted, title in (
            ("fr-FR,fr;q=0.9,en;q=0.8", french),
            ("fr", french),
            ("en-US,en;q=0.9", english),
            ("ja-JP", french),
            ("", french),
        ):
            self.authenticate(None, None)
            self.opener.cookies.clear()
            page = self.url_open("/contracts/terminate", headers={"Accept-Language": accepted})
            self.assertIn(title, page.text, accepted)
            again = self.url_open("/contracts/terminate", headers={"Accept-Language": accepted})
            self.assertIn(title, again.text, accepted)
        self.opener.cookies.clear()
        asked = self.url_open("/en/contracts/terminate", headers={"Accept-Language": "ja-JP"})
        self.assertIn(english, asked.text)

    def test_three_steps(self):
        summary = self._post("summary")
        self.assertIn("notification of the termination", summary.text)
        self.assertFalse(self.contract.change_ids)
        for known in (self.consumer.email, "rue des Lilas"):
            self.assertNotIn(known, summary.text, "only what was typed")
        edited = self._post("form")
        self.assertIn("new@durand.example", edited.text)
        done = self._post("confirm")
        self.assertIn("Confirmation of your termination", done.text)
        self.assertNotIn("Back to the contract", done.text)
        change = self.contract.change_ids
        self.assertEqual((change.type, change.origin), ("terminate", "customer"))
        self.assertEqual(change.declaration["name"], "Mme DURAND Camille")
        self.assertFalse(change.requested_by)
        mails = self.env["mail.mail"].search(
            [("model", "=", change._name), ("res_id", "=", change.id)]
        )
        self.assertIn("new@durand.example", mails.mapped("email_to"))
        self.assertIn(self.consumer, mails.recipient_ids, "the address on file is told too")
        # A second click finds what the first has done; who knows less finds nothing.
        self.assertIn("Confirmation of your termination", self._post("confirm").text)
        self.assertEqual(len(self.contract.change_ids), 1)
        self.assertIn(NOT_FOUND, self._post("confirm", address="other@x.example").text)

    def test_addresses_on_file_are_not_told(self):
        """A confirmation that goes elsewhere than declared: the page does not say where."""
        self._post("confirm", address="stranger@x.example")
        change = self.contract.change_ids
        change._came_back()
        self.assertIn("rue des Lilas", change.confirmation_to)
        again = self._post("confirm", address="stranger@x.example").text
        self.assertIn("Confirmation of your termination", again)
        self.assertNotIn("rue des Lilas", again)
        self.assertNotIn("download_confirmation", again)

    def test_nor_where_the_company_writes_letters(self):
        self.company.partner_id.email = self.company.email = False
        page = self._post("confirm", address="stranger@x.example").text
        self.assertIn("rue des Lilas", self.contract.change_ids.confirmation_to)
        self.assertNotIn("rue des Lilas", page)
        self.assertNotIn("download_confirmation", page)

    def test_names_and_numbers_as_people_write_them(self):
        number = self.contract.name
        for name in ("CŒUR & Fils", "sarl coeur et fils"):
            self.consumer.name = "Cœur et Fils"
            for typed in (number.lower(), f"N° {number}", number.replace("/", " / ")):
                page = self._post("summary", name=name, number=typed, address="o'hara@x.example")
                self.assertIn("Summary of your termination", page.text, (name, typed))

    def test_guesses_are_all_told_the_same(self):
        draft = self._create_contract([{}], confirm=False, partner_id=self.consumer.id)
        pages = {
            re.sub(r'value="[^"]*"|csrf_token: "[^"]*"', "", self._post("summary", **values).text)
            for values in (
                {"name": "Camille Martin"},
                {"number": "CTR/1900/99999"},
                {"name": "Camille Martin", "number": "CTR/1900/99999"},
                {"number": draft.name},
                {"name": "%", "number": "%"},
            )
        }
        self.assertEqual(len(pages), 1)
        self.assertIn(NOT_FOUND, pages.pop())
        self.assertFalse(self.contract.change_ids)

    def test_guessers_are_stopped(self):
        for number in range(10):
            self.assertEqual(self._post("summary", number=f"CTR/{number}").status_code, 200)
        page = self._post("summary")
        self.assertEqual(page.status_code, 429)
        self.assertIn("Too many attempts", page.text)
        attempts = self.env["cn285.termination.attempt"].search([])
        self.assertEqual(len(attempts), 10)
        self.assertTrue(all(attempts.mapped("missed")))
        self.assertNotIn("127.0.0.1", "".join(attempts.mapped("visitor")))
        self.assertNotIn("CTR", "".join(attempts.mapped("number")))

    def test_who_finds_a_contract_is_counted_too(self):
        for _time in range(3):
            self._post("summary")
        attempts = self.env["cn285.termination.attempt"].search([])
        self.assertEqual(attempts.mapped("missed"), [False] * 3)
        address = "127.0.0.1"
        for number in range(26):
            attempts._note(address, f"CTR/{number}", missed=False)
        self.assertEqual(self._post("summary").status_code, 200, "the thirtieth")
        self.assertEqual(self._post("summary").status_code, 429)

    def test_answers_take_the_same_work(self):
        """No more is looked at for a number that there is, nor for a contract that has ended."""
        ended = self._new_contract()
        ended.action_terminate(self.today)
        draft = self._create_contract([{}], confirm=False, partner_id=self.consumer.id)
        counts = {}
        for name, number in (
            ("Camille Durand", "CTR/1900/99999"),
            ("Camille Martin", "CTR/1900/99999"),
            ("Camille Martin", self.contract.name),
            ("Camille Martin", ended.name),
            ("Camille Durand", ended.name),
            ("Camille Durand", draft.name),
        ):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            found = self.env["cn285.contract"]._find_to_terminate(name, number, {"name": "x"})
            self.assertFalse(found)
            counts[name, number] = self.env.cr.sql_log_count - before
        self.assertLessEqual(max(counts.values()) - min(counts.values()), 2, counts)

    def test_one_number_is_not_guessed_by_many(self):
        attempts = self.env["cn285.termination.attempt"]
        for visitor in range(30):
            attempts._note(f"192.0.2.{visitor}", self.contract.name)
        self.assertEqual(self._post("summary").status_code, 429)
        self.assertTrue(attempts._may_try("127.0.0.1", "another"))
        attempts._note("2001:db8::1", "x")
        self.assertEqual(attempts._keys("2001:db8::1", "x"), attempts._keys("2001:db8::2", " X "))

    def test_fields_are_checked(self):
        for values, message in (
            ({"number": ""}, "number of the contract"),
            ({"name": ""}, "your names"),
            ({"address": "x@"}, "valid e-mail"),
            ({"address": "Lyon"}, "valid e-mail"),
            ({"phone": "call me"}, "telephone number"),
        ):
            self.assertIn(message, self._post("summary", **values).text)
        self.assertEqual(self._post("notify").status_code, 400)
        self.assertFalse(self.env["cn285.termination.attempt"].search([]))

    def test_telecom_asks_the_number_of_the_line(self):
        line = self._new_contract(telecom=True)
        self.assertIn("telephone number of the line", self._post("summary", number=line.name).text)
        summary = self._post("summary", number=line.name, phone="+33 6 12 34 56 78")
        self.assertIn("+33 6 12 34 56 78", summary.text)
        self._post("confirm", number=line.name, phone="+33 6 12 34 56 78")
        change = line.change_ids
        self.assertEqual(change.declaration["phone"], "+33 6 12 34 56 78")
        self.assertIn(("Telephone number", "+33 6 12 34 56 78"), change._declaration_facts())

    # === EVIDENCE === #

    def test_evidence_of_a_reason(self):
        contract = self._new_contract(term_length=12)
        values = {"number": contract.name, "reason": "Moving to Québec"}
        self.assertIn(self.company.name, self.form.text)
        self.assertIn("by post", self.form.text)
        summary = self._post("summary", files=[("evidence", ("../bail.pdf", PDF))], **values)
        self.assertIn("bail.pdf", summary.text)
        kept = re.search(r'name="evidence_kept" value="([^"]+)"', summary.text).group(1)
        done = self._post("confirm", evidence_kept=kept, **values)
        self.assertIn("Confirmation of your termination", done.text)
        change = contract.change_ids
        file = change.evidence_ids
        self.assertEqual((file.name, file.raw, file.mimetype), ("bail.pdf", PDF, "application/pdf"))
        self.assertEqual((file.res_model, file.res_id), (change._name, change.id))
        self.assertNotIn(file, contract._portal_documents())

    def test_evidence_is_neither_changed_nor_deleted(self):
        self._post("summary", reason="I move", files={"evidence": ("lease.pdf", PDF)})
        kept = self.env["ir.attachment"].search(
            [("res_model", "=", "cn285.contract"), ("res_id", "=", self.contract.id)]
        )
        change = self.contract._portal_terminate(
            {"name": "Camille Durand", "address": "c@durand.example"}, "I move", None, kept
        )
        self.assertEqual(change.evidence_ids, kept)
        clerk = new_test_user(self.env, "evidence_clerk", "cn285_contract.group_billing_manager")
        file = kept.with_user(clerk)
        self.assertEqual(file.name, "lease.pdf")
        for act in (
            file.unlink,
            lambda: file.write({"raw": b"%PDF-1.7 other"}),
            lambda: file.write({"res_id": 0}),
            lambda: file.write({"name": "other.pdf"}),
        ):
            with self.assertRaisesRegex(AccessError, "lease.pdf.*proves what was sent"):
                act()
        change._purge_proof()
        self.assertFalse(kept.exists())

    def test_other_files_are_refused(self):
        values = {"reason": "Moving"}
        for name, content, message in (
            ("bail.pdf", b"<html><script>", "neither a PDF nor a picture"),
            ("bail.pdf", b"", "is empty"),
            ("big.pdf", PDF + bytes(10 * 1024 * 1024), "too large"),
        ):
            page = self._post("summary", files=[("evidence", (name, content))], **values)
            self.assertIn(message, page.text)
        many = [("evidence", (f"{number}.pdf", PDF)) for number in range(6)]
        self.assertIn("5 files", self._post("summary", files=many, **values).text)
        self.assertFalse(
            self.env["ir.attachment"].search([("description", "=", "cn285_termination_evidence")])
        )

    def test_forms_sent_again_and_again_fill_no_disk(self):
        files = [("evidence", (f"{number}.pdf", PDF)) for number in range(5)]
        for _time in range(4):
            self.assertIn("4.pdf", self._post("summary", files=files, reason="Moving").text)
        page = self._post("summary", files=files, reason="Moving").text
        self.assertIn("5 files may be sent at most", page)
        self.assertNotIn("Summary of your termination", page)
        kept = self.env["ir.attachment"].search(
            [("res_model", "=", "cn285.contract"), ("res_id", "=", self.contract.id)]
        )
        self.assertEqual(len(kept), 20)
        self.assertIn("Summary of your termination", self._post("summary", reason="Moving").text)

    def test_files_of_others_are_no_evidence(self):
        secret = self.env["ir.attachment"].create({"name": "paie.txt", "raw": b"secret"})
        secret.generate_access_token()
        kept = f"{secret.id}-{secret.access_token} 1-x é-é 99999999999-x -"
        self._post("confirm", evidence_kept=kept, reason="Moving")
        self.assertFalse(self.contract.change_ids.evidence_ids)
        self.assertFalse(secret.res_model)

    def test_files_of_what_was_not_notified_are_thrown_away(self):
        self._post("summary", files=[("evidence", ("bail.pdf", PDF))], reason="Moving")
        files = self.env["ir.attachment"].search(
            [("description", "=", "cn285_termination_evidence")]
        )
        self.assertTrue(files)
        files._gc_cn285_evidence()
        self.assertTrue(files.exists(), "not yet")
        self.env.cr.execute(
            "UPDATE ir_attachment SET create_date = create_date - interval '2 days' WHERE id = %s",
            [files.id],
        )
        files.invalidate_recordset()
        files._gc_cn285_evidence()
        self.assertFalse(files.exists())
