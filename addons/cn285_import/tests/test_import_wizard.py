import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import ImportCase

PEOPLE = "id,name\nADA,Ada\nBOB,\n"


@tagged("post_install", "-at_install")
class TestImportWizard(ImportCase):
    """What users see who have the right to import and no other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "cn285_import.group_import_user"
        cls.user = new_test_user(cls.env, "import_user", groups=groups)
        cls.helper = new_test_user(
            cls.env, "import_helper", groups=f"{groups},base.group_partner_manager"
        )
        cls.other = new_test_user(cls.env, "import_other", groups="base.group_partner_manager")

    def _wizard(self, files, user, **values):
        env = self.env(user=user)
        attachments = env["ir.attachment"].create(
            [{"name": name, "raw": content} for name, content in files.items()]
        )
        return env["cn285.import.wizard"].create(
            {"attachment_ids": [(6, 0, attachments.ids)], "namespace": "cn285_test", **values}
        )

    def test_files_go_in_and_the_report_comes_out(self):
        wizard = self._wizard({"people.csv": PEOPLE.encode()}, self.helper)
        action = wizard.action_load()
        self.assertEqual((action["res_id"], wizard.state), (wizard.id, "done"))
        self.assertEqual([(line.kind, line.created) for line in wizard.count_ids], [("people", 1)])
        self.assertEqual(wizard.error_ids.mapped("line"), [3])
        self.assertEqual(wizard.error_count, 1)
        self.assertIn("BOB", base64.b64decode(wizard.error_file).decode("utf-8-sig"))
        wizard.action_back()
        self.assertEqual((wizard.state, len(wizard.attachment_ids)), ("draft", 0))

    def test_zip_of_files(self):
        content = self._zip({"in/people.csv": PEOPLE, "__MACOSX/people.csv": "junk"})
        wizard = self._wizard({"all.zip": content}, self.helper)
        wizard.action_load()
        self.assertEqual(self._loaded("ADA").name, "Ada")

    def test_kinds_are_named(self):
        self.assertEqual(self._wizard({}, self.helper).kinds, "groups, people, accounts")

    def test_kinds_are_told_in_the_users_words(self):
        """Beside the name of each file: what its rows become, as the model is called."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.model"]._get("res.partner").with_context(lang="fr_FR").name = "Contact !"
        wizard = self._wizard({"people.csv": PEOPLE.encode()}, self.helper)
        self.assertIn("people.csv: Contact", wizard.kind_labels)
        french = wizard.with_context(lang="fr_FR")
        french.invalidate_recordset()
        self.assertIn("people.csv: Contact !", french.kind_labels)
        french.action_load()
        self.assertEqual(french.count_ids.mapped("label"), ["Contact !"])

    def test_no_file_and_broken_zip(self):
        with self.assertRaisesRegex(UserError, "at least one"):
            self._wizard({}, self.helper).action_load()
        with self.assertRaisesRegex(UserError, "cannot be opened"):
            self._wizard({"all.zip": b"PK no zip"}, self.helper).action_load()

    def test_who_may_not_import(self):
        with self.assertRaises(AccessError):
            self._wizard({"people.csv": PEOPLE.encode()}, self.other)

    def test_rights_of_the_user_hold(self):
        wizard = self._wizard({"people.csv": PEOPLE.encode()}, self.user)
        wizard.action_load()
        self.assertEqual(
            set(wizard.error_ids.mapped("reason")), {"you may not create records of “Contact”"}
        )
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Ada")]))
