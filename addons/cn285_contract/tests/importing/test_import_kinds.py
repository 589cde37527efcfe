"""Which kinds of rows there are, in which order they go in, and which columns they have."""

from odoo.tests import TransactionCase, tagged

# What each kind could be told before it took its columns from the lists of the models.
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
        "announce code commitment_length commitment_unit currency exit_rule "
        "invoice_separately journal line_grouping name note notice_length notice_unit "
        "payment_term pricelist renewal_length renewal_max renewal_mode renewal_percent "
        "renewal_revision renewal_unit sending sequence tags term_length term_unit"
    ),
    "template_items": (
        "alignment analytic billing_day billing_month billing_offset billing_type discount "
        "first_period last_period name period_count price_source price_unit product "
        "proration_basis quantity recurring_interval recurring_unit sequence "
        "start_condition template timing trial_days"
    ),
    "template_discounts": "amount item month_count month_from name percent",
    "contracts": (
        "announce client_ref closed_on commitment_length commitment_unit currency date_end "
        "date_start exit_rule fiscal_position invoice_address invoice_separately journal "
        "line_grouping note notice_length notice_unit number partner payment_term pricelist "
        "renewal_length renewal_max renewal_mode renewal_percent renewal_revision "
        "renewal_unit reseller salesperson sending state tags template template_items "
        "term_length term_unit"
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
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kinds = cls.env["cn285.import.loader"]._catalogue()

    def test_order_of_loading(self):
        self.assertEqual([name for name in self.kinds if name in COLUMNS], list(COLUMNS))

    def test_no_column_is_lost(self):
        for name, columns in COLUMNS.items():
            self.assertLessEqual(set(columns.split()), set(self.kinds[name].columns), name)
