import base64
import csv
import io
import zipfile
from datetime import date

from freezegun import freeze_time
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..common import ContractCase

FILES = {
    "tags.csv": "name\nVIP\n",
    "products.csv": "code;name;price;taxes\nLT-SUP;Support;40,50;20 %\nLT-FEE;Set-up;250;20\n",
    "partners.csv": (
        "id,name,parent,country,vat\n"
        "LT-SUB,Agence Sud,LT-HQ,FR,\n"  # before its parent: order in a file does not matter
        "LT-HQ,Menuiserie Roux,,FR,FR92999699713\n"
    ),
    "contracts.csv": (
        "id,partner,date_start,state,tags\n"
        "LT-C1,LT-HQ,2026-01-01,active,VIP\n"
        "LT-C2,Menuiserie Roux,2026-01-01,draft,\n"
    ),
    "items.csv": (
        "id,contract,product,price_unit,quantity,billing_type,beneficiary\n"
        "LT-I1,LT-C1,LT-SUP,,2,,LT-SUB\n"
        "LT-I2,LT-C1,LT-FEE,200,,one_shot,\n"
        "LT-I3,LT-C2,LT-SUP,0,,,\n"
    ),
    "discounts.csv": "item,date_start,date_end,percent\nLT-I1,2026-02-01,2026-02-28,50\n",
}
SUBSCRIBERS = """\
no;who;plan;months;fee;left
7;Ada;Basic;3;12,50;no
8;Bob;Plus;1;30,00;yes
9;Cy;Basic;0;7,25;no
"""
MAPPING = """
{"billing": {"until": "2026-01-01", "compare": "fee"},
 "fixed": [{"kind": "products", "columns": {"code": "LT-LINE", "name": "Line", "price": 1}}],
 "record": [
   {"kind": "tags", "once": true, "columns": {"name": "Plan {plan}"}},
   {"kind": "partners", "columns": {"id": "LT-{no}", "name": "{who}"}},
   {"kind": "contracts", "when": {"column": "left", "equals": "no"}, "columns": {
      "id": "LT-C{no}", "partner": "LT-{no}", "state": "active", "tags": "Plan {plan}",
      "date_start": {"date": "2026-01-01", "months_before": "months"},
      "date_end": {"column": "plan", "map": {"Basic": "", "Plus": "2026-12-31"}}}},
   {"kind": "items", "when": {"column": "left", "equals": "no"}, "columns": {
      "id": "LT-I{no}", "contract": "LT-C{no}", "product": "LT-LINE", "price_unit": "{fee}",
      "date_start": "2026-01-01"}}]}
"""


class LoaderCase(ContractCase):
    def _load(self, files=None, **options):
        given = FILES if files is None else files
        return self.env["cn285.import.loader"]._load_files(
            [(name, text) for name, text in given.items()], namespace="cn285_test", **options
        )

    def _loaded(self, key):
        return self.env.ref(f"cn285_test.{key}")

    def _errors(self, report):
        return [(error.file, error.line, error.reason) for error in report.errors]

    def _refused(self, name, text, **files):
        """The reasons for which rows of one more file are refused, beside the good files."""
        report = self._load(FILES | files | {name: text})
        return [(line, reason) for file, line, reason in self._errors(report) if file == name]


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestImportContracts(LoaderCase):
    def test_good_files_become_contracts(self):
        report = self._load()
        self.assertFalse(report.errors)
        self.assertEqual(
            dict(report.created),
            {"tags": 1, "products": 2, "partners": 2, "contracts": 2, "items": 3, "discounts": 1},
        )
        contract = self._loaded("LT-C1")
        self.assertEqual(contract.state, "active")
        self.assertEqual(contract.tag_ids.name, "VIP")
        self.assertEqual(self._loaded("LT-SUB").parent_id, contract.partner_id)
        self.assertEqual(self._loaded("LT-I1").beneficiary_id, self._loaded("LT-SUB"))
        self.assertEqual(
            self._rows(contract)[:3],
            [
                ("2026-01-01", "2026-01-31", "2026-01-01", "81.00"),
                ("2026-01-01", "2026-01-01", "2026-01-01", "200.00"),
                ("2026-02-01", "2026-02-28", "2026-02-01", "40.50"),
            ],
        )

    def test_empty_price_is_the_pricelist_and_zero_is_a_price(self):
        self._load()
        self.assertEqual(self._loaded("LT-I1").price_source, "pricelist")
        self.assertEqual(self._loaded("LT-I3").price_source, "manual")
        self.assertEqual(self._loaded("LT-C2").state, "draft")

    def test_loaded_contracts_bill_to_the_cent(self):
        self._load()
        run = self._bill(date(2026, 2, 1))
        self.assertMoney(run.amount_untaxed, "321.50")  # 2 × 40.50 + 200 + half of 2 × 40.50
        self.assertMoney(run.amount_total, "385.80")

    def test_loading_again_changes_nothing(self):
        self._load()
        models = ["res.partner", "product.product", "cn285.contract", "cn285.contract.item"]
        counts = [self.env[model].search_count([]) for model in models]
        rows = self._loaded("LT-C1").schedule_ids
        report = self._load()
        self.assertEqual(report.errors, [])
        self.assertFalse(report.created or report.updated)
        self.assertEqual(report.skipped.total(), 11)
        self.assertEqual([self.env[model].search_count([]) for model in models], counts)
        self.assertEqual(self._loaded("LT-C1").schedule_ids, rows)

    def test_loading_again_with_a_change_updates_and_replans(self):
        self._load()
        changed = FILES["items.csv"].replace("LT-I1,LT-C1,LT-SUP,,2", "LT-I1,LT-C1,LT-SUP,50,2")
        report = self._load({"items.csv": changed})
        self.assertEqual((dict(report.updated), dict(report.skipped)), ({"items": 1}, {"items": 2}))
        self.assertEqual(self._rows(self._loaded("LT-C1"), kind="fixed")[0][3], "100.00")

    def test_existing_tags_and_products_are_taken_over(self):
        tag = self.env["cn285.contract.tag"].create({"name": "VIP"})
        product = self._create_product("Old support", 1.0, default_code="LT-SUP")
        report = self._load()
        self.assertFalse(report.errors)
        self.assertEqual(self._loaded("LT-C1").tag_ids, tag)
        self.assertEqual(product.name, "Support")

    def test_bad_row_is_found_among_good_ones(self):
        rows = [f"LT-P{n},Customer {n},FR,," for n in range(40)]
        rows[17] = "LT-P17,Customer 17,FR,FR11999699713,"  # a VAT number that does not check
        report = self._load({"partners.csv": "id,name,country,vat,email\n" + "\n".join(rows)})
        self.assertEqual(report.created["partners"], 39)
        [(file, line, reason)] = self._errors(report)
        self.assertEqual((file, line), ("partners.csv", 19))
        self.assertIn("The VAT number [11999699713] for partner [Customer 17]", reason)

    def test_item_refused_leaves_its_contract_a_draft_until_repaired(self):
        bad = FILES["items.csv"].replace("LT-I2,LT-C1,LT-FEE,200", "LT-I2,LT-C1,LT-FEE,NaN")
        report = self._load(FILES | {"items.csv": bad})
        reason = (
            "price_unit: “NaN” is not a number. "
            "Contract LT-C1 stays a draft until this row is right."
        )
        self.assertEqual(self._errors(report), [("items.csv", 3, reason)])
        self.assertEqual(self._loaded("LT-C1").state, "draft")
        report = self._load()
        self.assertFalse(report.errors)
        self.assertEqual(self._loaded("LT-C1").state, "active")
        self.assertEqual(len(self._loaded("LT-C1").item_ids), 2)

    def test_contract_refused_makes_its_items_say_so(self):
        bad = FILES["contracts.csv"].replace("LT-C2,Menuiserie Roux", "LT-C2,Nobody")
        report = self._load(FILES | {"contracts.csv": bad})
        self.assertEqual(
            self._errors(report),
            [
                ("contracts.csv", 3, "partner: there is no contact “Nobody”"),
                ("items.csv", 4, "contract: “LT-C2” was refused itself (contracts.csv, line 3)"),
            ],
        )
        self.assertEqual(self._loaded("LT-C1").state, "active")

    def test_contract_without_items_is_not_confirmed(self):
        text = "id,partner,state\nLT-C9,LT-HQ,active\n"
        [(line, reason)] = self._refused("contracts-more.csv", text)
        self.assertEqual(line, 2)
        self.assertIn("has no items", reason)
        self.assertEqual(self._loaded("LT-C9").state, "draft")

    def test_reasons_are_a_clerks_words(self):
        head = "id,partner,date_start,date_end,sending,state,invoice_separately\n"
        cases = {
            "LT-X1,,,,,,": "the column “partner” is empty",
            "LT-X2,LT-HQ,31/12/2026,,,,": "date_start: “31/12/2026” is not a date; "
            "write it like 2026-12-31",
            "LT-X3,LT-HQ,2026-02-30,,,,": "date_start: “2026-02-30” is not a date; "
            "write it like 2026-12-31",
            "LT-X4,LT-HQ,,,pigeon,,": "sending: “pigeon” is not allowed; choose one of none, email",
            "LT-X5,LT-HQ,,,,running,": "state: “running” is not allowed; "
            "choose one of draft, active, closed, cancelled",
            "LT-X6,LT-HQ,,,,,perhaps": "invoice_separately: “perhaps” is neither yes nor no",
            "LT-C1,LT-HQ,,,,,": "“LT-C1” stands in line 8 already",
            ",LT-HQ,,,,,": "the column “id” is empty",
            "LT-X7,LT-HQ": "the row has 2 cells, but there are 7 columns",
        }
        text = head + "\n".join([*list(cases)[:6], "LT-C1,LT-HQ,,,,,", *list(cases)[6:]]) + "\n"
        found = self._refused("contracts.csv", text)
        expected = dict(zip([2, 3, 4, 5, 6, 7, 9, 10, 11], cases.values(), strict=True))
        self.assertEqual(dict(found), expected)

    def test_terms_that_cannot_be_billed(self):
        head = "id,contract,product,recurring_interval,recurring_unit,date_start,date_end\n"
        cases = {
            "LT-Y1,LT-C2,LT-SUP,0,month,,": "at least 1",
            "LT-Y2,LT-C2,LT-SUP,1,fortnight,,": "choose one of day, week, month, quarter",
            "LT-Y3,LT-C2,LT-SUP,1,month,2026-02-01,2026-01-01": "before the start date",
            "LT-Y4,LT-C2,LT-SUP,1,month,2025-02-01,": "before the contract does",
            "LT-Y5,LT-C2,NONE,1,month,,": "there is no product variant “NONE”",
            "LT-Y6,LT-C2,LT-SUP,1.5,month,,": "“1.5” is not a whole number",
        }
        found = self._refused("items-bad.csv", head + "\n".join(cases))
        self.assertEqual([line for line, _reason in found], [2, 3, 4, 5, 6, 7])
        for (_line, reason), words in zip(found, cases.values(), strict=True):
            self.assertIn(words, reason)

    def test_overlapping_discounts_are_refused(self):
        text = "item,date_start,date_end,percent\nLT-I1,2026-02-10,,10\n"
        [(line, reason)] = self._refused("discounts-more.csv", text)
        self.assertEqual(line, 2)
        self.assertIn("overlaps the discount from 02/01/2026", reason)

    def test_unknown_column_is_left_out_and_its_contract_waits(self):
        items = FILES["items.csv"].replace("beneficiary\n", "beneficiary,discont\n")
        items = items.replace("LT-SUB\n", "LT-SUB,5\n").replace("one_shot,\n", "one_shot,,\n")
        items = items.replace("LT-SUP,0,,,\n", "LT-SUP,0,,,,\n")
        [(line, reason)] = self._refused("items.csv", items)
        self.assertEqual(line, 1)
        self.assertIn("no column “discont”; “discount” is meant, perhaps. It was left out", reason)
        # What is known of the rows is in; nothing is billed without what is not.
        self.assertEqual(len(self._loaded("LT-C1").item_ids), 2)
        self.assertEqual(self._loaded("LT-C1").state, "draft")
        self.assertEqual(self._load().errors, [])
        self.assertEqual(self._loaded("LT-C1").state, "active")

    def test_files_that_say_nothing(self):
        report = self._load({"orders.csv": "id\n1\n", "items.csv": "", "tags.csv": b"name\n\x81\n"})
        self.assertEqual(
            [(error.file, error.line) for error in report.errors],
            [("items.csv", 1), ("orders.csv", 0), ("tags.csv", 2)],
        )

    def test_several_records_of_a_name_are_ambiguous(self):
        self.env["res.partner"].create([{"name": "Twin"}, {"name": "Twin"}])
        text = "id,partner\nLT-C9,Twin\n"
        [(_line, reason)] = self._refused("contracts-more.csv", text)
        self.assertEqual(reason, "partner: 2 records are called “Twin”; use the external id")

    def test_parents_in_a_circle(self):
        text = "id,name,parent\nLT-A,A,LT-B\nLT-B,B,LT-A\n"
        found = self._refused("partners-more.csv", text)
        self.assertEqual([line for line, _reason in found], [2, 3])

    def test_states_and_activation(self):
        files = {
            "contracts.csv": "id,partner,date_start,state,closed_on\n"
            "LT-C1,LT-HQ,2026-01-01,closed,2026-03-31\nLT-C2,LT-HQ,2026-01-01,cancelled,\n"
            "LT-C3,LT-HQ,2026-01-01,active,\n",
            "items.csv": "id,contract,product,start_condition,activated_on\n"
            "LT-I1,LT-C1,LT-SUP,,\nLT-I2,LT-C2,LT-SUP,,\nLT-I3,LT-C3,LT-SUP,manual,2026-02-10\n"
            "LT-I4,LT-C3,LT-SUP,manual,\n",
            "discounts.csv": "item,date_start\n",
        }
        report = self._load(FILES | files)
        self.assertEqual(report.errors, [])
        states = [self._loaded(f"LT-C{number}").state for number in (1, 2, 3)]
        self.assertEqual(states, ["closed", "cancelled", "active"])
        self.assertEqual(len(self._rows(self._loaded("LT-C1"))), 3)
        self.assertEqual(self._loaded("LT-I3").date_start, date(2026, 2, 10))
        self.assertEqual(self._loaded("LT-I4").state, "draft")

    def test_template_fills_a_contract_or_is_only_named(self):
        files = {
            "templates.csv": "code,name\nLT-T,Standard\n",
            "template_items.csv": "id,template,product,quantity\nLT-TI,LT-T,LT-SUP,3\n",
            "contracts.csv": "id,partner,template,template_items,state,date_start\n"
            "LT-C1,LT-HQ,LT-T,,active,2026-01-01\nLT-C2,LT-HQ,LT-T,no,draft,2026-01-01\n",
            "items.csv": "id,contract,product\n",
            "discounts.csv": "item,date_start\n",
        }
        self.assertFalse(self._load(FILES | files).errors)
        self.assertEqual(self._loaded("LT-C1").item_ids.mapped("quantity"), [3.0])
        self.assertEqual(self._loaded("LT-C1").state, "active")
        self.assertEqual(self._loaded("LT-C2").template_id.code, "LT-T")
        self.assertFalse(self._loaded("LT-C2").item_ids)

    def test_refused_rows_as_csv(self):
        report = self._load({"tags.csv": "id,name,color\nA,=1+1,many\n"})
        rows = list(csv.DictReader(io.StringIO(report.errors_csv())))
        self.assertEqual(
            rows,
            [
                {
                    "file": "tags.csv",
                    "line": "2",
                    "reason": "color: “many” is not a whole number",
                    "id": "A",
                    "name": "'=1+1",
                    "color": "many",
                }
            ],
        )


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestImportMapping(LoaderCase):
    def test_one_row_makes_partner_contract_and_item(self):
        report = self._load({"subscribers.csv": SUBSCRIBERS}, mapping=MAPPING)
        self.assertEqual(report.errors, [])
        self.assertEqual(
            dict(report.created),
            {"tags": 2, "products": 1, "partners": 3, "contracts": 2, "items": 2},
        )
        self.assertEqual(self._loaded("LT-C7").date_start, date(2025, 10, 1))
        self.assertEqual(self._loaded("LT-C7").tag_ids.name, "Plan Basic")
        run = self._bill(
            date(2026, 1, 1), contract_ids=(self._loaded("LT-C7") | self._loaded("LT-C9")).ids
        )
        self.assertEqual(run.invoice_count, 2)
        self.assertMoney(run.amount_untaxed, "19.75")

    def test_row_that_the_mapping_cannot_translate(self):
        report = self._load({"s.csv": SUBSCRIBERS + "10;Di;Gold;1;5;no\n"}, mapping=MAPPING)
        self.assertEqual(
            self._errors(report),
            [
                (
                    "s.csv",
                    5,
                    "date_end: the mapping does not say what becomes of “Gold”; "
                    "it knows Basic, Plus",
                )
            ],
        )
        self.assertEqual(report.created["contracts"], 2)

    def test_file_without_a_column_of_the_mapping(self):
        report = self._load({"s.csv": SUBSCRIBERS.replace("months", "age")}, mapping=MAPPING)
        [(file, line, reason)] = self._errors(report)
        self.assertEqual((file, line), ("s.csv", 1))
        self.assertTrue(reason.endswith("does not have: months"))

    def test_mapping_with_an_unknown_kind_or_column(self):
        for old, new, words in (
            ('"partners"', '"people"', "“people” is not known"),
            ('"price_unit"', '"price_unti"', "“price_unit” is meant"),
            ('"columns": {"name"', '"cols": {"name"', "“cols” is not known"),
        ):
            report = self._load({"s.csv": SUBSCRIBERS}, mapping=MAPPING.replace(old, new))
            [(file, line, reason)] = self._errors(report)
            self.assertEqual((file, line), ("mapping", 0))
            self.assertIn(words, reason)


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestImportWizard(LoaderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "lt_manager",
            groups="cn285_contract.group_billing_manager,base.group_partner_manager,"
            "product.group_product_manager",
        )
        cls.clerk = new_test_user(cls.env, "lt_clerk", groups="cn285_contract.group_contract_user")

    def _wizard(self, files, user=None, **values):
        env = self.env(user=user or self.manager)
        attachments = env["ir.attachment"].create(
            [{"name": name, "raw": content} for name, content in files.items()]
        )
        return env["cn285.import.wizard"].create(
            {"attachment_ids": [(6, 0, attachments.ids)], "namespace": "cn285_test", **values}
        )

    def test_files_go_in_and_the_report_comes_out(self):
        bad = FILES["items.csv"].replace("LT-I3,LT-C2,LT-SUP", "LT-I3,LT-C2,NONE")
        files = FILES | {"items.csv": bad}
        wizard = self._wizard({name: text.encode() for name, text in files.items()})
        action = wizard.action_load()
        self.assertEqual((action["res_id"], wizard.state), (wizard.id, "done"))
        counts = {line.kind: line.created for line in wizard.count_ids}
        self.assertEqual(counts["items"], 2)
        self.assertEqual(wizard.error_ids.mapped("line"), [4])
        text = base64.b64decode(wizard.error_file).decode("utf-8-sig")
        self.assertIn("NONE", text)
        self.assertEqual(self._loaded("LT-C1").state, "active")

    def test_zip_and_mapping(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("in/subscribers.csv", SUBSCRIBERS)
            archive.writestr("__MACOSX/subscribers.csv", "junk")
        wizard = self._wizard(
            {"all.zip": packed.getvalue()}, mapping_file=base64.b64encode(MAPPING.encode())
        )
        wizard.action_load()
        self.assertEqual(wizard.error_count, 0)
        self.assertFalse(wizard.error_file)
        self.assertEqual(self._loaded("LT-C9").state, "active")

    def test_no_file_and_broken_zip(self):
        with self.assertRaisesRegex(UserError, "at least one"):
            self._wizard({}).action_load()
        with self.assertRaisesRegex(UserError, "cannot be opened"):
            self._wizard({"all.zip": b"PK no zip"}).action_load()

    def test_plain_contract_user_is_refused(self):
        with self.assertRaises(AccessError):
            self._wizard({"tags.csv": b"name\nx\n"}, user=self.clerk)

    def test_rights_of_the_user_hold(self):
        """Who may not create contacts does not create them by loading."""
        self.manager.group_ids -= self.env.ref("base.group_partner_manager")
        wizard = self._wizard({"partners.csv": b"id,name\nLT-Z,Zoe\n"})
        wizard.action_load()
        self.assertEqual(
            wizard.error_ids.mapped("reason"), ["you may not create records of “Contact”"]
        )
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Zoe")]))
