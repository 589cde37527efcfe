"""What is sold, at which prices, and in which currencies."""

from odoo.addons.cn285_import.models.kinds import Column, Kind, columns_of
from odoo.fields import Command
from odoo.tools import LazyTranslate

from .readers import read_any_currency, read_taxes

_lt = LazyTranslate(__name__)


def complete_price(vals):
    """What a price of a pricelist applies to, and how it is meant."""
    vals["applied_on"] = "0_product_variant" if vals.get("product_id") else "3_global"
    vals["compute_price"] = "percentage" if "percent_price" in vals else "fixed"


def complete_product(product, vals, cells):
    """Taxes and the income account of a product follow its type.

    :param product: the product, empty where it is new
    """
    env = product.env
    product_type = vals.get("type") or product.type or PRODUCTS.defaults["type"]
    usual = {}
    if product_type != product.type:
        category = env["product.category"].browse(vals.get("categ_id")) or product.categ_id
        usual = env["product.template"]._cn285_type_values(product_type, category)
        if product:
            for name in ("taxes_id", "supplier_taxes_id"):
                same = product[name]._cn285_equal_for_type(product_type)
                usual[name] = [Command.set(same.ids)]
        if product.property_account_income_id:
            usual.pop("property_account_income_id", None)
    for name, value in usual.items():
        vals.setdefault(name, value)
    if isinstance(cells.get("taxes"), list):
        taxes = env["account.tax"].union(
            *(named._cn285_for_type(product_type, env.company) for named in cells["taxes"])
        )
        vals["taxes_id"] = [Command.set(taxes.ids)]


RATES = Kind(
    "rates",
    "res.currency.rate",
    columns_of(currency=Column("currency_id", read_any_currency), date="name", rate="company_rate"),
    required=("currency", "date", "rate"),
    key=("currency", "date"),
    adopt=("currency_id", "name"),
    example={"currency": "USD", "date": "2026-01-01", "rate": "1.08"},
)
ANALYTIC_ACCOUNTS = Kind(
    "analytic_accounts",
    "account.analytic.account",
    columns_of("name", "code", "plan_id"),
    required=("name", "plan"),
    key=("code",),
    example={"code": "LYO", "name": "Lyon", "plan": "analytic.analytic_plan_projects"},
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
        taxes=Column(
            None,
            read_taxes,
            meaning=_lt(
                "Sales taxes by name or rate (20 %), separated by |, or none. Empty: the usual one."
            ),
        ),
        income_account="property_account_income_id",
        category="categ_id",
        unit="uom_id",
        description="description_sale",
    ),
    required=("name",),
    key=("code",),
    adopt=("default_code",),
    defaults={"type": "service"},
    complete_record=complete_product,
    example=(
        {"code": "SUPPORT", "name": "Support", "price": "40.50", "type": "service"},
        {"code": "SUPPORT-PLUS", "name": "Support at night", "price": "90", "type": "service"},
        {"code": "HOSTING", "name": "Hosting", "price": "25", "type": "service"},
    ),
)
# Of products that are there: what a contract must have with them, and cannot have beside them.
REQUIREMENTS = Kind(
    "requirements",
    "product.product",
    columns_of(
        product="default_code", requires="cn285_requires_ids", excludes="cn285_excludes_ids"
    ),
    required=("product",),
    key=("product",),
    adopt=("default_code",),
    example={"product": "SUPPORT-PLUS", "requires": "HOSTING", "excludes": "SUPPORT"},
)
PRICELISTS = Kind(
    "pricelists",
    "product.pricelist",
    columns_of("name", "sequence", "currency_id"),
    required=("name",),
    example={"id": "PL-1", "name": "Resellers"},
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
    example={"pricelist": "PL-1", "product": "SUPPORT", "price": "38"},
)
