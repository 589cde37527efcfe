import base64

from odoo import SUPERUSER_ID
from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.addons.cn285_document.models.kinds import Paper
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged


@tagged("post_install", "-at_install")
class TestNumbering(ContractCase):
    """Numbers by company and kind: unique, never given twice, set by a billing manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_files_documents = False
        cls.manager = new_test_user(
            cls.env, "numbering_manager", "base.group_user,cn285_contract.group_billing_manager"
        )
        cls.clerk = new_test_user(
            cls.env, "numbering_clerk", "base.group_user,cn285_contract.group_contract_user"
        )
        cls.contract = cls._create_contract()

    def _filed(self, kind="other", day="2026-03-05", company=None):
        values = {"kind": kind, "title": kind, "date": day}
        if company:
            values["company_id"] = company.id
        else:
            values["contract_id"] = self.contract.id
        return self.env["cn285.document"]._file(b"x", values)

    def _numbering(self, kind="other", company=None):
        company = company or self.company
        found = self.env["cn285.document.numbering"]._of(company, kind)
        return found.with_user(self.manager).sudo(False)

    def test_each_kind_counts_by_itself(self):
        names = [self._filed(kind).name for kind in ("amendment", "evidence", "amendment")]
        self.assertRegex(names[0], r"^AM/2026/\d{5}$")
        self.assertRegex(names[1], r"^EV/2026/\d{5}$")
        self.assertEqual(int(names[2][-5:]), int(names[0][-5:]) + 1)

    def test_each_company_counts_by_itself(self):
        other = self.env["res.company"].create({"name": "Other"})
        first = self._filed("terms", company=self.company).name
        self.assertEqual(self._filed("terms", company=other).name, "TC/2026/00001")
        self.assertEqual(
            int(self._filed("terms", company=self.company).name[-5:]), int(first[-5:]) + 1
        )

    def test_a_manager_sets_them(self):
        numbering = self._numbering()
        numbering.write({"prefix": "P-%(y)s%(month)s-", "padding": 3, "next_count": 4700})
        self.assertEqual(self._filed().name, "P-2603-4700")
        numbering.invalidate_recordset()
        self.assertEqual(numbering.next_count, 4701)
        self.assertRegex(numbering.example, r"^P-\d{4}-4701$")

    def test_what_is_filed_keeps_its_number(self):
        before = self._filed()
        name = before.name
        self._numbering().prefix = "X/"
        self.assertEqual(before.name, name)
        with self.assertRaises(AccessError):
            before.with_user(SUPERUSER_ID).name = "X/1"

    def test_no_number_twice(self):
        """A count is not lowered; prefixes that meet give other numbers."""
        numbering = self._numbering()
        self._filed()
        with self.assertRaisesRegex(ValidationError, "may be in use"):
            numbering.next_count = 1
        # "A" + 11 and "A1" + 1 are the same.
        numbering.write({"prefix": "A", "padding": 1, "next_count": 9011})
        taken = self._filed().name
        self.assertEqual(taken, "A9011")
        evidence = self._numbering("evidence")
        evidence.write({"prefix": "A901", "padding": 1})
        names = {self._filed("evidence").name for _number in range(9)}
        self.assertEqual(len(names), 9)
        self.assertNotIn(taken, names)

    def test_many_at_once_are_all_different(self):
        papers = [
            Paper(b"x", {"kind": "other", "title": "t", "contract_id": self.contract.id})
            for _number in range(30)
        ]
        filed = self.env["cn285.document"]._file_many(papers)
        self.assertEqual(len(set(filed.mapped("name"))), 30)
        self.assertEqual(filed.mapped("version"), list(range(1, 31)))

    def test_slips_are_told_in_words(self):
        numbering = self._numbering()
        for prefix, said in (
            ("%(week)s/", r"%\(week\)s cannot be part"),
            ("100%", "% cannot be part"),
            ("%(year)099999999s", "cannot be part"),
            ("x" * 41, "too long"),
        ):
            with self.subTest(prefix), self.assertRaisesRegex(ValidationError, said):
                numbering.prefix = prefix
        for digits in (0, -1, 13, 10**9):
            with self.subTest(digits), self.assertRaisesRegex(ValidationError, "Digits"):
                numbering.padding = digits

    def test_only_managers_set_them_and_nobody_deletes(self):
        numbering = self._numbering()
        with self.assertRaises(AccessError):
            numbering.with_user(self.clerk).prefix = "X/"
        for vals in ({"kind": "quote"}, {"sequence_id": 1}, {"company_id": 1}):
            with self.subTest(vals), self.assertRaises(AccessError):
                numbering.write(vals)
        with self.assertRaises(UserError):
            numbering.unlink()

    def test_clerks_file_without_rights_on_numberings(self):
        draft = (
            self.env["cn285.document"]
            .with_user(self.clerk)
            .create(
                {
                    "title": "Letter",
                    "kind": "other",
                    "contract_id": self.contract.id,
                    "file": base64.b64encode(b"x"),
                }
            )
        )
        draft.action_make_final()
        self.assertRegex(draft.name, r"^DOC/\d{4}/\d{5}$")

    def test_a_new_kind_is_numbered_by_itself(self):
        numbering = self._numbering("evidence").sudo()
        numbering._inside().unlink()
        self.assertRegex(self._filed("evidence").name, r"^EV/2026/0*1$")
