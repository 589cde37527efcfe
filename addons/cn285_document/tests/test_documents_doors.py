from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

GROUPS = {
    "manager": "base.group_user,cn285_contract.group_billing_manager",
    "clerk": "base.group_user,cn285_contract.group_contract_user",
    "seller": "base.group_user,cn285_contract.group_contract_user_own",
    "colleague": "base.group_user,cn285_contract.group_contract_user_own",
    "reader": "base.group_user,cn285_contract.group_contract_reader",
    "employee": "base.group_user",
    "customer": "base.group_portal",
    "subsidiary": "base.group_portal",
    "reseller": "base.group_portal",
    "stranger": "base.group_portal",
    "abroad": "base.group_user,cn285_contract.group_billing_manager",
}
# Who gets the bytes by the addresses of the web client, which ask for the document's rights.
STAFF = {"manager", "clerk", "seller", "reader"}


@tagged("post_install", "-at_install")
class TestDocumentsDoors(ContractCase, HttpCase):
    """Each role at each address: the file of a document goes to who may read it, and no other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_files_documents = False
        cls.users = {
            name: new_test_user(cls.env, f"doors_{name}", groups, password="x" * 9)
            for name, groups in GROUPS.items()
        }
        partners = cls.env["res.partner"]
        cls.reseller = partners.create({"name": "Reseller", "is_company": True})
        subsidiary = partners.create(
            {"name": "Subsidiary", "is_company": True, "parent_id": cls.customer.id}
        )
        cls.customer.is_company = True
        cls.users["customer"].partner_id.parent_id = cls.customer
        cls.users["subsidiary"].partner_id.parent_id = subsidiary
        cls.users["reseller"].partner_id.parent_id = cls.reseller
        other = cls.env["res.company"].create({"name": "Abroad"})
        cls.users["abroad"].write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        cls.contract = cls._create_contract(user_id=cls.users["seller"].id)
        filing = cls.env["cn285.document"]._file
        own = {"contract_id": cls.contract.id}
        cls.shown = filing(b"SHOWN", {"kind": "contract", "title": "Shown", **own})
        cls.hidden = filing(b"HIDDEN", {"kind": "evidence", "title": "Hidden", **own})
        cls.draft = cls.env["cn285.document"].create(
            {
                "kind": "contract",
                "title": "Draft",
                "is_for_customer": True,
                "file": b"RFJBRlQ=",
                **own,
            }
        )

    def _addresses(self, document):
        file = document.sudo().attachment_id.id
        return (
            f"/web/content/cn285.document/{document.id}/file",
            f"/web/content/{file}",
            f"/web/content/ir.attachment/{file}/datas",
            f"/web/content/ir.attachment/{file}/raw",
            f"/web/image/{file}",
            f"/web/content/{file}?access_token=0",
        )

    def _gets(self, url, document):
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_binary"):
            return document._content() in self.url_open(url, timeout=30).content

    def test_the_addresses_of_the_web_client(self):
        for document in (self.shown, self.hidden, self.draft):
            addresses = self._addresses(document)
            for name in GROUPS:
                self.authenticate(f"doors_{name}", "x" * 9)
                for url in addresses if name not in STAFF else addresses[:1]:
                    with self.subTest(name, document=document.title, url=url):
                        self.assertEqual(self._gets(url, document), name in STAFF)
            self.authenticate(None, None)
            for url in addresses:
                with self.subTest("a visitor", document=document.title, url=url):
                    self.assertFalse(self._gets(url, document))

    def test_the_customers_page(self):
        """Final ones that are shown; neither drafts nor what is not, and only to its customer."""
        for name in ("customer", "stranger", "reseller", "subsidiary"):
            self.authenticate(f"doors_{name}", "x" * 9)
            for document in (self.shown, self.hidden, self.draft):
                url = f"/my/contracts/{self.contract.id}/documents/{document.id}"
                with self.subTest(name, document=document.title):
                    expected = name == "customer" and document == self.shown
                    self.assertEqual(self._gets(url, document), expected)

    def test_what_is_shown_no_more(self):
        self.shown.with_user(self.users["clerk"]).is_for_customer = False
        self.env.flush_all()
        self.authenticate("doors_customer", "x" * 9)
        url = f"/my/contracts/{self.contract.id}/documents/{self.shown.id}"
        self.assertFalse(self._gets(url, self.shown))

    def test_a_narrow_screen_in_french_shows_the_number(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.users["customer"].lang = "fr_FR"
        self.env.flush_all()
        self.authenticate("doors_customer", "x" * 9)
        page = self.url_open(f"/my/contracts/{self.contract.id}").text
        narrow = page.split('class="d-md-none text-muted text-break d-block"', 1)[1]
        self.assertIn(self.shown.name, narrow[:200])

    def test_who_buys_from_a_reseller(self):
        """The reseller pays and reads the paper; its customer is shown none that tells prices."""
        contract = self._create_contract(confirm=False)
        contract.reseller_id = self.reseller
        contract.action_confirm()
        paper = self.env["cn285.document"]._file(
            b"PRICES", {"kind": "contract", "title": "Prices", "contract_id": contract.id}
        )
        self.env.flush_all()
        url = f"/my/contracts/{contract.id}/documents/{paper.id}"
        self.authenticate("doors_customer", "x" * 9)
        self.assertFalse(self._gets(url, paper))
