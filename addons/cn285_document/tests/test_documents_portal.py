from odoo.addons.cn285_contract.tests.common import ContractCase
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestDocumentsPortal(ContractCase, HttpCase):
    """The customer finds what is for the customer, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.cn285_files_documents = False
        portal = new_test_user(cls.env, "documents_customer", "base.group_portal", password="x" * 9)
        portal.partner_id.parent_id = cls.customer
        new_test_user(cls.env, "documents_stranger", "base.group_portal", password="x" * 9)
        cls.contract = cls._create_contract()
        filing = cls.env["cn285.document"]._file
        own = {"contract_id": cls.contract.id}
        cls.paper = filing(b"paper", {"kind": "contract", "title": "The paper", **own})
        cls.secret = filing(b"secret", {"kind": "evidence", "title": "Internal", **own})
        cls.others = filing(
            b"other",
            {"kind": "contract", "title": "X", "contract_id": cls._create_contract().id},
        )

    def _url(self, document):
        return f"/my/contracts/{self.contract.id}/documents/{document.id}"

    def test_the_customers_page(self):
        self.authenticate("documents_customer", "x" * 9)
        page = self.url_open(f"/my/contracts/{self.contract.id}").text
        self.assertIn("The paper", page)
        self.assertNotIn("Internal", page)
        answer = self.url_open(self._url(self.paper))
        self.assertEqual(answer.content, b"paper")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        for document in (self.secret, self.others):
            self.assertNotIn(document._content(), self.url_open(self._url(document)).content)

    def test_terms_of_a_contract_are_not_replaced_for_its_customer(self):
        """A later version holds for later contracts: these go on under theirs."""
        old, _new = (
            self.env["cn285.document"]._file(
                title.encode(),
                {
                    "kind": "terms",
                    "title": title,
                    "company_id": self.company.id,
                    "date": self.company._cn285_today(),
                },
            )
            for title in ("Terms of spring", "Terms of autumn")
        )
        self.contract._write_inside({"terms_document_id": old.id})
        self.assertEqual(old.state, "superseded")
        self.authenticate("documents_customer", "x" * 9)
        page = self.url_open(f"/my/contracts/{self.contract.id}").text
        self.assertIn("Terms of spring", page)
        self.assertNotIn("Replaced", page)

    def test_strangers_and_visitors_get_nothing(self):
        self.assertNotEqual(self.url_open(self._url(self.paper)).content, b"paper")
        self.authenticate("documents_stranger", "x" * 9)
        self.assertNotEqual(self.url_open(self._url(self.paper)).content, b"paper")
        token = self.contract._portal_ensure_token()
        answer = self.url_open(f"{self._url(self.paper)}?access_token={token}")
        self.assertEqual(answer.content, b"paper", "who has the contract's link reads its papers")
        wrong = self.url_open(f"{self._url(self.paper)}?access_token={token[:-1]}x")
        self.assertNotEqual(wrong.content, b"paper")

    def test_who_buys_from_a_reseller_reads_no_prices(self):
        reseller = self.env["res.partner"].create({"name": "Reseller"})
        contract = self._create_contract(confirm=False)
        contract.reseller_id = reseller
        contract.action_confirm()
        filing = self.env["cn285.document"]._file
        paper, other = (
            filing(b"p", {"kind": kind, "title": kind, "contract_id": contract.id})
            for kind in ("contract", "notice")
        )
        shown = contract._customer_documents()
        self.assertNotIn(paper, shown)
        self.assertIn(other, shown)
