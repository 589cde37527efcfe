"""Customers, products and their prices, templates: what contracts are made of."""

from typing import Literal

from pydantic import Field

from .common import (
    CountryCode,
    Currency,
    DecimalOut,
    ExternalId,
    In,
    ListQuery,
    MomentOut,
    Out,
    Page,
    Ref,
    ReferenceIn,
    ShortText,
    Yes,
)
from .contracts import Grouping, Sending, TermsOut

AddressType = Literal["contact", "invoice", "delivery", "other"]


class CustomerOut(Out):
    """A customer, or an address or person of one (``parent``)."""

    id: int
    external_id: str | None
    name: str
    is_company: bool
    parent: Ref | None
    type: AddressType = Field(description="What an address of its parent is for.")
    ref: str | None = Field(description="The company's own number for it.")
    email: str | None
    phone: str | None
    street: str | None
    street2: str | None
    zip: str | None
    city: str | None
    country: CountryCode | None
    vat: str | None
    company_registry: str | None
    lang: str | None = Field(examples=["fr_FR"])
    payment_terms: Ref | None
    active: bool
    created_at: MomentOut
    updated_at: MomentOut


class CustomerPage(Page[CustomerOut]):
    """A page of customers."""


class CustomerQuery(ListQuery):
    """Which customers are listed."""

    email: ShortText | None = None
    vat: ShortText | None = None
    ref: ShortText | None = None
    parent: ReferenceIn | None = None


class CustomerValues(In):
    """What is said of a customer; null empties it."""

    is_company: Yes | None = None
    parent: ReferenceIn | None = None
    type: AddressType | None = None
    ref: ShortText | None = None
    email: ShortText | None = None
    phone: ShortText | None = None
    street: ShortText | None = None
    street2: ShortText | None = None
    zip: ShortText | None = None
    city: ShortText | None = None
    country: CountryCode | None = None
    vat: ShortText | None = None
    company_registry: ShortText | None = None
    lang: ShortText | None = Field(None, description="An installed language: `fr_FR`.")
    payment_terms: ReferenceIn | None = None


class CustomerIn(CustomerValues):
    """A new customer."""

    name: ShortText
    external_id: ExternalId | None = None


class CustomerPatch(CustomerValues):
    """What changes of a customer."""

    name: ShortText | None = None
    active: Yes | None = None


class ProductOut(Out):
    """A product that is sold."""

    id: int
    external_id: str | None
    name: str
    code: str | None
    type: str
    price: DecimalOut = Field(description="The sales price without any price list.")
    currency: Currency
    unit: str
    category: Ref | None
    taxes: list[str]
    active: bool
    updated_at: MomentOut


class ProductPage(Page[ProductOut]):
    """A page of products."""


class ProductQuery(ListQuery):
    """Which products are listed."""

    code: ShortText | None = None


class PricelistOut(Out):
    """A price list."""

    id: int
    external_id: str | None
    name: str
    currency: Currency
    active: bool
    updated_at: MomentOut


class PricelistPage(Page[PricelistOut]):
    """A page of price lists."""


class PriceOut(Out):
    """A rule of a price list, as it is kept."""

    id: int
    applies_to: str = Field(description="All, a category, a product or a variant, in words.")
    product: Ref | None
    kind: str = Field(description="`fixed`, `percentage` or `formula`.")
    fixed_price: DecimalOut | None
    percent: DecimalOut | None
    min_quantity: DecimalOut
    valid_from: MomentOut | None
    valid_until: MomentOut | None
    updated_at: MomentOut


class PricePage(Page[PriceOut]):
    """A page of rules of a price list."""


class TierPathOut(Out):
    """A step from a product to another that counts as more, or as less."""

    id: int
    product_from: Ref
    product_to: Ref
    direction: str
    updated_at: MomentOut


class TierPathPage(Page[TierPathOut]):
    """A page of tier paths."""


class CalculatorRef(Out):
    """A calculator that a template's item brings."""

    id: int
    name: str
    metric: str | None
    charge_model: str


class TemplateItemOut(TermsOut):
    """An item of a template."""

    id: int
    external_id: str | None
    calculators: list[CalculatorRef]


class TemplateOut(Out):
    """A contract's terms and items without dates and customer."""

    id: int
    external_id: str | None
    name: str
    code: str | None
    currency: Currency | None
    invoice_separately: bool
    line_grouping: Grouping
    sending: Sending
    tags: list[str]
    active: bool
    updated_at: MomentOut
    items: list[TemplateItemOut]


class TemplatePage(Page[TemplateOut]):
    """A page of templates."""


class TemplateQuery(ListQuery):
    """Which templates are listed."""

    code: ShortText | None = None
