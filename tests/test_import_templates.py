"""Each kind of file that can be imported has a template, and each template loads as it is."""

from freezegun import freeze_time
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.addons.cn285_import.engine.files import unpack, unpack_beside
from odoo.addons.cn285_import.engine.xlsx import read_workbook
from odoo.tests import new_test_user, tagged

# Of a provider of payments, or the creditor, that the company has set up.
NEEDS_SETUP = {"means", "mandates"}
GROUPS = (
    "base.group_system,base.group_partner_manager,cn285_contract.group_billing_manager,"
    "cn285_usage.group_smartcode_author,cn285_revrec.group_revrec_manager,"
    "analytic.group_analytic_accounting,account.group_account_manager,sales_team.group_sale_manager,cn285_import.group_import_user"
)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestImportTemplates(ContractCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        user = new_test_user(cls.env, "templates", groups=GROUPS)
        cls.loader = cls.env["cn285.import.loader"].with_user(user).with_context(lang="en_US")

    def test_all_templates_load_together(self):
        """The examples of all kinds, as one folder: each row goes in."""
        kinds = {
            name: kind for name, kind in self.loader._catalogue().items() if name not in NEEDS_SETUP
        }
        beside = {}
        for kind in kinds.values():
            beside |= kind.beside
        report = self.loader._load_files(
            [self.loader._template_csv(name) for name in kinds],
            beside=beside,
            namespace="templates",
        )
        reasons = [(error.file, error.line, error.reason) for error in report.errors]
        self.assertEqual(reasons, [])
        for name, kind in kinds.items():
            rows = kind.example_rows()
            self.assertTrue(rows, f"{name} has an example")
            done = report.created[name] + report.updated[name] + report.skipped[name]
            self.assertEqual(done, len(rows), name)

    def test_every_template_loads_as_it_is(self):
        kinds = self.loader._catalogue()
        for name, kind in kinds.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                if name not in NEEDS_SETUP:
                    self.assertTrue(kind.example_rows(), "it has an example")
                file, content = self.loader._template_xlsx(name)
                report = self.loader._load_files(
                    unpack(file, content),
                    beside=unpack_beside(file, content),
                    namespace="templates",
                )
                reasons = [(error.file, error.line, error.reason) for error in report.errors]
                if name not in NEEDS_SETUP:
                    self.assertEqual(reasons, [])
                    done = report.created[name] + report.updated[name]
                    self.assertEqual(done, len(kind.example_rows()))
                savepoint.rollback()
                self.env.invalidate_all(flush=False)

    def test_templates_say_what_each_column_is(self):
        name, content = self.loader._template_xlsx("items")
        tables = dict(read_workbook(name, content))
        self.assertEqual(next(iter(tables)), "items")
        self.assertLessEqual({"contracts", "partners", "products"}, set(tables))
        self.assertEqual(tables["items"].header, ["id", *self.loader._catalogue()["items"].columns])
        told = {row.cells["Column"]: row.cells for row in tables["#columns"].rows}
        self.assertIn("arrears (", told["timing"]["Written As"])
        self.assertEqual(told["contract"]["Required"], "yes")
        self.assertIn("one of contracts", told["contract"]["Written As"])
        for column, cells in told.items():
            self.assertTrue(cells["Meaning"], f"{column} is explained")

    def test_csv_templates_have_all_columns_and_the_example(self):
        for name, kind in self.loader._catalogue().items():
            file, content = self.loader._template_csv(name)
            lines = content.decode("utf-8-sig").splitlines()
            self.assertEqual(file, f"{name}.csv")
            self.assertEqual(lines[0].split(","), ["id", *kind.columns])
            self.assertEqual(len(lines), 1 + len(kind.example_rows()))

    def test_portal_users_and_leads(self):
        """Users of the portal have no right but that, and their contact says their role."""
        files = {
            "partners": "id,name,is_company,parent,email,portal_role\n"
            "TP-1,Menuiserie Roux,yes,,,\nTP-2,Camille Roux,,TP-1,c@example.com,view\n",
            "portal_users": "login,partner\ncamille-roux,TP-2\nadmin,TP-1\n",
            "leads": "id,name,partner,expected_revenue\nTP-L,Support,TP-1,1200\n",
        }
        mails = self.env["mail.mail"].search_count([])
        for _again in range(2):
            report = self.loader._load_files(
                [(f"{name}.csv", text) for name, text in files.items()], namespace="cn285_test"
            )
            [error] = report.errors
            self.assertEqual((error.file, error.line), ("portal_users.csv", 3))
        user = self.env["res.users"].search([("login", "=", "camille-roux")])
        self.assertTrue(user.share)
        self.assertEqual(user.partner_id, self.env.ref("cn285_test.TP-2"))
        self.assertEqual((user.email, user._cn285_role()), ("c@example.com", "view"))
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertEqual(self.env.ref("cn285_test.TP-L").expected_revenue, 1200.0)
