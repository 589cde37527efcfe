from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import ImportCase

EXPORT = (
    "Nom;Pays;Adresse;Né le;Remarque\n"
    "Ada;FR;12 rue;31/12/1985;x\n"
    "Bob;FR;somewhere;01/02/1990;b\n"
    "Cy;;3 street;;y\n"
)


@tagged("post_install", "-at_install")
class TestImportColumns(ImportCase):
    """Columns of a file that nobody wrote for us, chosen on the screen by who may import."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "cn285_import.group_import_user,base.group_partner_manager"
        cls.user = new_test_user(cls.env, "columns_user", groups=groups)
        cls.other = new_test_user(cls.env, "columns_other", groups=groups)

    def _wizard(self, text=EXPORT, name="export.csv", **values):
        env = self.env(user=self.user)
        attachment = env["ir.attachment"].create({"name": name, "raw": text.encode()})
        wizard = env["cn285.import.wizard"].create(
            {
                "attachment_ids": [(6, 0, attachment.ids)],
                "namespace": "cn285_test",
                "dates": "dmy",
                **values,
            }
        )
        wizard.action_columns()
        return wizard

    def _chosen(self, wizard):
        return {column.header: column.target_id.name for column in wizard.column_ids}

    def _choose(self, wizard, header, name):
        column = wizard.column_ids.filtered(lambda one: one.header == header)
        column.target_id = self.env["cn285.import.target"].search(
            [("wizard_id", "=", wizard.id), ("kind", "=", column.kind), ("name", "=", name)]
        )

    def test_columns_are_guessed_chosen_tried_and_loaded(self):
        wizard = self._wizard()
        self.assertEqual((wizard.sheet_ids.kind, wizard.sheet_ids.rows), ("people", 3))
        self.assertEqual(
            self._chosen(wizard),
            {"Nom": "name", "Pays": "country", "Adresse": "street", "Né le": False,
             "Remarque": False},
        )  # fmt: skip
        samples = {column.header: column.samples for column in wizard.column_ids}
        self.assertEqual((samples["Nom"], samples["Pays"]), ("Ada · Bob · Cy", "FR"))
        self._choose(wizard, "Né le", "born")
        self._choose(wizard, "Remarque", "id")
        wizard.action_try()
        self.assertEqual(wizard.state, "columns")
        self.assertIn("2 rows would go in, 1 are refused", wizard.tried)
        self.assertEqual(
            [(line.line, line.reason) for line in wizard.error_ids],
            [(3, "street: “somewhere” is no street")],
        )
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Ada")]), "nothing is kept")
        wizard.save_as = "Old CRM"
        wizard.action_load()
        self.assertEqual(wizard.state, "done")
        ada = self.env["res.partner"].search([("name", "=", "Ada")])
        self.assertEqual((ada.country_id.code, ada.street), ("FR", "12 RUE"))
        # The same sort of file, months later: by whoever imports it.
        self.user = self.other
        again = self._wizard(saved_id=wizard.saved_id.id)
        self.assertEqual(self._chosen(again)["Né le"], "born")
        self.assertEqual(self._chosen(again)["Remarque"], "id")
        again.action_load()
        self.assertEqual(again.count_ids.mapped("skipped"), [2])

    def test_a_column_is_chosen_once_and_a_table_has_a_kind(self):
        wizard = self._wizard()
        self._choose(wizard, "Remarque", "name")
        with self.assertRaisesRegex(UserError, "two columns are “name”"):
            wizard.action_try()
        wizard.sheet_ids.kind = False
        with self.assertRaisesRegex(UserError, "say what its rows are"):
            wizard.action_load()
        wizard.sheet_ids.kind = "groups"
        wizard.action_guess()
        self.assertEqual(self._chosen(wizard)["Nom"], "name")
        self.assertEqual(set(wizard.column_ids.mapped("kind")), {"groups"})

    def test_the_first_rows_alone_are_tried(self):
        rows = "".join(f"P{n};Person {n};\n" for n in range(1, 151))
        wizard = self._wizard(f"id;name;parent\nP0;First;P140\n{rows}", "people.csv")
        wizard.action_try()
        # The first hundred, and the one that the first of them names.
        self.assertIn("101 rows would go in, 0 are refused", wizard.tried)
        wizard.action_load()
        self.assertEqual(wizard.count_ids.created, 151)

    def test_a_file_that_cannot_be_read_is_said(self):
        with self.assertRaisesRegex(UserError, "export.csv: "):
            self._wizard("")

    def test_dialogs_are_their_users(self):
        wizard = self._wizard()
        with self.assertRaises(AccessError):
            wizard.column_ids.with_user(self.other).read(["header"])


@tagged("post_install", "-at_install")
class TestImportTemplates(ImportCase):
    def test_template_says_columns_choices_and_what_it_needs(self):
        from ..engine.xlsx import read_workbook

        name, content = self.env["cn285.import.loader"]._template_xlsx("people")
        tables = dict(read_workbook(name, content))
        self.assertEqual(name, "people.xlsx")
        rows = {row.cells["Column"]: row.cells for row in tables["#columns"].rows}
        self.assertEqual(rows["name"]["Required"], "yes")
        self.assertEqual(rows["born"]["Written As"], "date, as 2026-12-31")
        self.assertIn("several of groups", rows["groups"]["Written As"])
        self.assertEqual(
            list(rows), ["id", *self.env["cn285.import.loader"]._catalogue()["people"].columns]
        )
