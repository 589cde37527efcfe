"""Which kinds of rows there are, in which order they go in, and which columns they have."""

from unittest.mock import patch

from freezegun import freeze_time
from odoo.tests import TransactionCase, tagged

from .test_import_contracts import FILES, LoaderCase

# What each kind could be told before it took its columns from the lists of the models: never less.
# In the order of loading.
COLUMNS = {
    "rates": "currency date rate",
    "tags": "color name",
    "analytic_accounts": "code name plan",
    "products": (
        "barcode category code description income_account name price sale_ok taxes type unit"
    ),
    "pricelists": "currency name sequence",
    "prices": "date_end date_start discount min_quantity price pricelist product",
    "partners": (
        "categories city comment company_registry country email fiscal_position is_company "
        "lang name parent payment_term phone pricelist ref state street street2 type vat "
        "website zip"
    ),
    "templates": (
        "code currency invoice_separately journal line_grouping name note payment_term pricelist "
        "sending sequence tags"
    ),
    "template_items": (
        "alignment analytic billing_day billing_month billing_offset billing_type discount "
        "first_period last_period name period_count price_source price_unit product "
        "proration_basis quantity recurring_interval recurring_unit sequence "
        "start_condition template timing trial_days"
    ),
    "template_discounts": "amount counted_in item month_count month_from name percent",
    "contracts": (
        "client_ref closed_on currency date_end date_start fiscal_position invoice_address "
        "invoice_separately journal line_grouping note number partner payment_term pricelist "
        "reseller salesperson sending state tags template template_items"
    ),
    "items": (
        "activated_on alignment analytic beneficiary billing_day billing_month "
        "billing_offset billing_type code contract date_end date_start discount "
        "first_period last_period name one_shot_date period_count price_source price_unit "
        "product proration_basis quantity recurring_interval recurring_unit sequence "
        "start_condition timing trial_days"
    ),
    "discounts": "amount date_end date_start item name percent",
}


@tagged("post_install", "-at_install")
class TestImportKinds(TransactionCase):
    def _columns(self, kind):
        return self.env["cn285.import.loader"]._catalogue()[kind].columns

    def test_order_of_loading(self):
        kinds = self.env["cn285.import.loader"]._catalogue()
        self.assertEqual([name for name in kinds if name in COLUMNS], list(COLUMNS))

    def test_no_column_is_lost(self):
        for kind, columns in COLUMNS.items():
            self.assertLessEqual(set(columns.split()), set(self._columns(kind)), kind)

    def test_every_column_leads_to_a_field(self):
        for kind in self.env["cn285.import.loader"]._catalogue().values():
            fields = self.env[kind.model]._fields
            for name, column in kind.columns.items():
                known = column.field in fields if column.field else column.reader
                self.assertTrue(known, f"{kind.name}: {name}")

    def test_new_term_is_a_new_column_by_itself(self):
        """Whatever joins the lists that models keep: nothing of the import is touched."""
        cases = {
            "cn285.contract.item": ("_terms_fields", ["uom_id"], "items", "uom"),
            "cn285.contract.template.item": ("_terms_fields", ["uom_id"], "template_items", "uom"),
            "cn285.contract.template": ("_contract_fields", ["company_id"], "templates", "company"),
        }
        for model, (method, fields, kind, column) in cases.items():
            name = column or fields[0]
            self.assertNotIn(name, self._columns(kind))
            listed = [*getattr(self.env[model], method)(), *fields]
            with patch.object(self.env.registry[model], method, lambda self, listed=listed: listed):
                self.assertEqual(self._columns(kind)[name].field, fields[0])


@tagged("post_install", "-at_install")
@freeze_time("2026-01-15 10:00:00")
class TestImportTierPaths(LoaderCase):
    def test_tier_paths(self):
        text = (
            "product_from,product_to,kind\nLT-SUP,LT-FEE,upsell\nLT-FEE,LT-SUP,downsell\n"
            "LT-SUP,LT-SUP,upsell\nLT-SUP,LT-FEE,sideways\n"
        )
        files = {"products.csv": FILES["products.csv"], "tier_paths.csv": text}
        report = self._load(files)
        self.assertEqual(report.created["tier_paths"], 2)
        reasons = {line: reason for _file, line, reason in self._errors(report)}
        self.assertIn("from one product to another, not from", reasons[4])
        self.assertIn("“sideways” is not allowed", reasons[5])
        path = self._loaded("LT-SUP/LT-FEE/upsell")
        self.assertEqual(
            (path.product_from_id.default_code, path.product_to_id.default_code),
            ("LT-SUP", "LT-FEE"),
        )
        self.assertEqual(self._load(files).skipped["tier_paths"], 2)

    def test_tier_path_that_is_there_is_taken_over(self):
        self._load({"products.csv": FILES["products.csv"]})
        products = [self._loaded(f"LT-{code}").id for code in ("SUP", "FEE")]
        path = self.env["cn285.tier.path"].create(
            {"product_from_id": products[0], "product_to_id": products[1], "kind": "upsell"}
        )
        text = "product_from,product_to,kind,sequence\nLT-SUP,LT-FEE,upsell,3\n"
        self.assertEqual(self._load({"tier_paths.csv": text}).updated["tier_paths"], 1)
        self.assertEqual(path.sequence, 3)
