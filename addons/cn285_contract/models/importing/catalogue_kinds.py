"""What is sold, at which prices, and in which currencies."""

from odoo.addons.cn285_import.models.kinds import Column, Kind, columns_of

from .readers import read_any_currency, read_taxes


def complete_price(vals):
    """What a price of a pricelist applies to, and how it is meant."""
    vals["applied_on"] = "0_product_variant" if vals.get("product_id") else "3_global"
    vals["compute_price"] = "percentage" if "percent_price" in vals else "fixed"


RATES = Kind(
    "rates",
    "res.currency.rate",
    columns_of(currency=Column("currency_id", read_any_currency), date="name", rate="company_rate"),
    required=("currency", "date", "rate"),
    key=("currency", "date"),
    adopt=("currency_id", "name"),
)
ANALYTIC_ACCOUNTS = Kind(
    "analytic_accounts",
    "account.analytic.account",
    columns_of("name", "code", "plan_id"),
    required=("name", "plan"),
    key=("code",),
)
PRODUCTS = Kind(
    "products",
    "product.product",
    columns_of(
        "name",
        "barcode",
        "type",
        "sale_ok",
        code="default_code",
        price="list_price",
        taxes=Column("taxes_id", read_taxes),
        income_account="property_account_income_id",
        category="categ_id",
        unit="uom_id",
        description="description_sale",
    ),
    required=("name",),
    key=("code",),
    adopt=("default_code",),
    defaults={"type": "service"},
)
PRICELISTS = Kind(
    "pricelists",
    "product.pricelist",
    columns_of("name", "sequence", "currency_id"),
    required=("name",),
)
PRICES = Kind(
    "prices",
    "product.pricelist.item",
    columns_of(
        "min_quantity",
        "date_start",
        "pricelist_id",
        "product_id",
        price="fixed_price",
        discount="percent_price",
        date_end=Column("date_end", "end_of_day"),
    ),
    required=("pricelist",),
    key=("pricelist", "product", "min_quantity", "date_start"),
    complete=complete_price,
)
