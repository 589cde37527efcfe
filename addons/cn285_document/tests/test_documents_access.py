import base64

from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged


@tagged("post_install", "-at_install")
class TestDocumentsAccess(ContractCase):
    """Who reads and files which documents; customers read none but by the contract's page."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_files_documents = False
        groups = {
            "seller": "base.group_user,cn285_contract.group_contract_user_own",
            "other": "base.group_user,cn285_contract.group_contract_user_own",
            "reader": "base.group_user,cn285_contract.group_contract_reader",
            "manager": "base.group_user,cn285_contract.group_billing_manager",
            "employee": "base.group_user",
            "portal": "base.group_portal",
        }
        cls.users = {
            name: new_test_user(cls.env, f"documents_{name}", wanted)
            for name, wanted in groups.items()
        }
        cls.users["portal"].partner_id.parent_id = cls.customer
        cls.contract = cls._create_contract(user_id=cls.users["seller"].id)
        cls.document = cls.env["cn285.document"]._file(
            b"x", {"kind": "contract", "title": "Contract", "contract_id": cls.contract.id}
        )
        cls.terms = cls.env["cn285.document"]._file(
            b"y", {"kind": "terms", "title": "Terms", "company_id": cls.company.id}
        )

    def _read(self, name, document):
        return document.with_user(self.users[name]).read(["title", "file"])

    def test_who_reads(self):
        for name in ("seller", "reader", "manager"):
            with self.subTest(name):
                [found] = self._read(name, self.document)
                self.assertEqual(base64.b64decode(found["file"]), b"x")
        for name in ("other", "employee", "portal"):
            with self.subTest(name), self.assertRaises(AccessError):
                self._read(name, self.document)

    def test_who_may_not_read_it_finds_no_file(self):
        attachment = self.document.attachment_id
        for name in ("other", "employee", "portal"):
            with self.subTest(name), self.assertRaises(AccessError):
                attachment.with_user(self.users[name]).read(["datas"])

    def test_terms_are_read_by_sellers_and_filed_by_managers(self):
        self.assertTrue(self._read("other", self.terms))
        values = {"title": "Terms", "kind": "terms", "file": base64.b64encode(b"z")}
        documents = self.env["cn285.document"]
        with self.assertRaises(AccessError):
            documents.with_user(self.users["seller"]).create(values)
        documents.with_user(self.users["manager"]).create(values).action_make_final()

    def test_readers_file_nothing(self):
        values = {"title": "T", "kind": "other", "contract_id": self.contract.id}
        for name in ("reader", "other", "employee", "portal"):
            with self.subTest(name), self.assertRaises(AccessError):
                self.env["cn285.document"].with_user(self.users[name]).create(values)

    def test_another_companys_are_read_by_nobody_here(self):
        other = self.env["res.company"].create({"name": "Other"})
        terms = self.env["cn285.document"]._file(
            b"o", {"kind": "terms", "title": "Others", "company_id": other.id}
        )
        with self.assertRaises(AccessError):
            self._read("manager", terms)

    def test_nobody_takes_anothers_contract(self):
        mine = self._create_contract(user_id=self.users["other"].id)
        draft = (
            self.env["cn285.document"]
            .with_user(self.users["other"])
            .create({"title": "T", "kind": "other", "contract_id": mine.id})
        )
        with self.assertRaises(AccessError):
            draft.write({"contract_id": self.contract.id})
