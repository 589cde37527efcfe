"""Taxes and income accounts of imported products follow their type."""

from freezegun import freeze_time
from odoo.tests import new_test_user, tagged

from .test_import_contracts import LoaderCase


@tagged("post_install", "-at_install")
class TestImportTaxes(LoaderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.goods, cls.services = cls._chart("tva_normale"), cls._chart("tva_normale_encaissement")
        cls.user = new_test_user(
            cls.env,
            "lt-import",
            "cn285_contract.group_billing_manager,product.group_product_manager",
        )
        # The company of the tests has its own usual tax; a French one has that on goods.
        cls.company.account_sale_tax_id = cls.goods

    @classmethod
    def _chart(cls, name):
        return cls.env["account.chart.template"].ref(name)

    def _product(self, cells, columns="taxes", code="LT-T", before=""):
        text = f"code;name;{columns}\n{before}{code};Product;{cells}\n"
        loader = self.env["cn285.import.loader"].with_user(self.user)
        report = loader._load_files([("products.csv", text)], namespace="cn285_test")
        self.assertEqual(self._errors(report), [])
        return self.env["product.product"].search([("default_code", "=", code)])

    def _income(self, product):
        return product.product_tmpl_id.get_product_accounts()["income"].code

    def test_a_rate_is_that_of_services_for_a_service(self):
        product = self._product("20 %")
        self.assertEqual(product.type, "service")
        self.assertEqual(product.taxes_id, self.services)
        self.assertEqual(self._income(product), "706000")

    def test_a_rate_is_that_of_goods_for_goods(self):
        product = self._product("20;consu", "taxes;type")
        self.assertEqual(product.taxes_id, self.goods)
        self.assertEqual(self._income(product), "707000")

    def test_other_rates_and_forms(self):
        reduced = self._chart("tva_reduite_encaissement")
        (reduced | self._chart("tva_reduite")).active = True
        for number, text in enumerate(("5,5 %", "5.5", "5.5%", "5,50 %")):
            self.assertEqual(self._product(text, code=f"LT-T{number}").taxes_id, reduced, text)

    def test_tax_included_in_prices_is_not_taken_for_one_on_top(self):
        included = self._chart("tva_normale_encaissement_ttc")
        included.write({"active": True, "sequence": 1})
        self.assertEqual(self._product("20 %").taxes_id, self.services)
        self.company.account_sale_tax_id = included
        self.assertEqual(self._product("20 %", code="LT-T2").taxes_id, included)

    def test_same_name_in_both_scopes(self):
        (self.goods | self.services).name = "TVA 20"
        self.assertEqual(self._product("TVA 20").taxes_id, self.services)
        goods = self._product("TVA 20;consu", "taxes;type", code="LT-T2")
        self.assertEqual(goods.taxes_id, self.goods)

    def test_a_name_and_an_external_id_are_taken_at_their_word(self):
        self.assertEqual(self._product(self.goods.name).taxes_id, self.goods)
        xmlid = self.goods.get_external_id()[self.goods.id]
        self.assertEqual(self._product(xmlid, code="LT-T2").taxes_id, self.goods)

    def test_nothing_said_is_the_usual_tax_for_the_type(self):
        product = self._product("", "taxes")
        self.assertEqual(product.taxes_id, self.services)
        self.assertEqual(self._income(product), "706000")
        goods = self._product("consu", "type", code="LT-T2")
        self.assertEqual(goods.taxes_id, self.goods)
        self.assertEqual(self._income(goods), "707000")

    def test_a_rate_that_is_archived_is_told_from_one_that_is_not_there(self):
        reduced = self._chart("tva_reduite_encaissement") | self._chart("tva_reduite")
        reduced.active = False
        for text, said in (
            ("5,5 %", "sales tax “5,5 %” is archived"),
            (reduced[0].name, "is archived"),
            ("7,7 %", "there is no sales tax “7,7 %”"),
        ):
            loader = self.env["cn285.import.loader"].with_user(self.user)
            csv = f"code;name;taxes\nLT-T;Product;{text}\n"
            report = loader._load_files([("products.csv", csv)], namespace="cn285_test")
            self.assertIn(said, str(self._errors(report)))

    def test_none_is_no_tax(self):
        self.assertFalse(self._product("none").taxes_id)

    def test_a_tax_of_no_scope_serves_both(self):
        """A company that never parted goods and services keeps its one tax."""
        (self.goods | self.services).active = False
        single = self.goods.copy({"name": "20 single", "tax_scope": False, "active": True})
        self.company.account_sale_tax_id = single
        self.assertEqual(self._product("20 %").taxes_id, single)
        self.assertEqual(self._product("", code="LT-T2").taxes_id, single)

    def test_account_of_the_row_and_of_the_category_come_first(self):
        account = self.env["account.account"].search([("code", "=", "708300")], limit=1)
        own = self._product("708300", "income_account")
        self.assertEqual(self._income(own), "708300")
        category = self.env["product.category"].create(
            {"name": "LT-CAT", "property_account_income_categ_id": account.id}
        )
        product = self._product(category.name, "category", code="LT-T2")
        self.assertEqual(self._income(product), "708300")

    def test_account_of_services_is_a_setting(self):
        account = self.env["account.account"].search([("code", "=", "708300")], limit=1)
        self.company.cn285_service_account_id = account
        self.assertEqual(self._income(self._product("20 %")), "708300")

    def test_loading_again_changes_nothing(self):
        self._product("20 %")
        text = "code;name;taxes\nLT-T;Product;20 %\n"
        report = self._load({"products.csv": text})
        self.assertEqual(report.skipped["products"], 1)

    def test_a_product_that_becomes_a_service(self):
        self.assertEqual(self._product("20;consu", "taxes;type").taxes_id, self.goods)
        product = self._product("service", "type")
        self.assertEqual(product.taxes_id, self.services)
        self.assertEqual(self._income(product), "706000")

    def test_a_product_that_was_there_keeps_its_account(self):
        product = self._create_product("There", 10.0, default_code="LT-T")
        self._product("20 %")
        self.assertEqual(product.taxes_id, self.services)
        self.assertFalse(product.property_account_income_id)

    @freeze_time("2026-01-01 08:00:00")
    def test_what_is_billed_abroad_is_reverse_charge_of_services(self):
        """Article 196, not the exemption of goods that leave (138)."""
        files = {
            "products.csv": "code;name;price;taxes\nLT-A;Hosting;100;20 %\n",
            "partners.csv": "id,name,country,vat,is_company\nLT-P,Hoffmann,DE,DE136695976,yes\n",
            "contracts.csv": "id,partner,date_start,state\nLT-C,LT-P,2026-01-01,active\n",
            "items.csv": "id,contract,product\nLT-I,LT-C,LT-A\n",
        }
        self.assertEqual(self._errors(self._load(files)), [])
        self._bill("2026-01-01")
        move = self.env["account.move"].search([("partner_id.name", "=", "Hoffmann")])
        line = move.invoice_line_ids
        self.assertEqual(line.tax_ids.tax_scope, "service")
        self.assertIn("196", line.tax_ids.invoice_legal_notes)
        self.assertEqual(line.account_id.code, "706000")
        self.assertMoney(move.amount_total, "100.00")
