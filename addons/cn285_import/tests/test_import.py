"""Files become records of kinds that are registered here: nothing else is known of contracts."""

import ast
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..engine.files import ArchiveError, unpack
from ..engine.xlsx import write_workbook
from .common import ImportCase

FILES = {
    "groups.csv": "name,parent\nGold,Customers\nCustomers,\n",
    "people.csv": (
        "id;name;parent;groups;street;email\n"
        "ADA;Ada;HQ;Gold|Customers;12 rue;ada@example.com\n"
        "HQ;Headquarters;;;;\n"
    ),
    "accounts.csv": "acc_number,partner\n12345-67,ADA\n",
}
MAPPING = """
{"fixed": [{"kind": "groups", "columns": {"name": "Mapped"}}],
 "record": [{"kind": "people", "columns": {"id": "M-{no}", "name": "{who}", "groups": "Mapped"}}]}
"""


@tagged("post_install", "-at_install")
class TestImport(ImportCase):
    def _reasons(self, **files):
        """``{(file, line): reason}`` of what is refused of these files, beside the good ones."""
        given = FILES | {f"{name}.csv": text for name, text in files.items()}
        return {(file, line): reason for file, line, reason in self._errors(self._load(given))}

    def test_kinds_are_those_registered(self):
        self.assertEqual(
            list(self.env["cn285.import.loader"]._catalogue()), ["groups", "people", "accounts"]
        )

    def test_columns_are_the_kinds_own_and_the_lists(self):
        people = self.env["cn285.import.loader"]._catalogue()["people"]
        self.assertEqual(
            list(people.columns),
            [
                *("name", "parent", "country", "street", "greeting", "groups", "born"),
                *("email", "color", "lang"),
            ],
        )
        self.assertTrue(people.columns["street"].reader)

    def test_good_rows_become_records(self):
        report = self._load(FILES)
        self.assertEqual(report.errors, [])
        self.assertEqual(dict(report.created), {"groups": 2, "people": 2, "accounts": 1})
        ada = self._loaded("ADA")
        self.assertEqual(ada.parent_id, self._loaded("HQ"))
        self.assertEqual(set(ada.category_id.mapped("name")), {"Gold", "Customers"})
        self.assertEqual((ada.street, ada.color, ada.ref), ("12 RUE", 3, "NEW-ADA"))
        self.assertIn("writes mails", ada.comment)
        self.assertEqual(self._loaded("12345-67").partner_id, ada)

    def test_loaded_again_nothing_changes_and_a_changed_cell_does(self):
        self._load(FILES)
        report = self._load(FILES)
        self.assertFalse(report.created or report.updated or report.errors)
        self.assertEqual(report.skipped.total(), 5)
        changed = FILES | {"groups.csv": "name,color\nGold,99\n"}
        report = self._load(changed)
        self.assertEqual(dict(report.updated), {"groups": 1})
        self.assertEqual(self._loaded("Gold").color, 99)

    def test_record_that_is_there_is_taken_over(self):
        group = self.env["res.partner.category"].create({"name": "Gold"})
        self.assertEqual(self._load(FILES).updated["groups"], 1)
        self.assertEqual(self._loaded("Gold"), group)
        self.assertEqual(group.parent_id.name, "Customers")

    def test_kind_finishes_what_is_complete(self):
        self._load(FILES)
        self.assertEqual(self._loaded("ADA").function, "complete")

    def test_owner_waits_for_a_refused_row(self):
        bad = "acc_number,partner\n,ADA\n"
        [((file, line), reason)] = self._reasons(accounts=bad).items()
        self.assertEqual((file, line), ("accounts.csv", 2))
        self.assertEqual(reason, "the column “id / acc_number” is empty. ADA waits")
        self.assertFalse(self._loaded("ADA").function)
        self.assertEqual(self._loaded("HQ").function, "complete")
        self._load(FILES)
        self.assertEqual(self._loaded("ADA").function, "complete")
        # Who does not wait any more is not spoken of.
        reason = "the column “id / acc_number” is empty"
        self.assertEqual(self._reasons(accounts=bad), {("accounts.csv", 2): reason})

    def test_what_refers_to_a_refused_row_says_so(self):
        reasons = self._reasons(people="id,name,street\nADA,Ada,somewhere\n")
        self.assertEqual(
            reasons,
            {
                ("people.csv", 2): "street: “somewhere” is no street",
                ("accounts.csv", 2): "partner: “ADA” was refused itself (people.csv, line 2)",
            },
        )

    def test_reasons_are_a_clerks_words(self):
        cases = {
            "A,,,,": "the column “name” is empty",
            "B,Bob,maybe,,": "greeting: “maybe” is neither yes nor no",
            "C,Cy,,31/12/2026,": "born: “31/12/2026” is not a date; write it like 2026-12-31",
            "D,Di,,,Atlantis": "country: there is no country “Atlantis”",
        }
        text = "id,name,greeting,born,country\n" + "\n".join(cases) + "\n"
        reasons = self._reasons(people=text, accounts="acc_number,partner\n")
        self.assertEqual(
            reasons, {("people.csv", line): why for line, why in enumerate(cases.values(), 2)}
        )

    def test_unknown_column_is_said_and_left_out(self):
        reasons = self._reasons(groups="name,colour\nGold,1\nCustomers,2\n")
        [((file, line), reason)] = reasons.items()
        self.assertEqual((file, line), ("groups.csv", 1))
        self.assertIn("no column “colour”; “color” is meant, perhaps. It was left out", reason)
        self.assertEqual(set(self._loaded("ADA").category_id.mapped("name")), {"Customers", "Gold"})

    def test_owner_waits_for_what_an_unknown_column_says(self):
        self._reasons(accounts="acc_number,partner,bank\n12345-67,ADA,Crédit\n")
        self.assertFalse(self._loaded("ADA").function)
        self._reasons(people="id,name,agee\nBOB,Bob,7\nADA,Ada,\n")
        self.assertEqual(
            (self._loaded("BOB").function, self._loaded("ADA").function), (False, "complete")
        )

    def test_files_of_spreadsheets(self):
        """Excel's plain CSV: cp1252, its separator told, a sum at the end; and a workbook."""
        groups = "sep=;\r\nname;parent\r\nGold;Privilégiés\r\nPrivilégiés;\r\n"
        people = write_workbook([("people", ["id", "name", "born"], [["ADA", "Ada", None]])])
        report = self._load(
            {
                "groups.csv": groups.encode("cp1252"),
                "people.xlsx": people,
                "people-2.csv": "id\tname\rBOB\tBob\rTotal\t2\r".encode("utf-16"),
            }
        )
        self.assertEqual(report.errors, [])
        self.assertEqual(self._loaded("Gold").parent_id.name, "Privilégiés")
        self.assertEqual(dict(report.created), {"groups": 2, "people": 2})
        self.assertEqual(report.notes, ["people-2.csv, line 3 adds up the others and is no row."])

    def test_workbook_of_several_kinds(self):
        book = write_workbook(
            [
                ("groups", ["name", "color"], [["Gold", 3]]),
                ("people", ["id", "name", "groups"], [["ADA", "Ada", "Gold"]]),
                ("Remarks", ["what"], [["nothing"]]),
            ]
        )
        report = self._load({"all.xlsx": book})
        [error] = report.errors
        self.assertEqual(error.file, "all.xlsx (Remarks)")
        self.assertEqual(self._loaded("ADA").category_id.color, 3)
        [error] = self._load({"people.xls": b"\xd0\xcf\x11\xe0 old"}).errors
        self.assertIn("old Excel", error.reason)

    def test_file_of_no_kind(self):
        reasons = self._reasons(items="id\n1\n")
        self.assertEqual(
            reasons["items.csv", 0],
            "the file's name does not say what it holds: groups, people, accounts",
        )

    def test_mapping_makes_rows_of_the_kinds(self):
        report = self._load({"s.csv": "no;who\n1;Ada\n2;Bob\n"}, mapping=MAPPING)
        self.assertEqual(report.errors, [])
        self.assertEqual(dict(report.created), {"groups": 1, "people": 2})
        self.assertEqual(self._loaded("M-2").category_id.name, "Mapped")
        [error] = self._load({}, mapping=MAPPING.replace('"people"', '"items"')).errors
        self.assertEqual(error.reason, "“items” is not known; known are groups, people, accounts")

    def test_ids_of_other_modules_are_out_of_reach(self):
        loader = self.env["cn285.import.loader"]
        for namespace in ("base", "cn285_import", "No Name"):
            with self.assertRaisesRegex(UserError, namespace):
                loader._load_file("groups", "name\nx\n", namespace=namespace)

    def test_same_id_in_two_kinds_stays_with_each(self):
        files = {"groups.csv": "name\nSame\n", "people.csv": "id,name\nSame,Sam\n"}
        self._load(files)
        group = self._loaded("Same")
        self.assertEqual(group._name, "res.partner.category")
        report = self._load(files)
        self.assertEqual(dict(report.skipped), {"groups": 1, "people": 1})
        self.assertEqual(self._loaded("Same"), group)
        self.assertEqual(self._loaded("Same#res.partner").name, "Sam")

    def test_id_of_a_record_that_is_gone_is_free(self):
        self._load(FILES)
        gone = self._loaded("12345-67")
        self.env.cr.execute("DELETE FROM res_partner_bank WHERE id = %s", [gone.id])
        self.env.invalidate_all()
        self.assertEqual(dict(self._load(FILES).created), {"accounts": 1})
        self.assertNotEqual(self._loaded("12345-67"), gone)

    def test_archive_that_unpacks_to_too_much(self):
        with self.assertRaises(ArchiveError) as caught:
            unpack("all.zip", self._zip({f"{number}.csv": "x" for number in range(1001)}))
        self.assertEqual(caught.exception.code, "zip_too_large")

    def test_no_word_of_contracts(self):
        """The addon depends on none of ours, and imports none."""
        folder = Path(__file__).parents[1]
        manifest = ast.literal_eval((folder / "__manifest__.py").read_text())
        self.assertEqual(manifest["depends"], ["base", "mail", "queue_job"])
        for path in folder.rglob("*.py"):
            imported = [
                line
                for line in path.read_text().splitlines()
                if "cn285_" in line and line.lstrip().startswith(("from", "import"))
            ]
            self.assertEqual([line for line in imported if "cn285_import" not in line], [], path)
