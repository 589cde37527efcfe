"""Two companies of one database load files of their own, in which the same ids stand."""

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common import ContractCase

FILES = {
    "products.csv": "code,name\nCO-SUP,Support\n",
    "partners.csv": "id,name\nCO-P1,Customer\n",
    "templates.csv": "code,name\nCO-T,Template\n",
    "template_items.csv": "id,template,product\nCO-TI,CO-T,CO-SUP\n",
    "template_discounts.csv": "item,month_from,percent\nCO-TI,1,10\n",
    "contracts.csv": "id,partner,date_start\nCO-C1,CO-P1,2026-01-01\n",
    "items.csv": "id,contract,product,price_unit\nCO-I1,CO-C1,CO-SUP,10\n",
    "discounts.csv": "item,date_start,percent\nCO-I1,2026-02-01,50\n",
}


@tagged("post_install", "-at_install")
class TestImportCompanies(ContractCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Filiale"})
        cls.first, cls.second = (
            new_test_user(
                cls.env,
                login,
                groups="cn285_contract.group_billing_manager,product.group_product_manager,"
                "base.group_partner_manager",
                company_id=company.id,
                company_ids=[Command.set(company.ids)],
            )
            for login, company in (("m1", cls.env.company), ("m2", cls.other_company))
        )

    def _load(self, user, files=None, companies=None, errors=()):
        loader = self.env["cn285.import.loader"].with_user(user)
        if companies:
            loader = loader.with_context(allowed_company_ids=companies.ids)
        report = loader._load_files(list((files or FILES).items()))
        self.env.invalidate_all()
        self.assertEqual([error.reason for error in report.errors], list(errors))
        return report

    def _contracts(self):
        return self.env["cn285.contract"].search([("partner_id.name", "=", "Customer")])

    def test_each_company_has_its_own(self):
        self._load(self.first)
        mine = self.env.ref("cn285_imported.CO-C1")
        self.assertEqual(mine.company_id, self.env.company)
        report = self._load(self.second)
        made = {"contracts": 1, "items": 1, "discounts": 1}
        self.assertEqual({kind: report.created[kind] for kind in made}, made)
        self.assertFalse(report.created["partners"])  # of no company: shared
        self.assertEqual(self.env.ref("cn285_imported.CO-C1"), mine)
        theirs = self._contracts() - mine
        self.assertEqual(theirs.company_id, self.other_company)
        self.assertEqual(theirs.item_ids.company_id, self.other_company)
        self.assertEqual(self.env.ref(f"cn285_imported.CO-C1#{mine._name}"), theirs)
        for user in (self.first, self.second, self.first):
            report = self._load(user)
            self.assertFalse(report.created or report.updated)
        self.assertEqual(len(self._contracts()), 2)

    def test_user_of_both_loads_for_the_company_at_hand(self):
        both = self.env.company | self.other_company
        self.first.company_ids = both
        self._load(self.first, companies=both)
        self._load(self.first, companies=self.other_company | self.env.company)
        contracts = self._contracts()
        self.assertEqual(contracts.company_id, both)
        self.assertEqual(len(contracts), 2)
        for contract in contracts:
            self.assertEqual(len(contract.item_ids.discount_ids), 1)
        change = {
            "items.csv": "id,contract,product,price_unit\nCO-I1,cn285_imported.CO-C1,CO-SUP,11\n"
        }
        report = self._load(self.first, change, self.other_company | self.env.company)
        self.assertEqual(dict(report.updated), {"items": 1})
        prices = {item.company_id: item.price_unit for item in contracts.item_ids}
        self.assertEqual(prices, {self.env.company: 10, self.other_company: 11})

    def test_customer_of_one_company_is_not_anothers(self):
        self._load(self.first)
        customer = self.env.ref("cn285_imported.CO-P1")
        customer.company_id = self.env.company
        self.assertEqual(self._load(self.second).created["partners"], 1)
        self.assertEqual(self.env.ref("cn285_imported.CO-P1"), customer)
        self.assertEqual(len(self._contracts().partner_id), 2)

    def test_record_that_may_not_be_seen_refuses_its_row(self):
        self._load(self.first)
        mine = self.env.ref("cn285_imported.CO-C1")
        self.env["ir.rule"].create(
            {
                "name": "Closed",
                "model_id": self.env["ir.model"]._get_id("cn285.contract"),
                "domain_force": f"[('id', '!=', {mine.id})]",
            }
        )
        files = {"contracts.csv": FILES["contracts.csv"]}
        reason = "“CO-C1” is the id of a record that you may not see"
        report = self._load(self.first, files, errors=[reason])
        self.assertFalse(report.count())
        self.assertEqual(self.env.ref("cn285_imported.CO-C1"), mine)
