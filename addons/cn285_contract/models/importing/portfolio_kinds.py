"""What a portfolio consists of: the kinds of rows, their columns, and the fields behind them."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    """A column of a kind.

    :param field: the record's field; None: the loader acts on it (``state``, ``closed_on`` …)
    :param reader: how the cell is read; None: as the field's type asks; or a function of the
        ``CellReader`` and the text, which raises ``CellError``
    :param owner: the record that this reference names waits for this row: a contract stays a
        draft while one of its rows is refused
    """

    field: str | None = None
    reader: str | Callable | None = None
    owner: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of rows.

    :param model: the model of its records
    :param columns: ``{column: Column}``, beside ``id``
    :param required: columns that must be filled when a record is created
    :param key: columns that identify a row which has no ``id``
    :param adopt: fields by which a record that exists already is taken over
    :param defaults: values of a new record where the file says nothing
    """

    model: str
    columns: dict[str, Column]
    required: tuple[str, ...]
    key: tuple[str, ...] = ()
    adopt: tuple[str, ...] = ()
    defaults: dict[str, object] = field(default_factory=dict)


def columns_of(*names, **others):
    """Return columns whose names are the fields' own, and ``column=field`` or ``column=Column``."""
    columns = {name: Column(name) for name in names}
    for name, spec in others.items():
        columns[name] = Column(spec) if isinstance(spec, str) else spec
    return columns


_TERMS = columns_of(
    "sequence",
    "name",
    "quantity",
    "price_source",
    "price_unit",
    "discount",
    "billing_type",
    "recurring_interval",
    "recurring_unit",
    "alignment",
    "billing_day",
    "billing_month",
    "first_period",
    "last_period",
    "proration_basis",
    "timing",
    "billing_offset",
    "trial_days",
    "start_condition",
    "period_count",
    product="product_id",
    analytic=Column("analytic_distribution", "analytic"),
)
_CONTRACT_TERMS = columns_of(
    "invoice_separately",
    "line_grouping",
    "sending",
    "note",
    tags="tag_ids",
    currency="currency_id",
    pricelist="pricelist_id",
    payment_term="payment_term_id",
    journal="journal_id",
)

# In the order of loading: what is referred to comes first.
KINDS = {
    "rates": Kind(
        "res.currency.rate",
        columns_of(
            currency=Column("currency_id", "any_currency"), date="name", rate="company_rate"
        ),
        required=("currency", "date", "rate"),
        key=("currency", "date"),
        adopt=("currency_id", "name"),
    ),
    "tags": Kind(
        "cn285.contract.tag",
        columns_of("name", "color"),
        required=("name",),
        key=("name",),
        adopt=("name",),
    ),
    "analytic_accounts": Kind(
        "account.analytic.account",
        columns_of("name", "code", plan="plan_id"),
        required=("name", "plan"),
        key=("code",),
    ),
    "products": Kind(
        "product.product",
        columns_of(
            "name",
            "barcode",
            "type",
            "sale_ok",
            code="default_code",
            price="list_price",
            taxes=Column("taxes_id", "taxes"),
            income_account="property_account_income_id",
            category="categ_id",
            unit="uom_id",
            description="description_sale",
        ),
        required=("name",),
        key=("code",),
        adopt=("default_code",),
        defaults={"type": "service"},
    ),
    "pricelists": Kind(
        "product.pricelist",
        columns_of("name", "sequence", currency="currency_id"),
        required=("name",),
    ),
    "prices": Kind(
        "product.pricelist.item",
        columns_of(
            "min_quantity",
            "date_start",
            pricelist="pricelist_id",
            product="product_id",
            price="fixed_price",
            discount="percent_price",
            date_end=Column("date_end", "end_of_day"),
        ),
        required=("pricelist",),
        key=("pricelist", "product", "min_quantity", "date_start"),
    ),
    "partners": Kind(
        "res.partner",
        columns_of(
            "name",
            "ref",
            "is_company",
            "type",
            "street",
            "street2",
            "zip",
            "city",
            "email",
            "phone",
            "website",
            "vat",
            "company_registry",
            "lang",
            "comment",
            parent="parent_id",
            country="country_id",
            state="state_id",
            payment_term="property_payment_term_id",
            pricelist="property_product_pricelist",
            fiscal_position="property_account_position_id",
            categories="category_id",
        ),
        required=("name",),
    ),
    "templates": Kind(
        "cn285.contract.template",
        {**columns_of("name", "code", "sequence"), **_CONTRACT_TERMS},
        required=("name",),
        key=("code",),
        adopt=("code",),
    ),
    "template_items": Kind(
        "cn285.contract.template.item",
        {**columns_of(template="template_id"), **_TERMS},
        required=("template", "product"),
    ),
    "template_discounts": Kind(
        "cn285.contract.template.item.discount",
        columns_of("name", "month_from", "month_count", "percent", "amount", item="item_id"),
        required=("item",),
        key=("item", "month_from"),
    ),
    "contracts": Kind(
        "cn285.contract",
        {
            **columns_of(
                "client_ref",
                "date_start",
                "date_end",
                number="name",
                partner="partner_id",
                invoice_address="partner_invoice_id",
                reseller="reseller_id",
                template="template_id",
                template_items=Column(None, "boolean"),
                fiscal_position="fiscal_position_id",
                salesperson="user_id",
                state=Column(None, "contract_state"),
                closed_on=Column(None, "date"),
            ),
            **_CONTRACT_TERMS,
        },
        required=("partner",),
    ),
    "items": Kind(
        "cn285.contract.item",
        {
            **columns_of(
                "code",
                "date_start",
                "date_end",
                "one_shot_date",
                contract=Column("contract_id", owner=True),
                beneficiary="beneficiary_id",
                activated_on=Column(None, "date"),
            ),
            **_TERMS,
        },
        required=("contract", "product"),
    ),
    "discounts": Kind(
        "cn285.contract.item.discount",
        columns_of(
            "name",
            "date_start",
            "date_end",
            "percent",
            "amount",
            item=Column("item_id", owner=True),
        ),
        required=("item", "date_start"),
        key=("item", "date_start"),
    ),
}

# Fields by which a cell may name a record, beside external ids; the first that answers decides.
NAMED_BY = {
    "account.account": ("code", "name"),
    "account.analytic.account": ("code", "name"),
    "account.journal": ("code", "name"),
    "cn285.contract": ("name", "client_ref"),
    "cn285.contract.item": ("code",),
    "cn285.contract.template": ("code", "name"),
    "cn285.contract.template.item": (),
    "product.product": ("default_code", "barcode", "name"),
    "res.country": ("code", "name"),
    "res.country.state": ("code", "name"),
    "res.partner": ("ref", "name"),
    "res.users": ("login", "name"),
}


def complete_values(kind, vals):
    """Values that follow from other cells of the row, and that the file need not repeat.

    :param str kind: name of the kind
    :param dict vals: the values of the row's cells; changed in place
    """
    if kind in ("items", "template_items"):
        # A price in the file is an own price, also where it equals what is stored (0.00).
        if "price_unit" in vals and "price_source" not in vals:
            vals["price_source"] = "manual"
    elif kind == "prices":
        vals["applied_on"] = "0_product_variant" if vals.get("product_id") else "3_global"
        vals["compute_price"] = "percentage" if "percent_price" in vals else "fixed"
