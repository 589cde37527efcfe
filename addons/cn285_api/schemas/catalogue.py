"""Customers, products and their prices, templates: what contracts are made of."""

from typing import Annotated, Literal

from odoo.tools import LazyTranslate
from pydantic import AfterValidator, Field, field_validator, model_validator

from .common import (
    CountryCode,
    Currency,
    DecimalIn,
    DecimalOut,
    ExternalId,
    In,
    ListQuery,
    Moment,
    MomentOut,
    Out,
    Page,
    Ref,
    ReferenceIn,
    ShortText,
    Text,
    Yes,
)
from .contracts import Grouping, ItemTermsIn, Sending, TermsOut

_lt = LazyTranslate(__name__)
AddressType = Literal["contact", "invoice", "delivery", "other"]
ProductType = Literal["service", "consu"]
Direction = Literal["upsell", "downsell", "cross_sell"]


def _not_negative(value):
    if value < 0:
        raise ValueError(_lt("it is below zero"))
    return value


PriceGiven = Annotated[DecimalIn, AfterValidator(_not_negative)]


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


class ProductValues(In):
    """What is said of a product."""

    code: ShortText | None = None
    type: ProductType | None = None
    price: PriceGiven | None = Field(
        None, description="The sales price without any price list, in the company's currency."
    )
    category: ReferenceIn | None = None
    taxes: list[ShortText] | None = Field(
        None, max_length=20, description="Names of sales taxes; left out, as its type has them."
    )
    description: Text | None = Field(None, description="What offers and invoices say of it.")


class ProductIn(ProductValues):
    """A new product that is sold."""

    name: ShortText
    external_id: ExternalId | None = None


class ProductPatch(ProductValues):
    """What changes of a product; null empties ``code`` and ``description``."""

    name: ShortText | None = Field(None, description="Of all its variants.")
    active: Yes | None = None


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


class PricelistIn(In):
    """A new price list."""

    name: ShortText
    currency: Currency | None = Field(None, description="Left out: the company's.")
    external_id: ExternalId | None = None


class PricelistPatch(In):
    """What changes of a price list."""

    name: ShortText | None = None
    active: Yes | None = None


class PriceOut(Out):
    """A rule of a price list, as it is kept."""

    id: int
    external_id: str | None
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


class PricePatch(In):
    """What changes of a rule; null takes ``valid_from`` and ``valid_until`` away."""

    fixed_price: PriceGiven | None = Field(None, description="What a unit costs.")
    percent: DecimalIn | None = Field(None, description="Off the sales price, in percent.")
    min_quantity: PriceGiven | None = Field(None, description="From this quantity on.")
    valid_from: Moment | None = None
    valid_until: Moment | None = None

    @model_validator(mode="after")
    def _one_of_both(self):
        if self.fixed_price is not None and self.percent is not None:
            raise ValueError(_lt("say either a price or a percentage"))
        return self


class PriceIn(PricePatch):
    """A new rule of a price list: a price, or a percentage off the sales price."""

    product: ReferenceIn | None = Field(None, description="Left out: all products.")
    external_id: ExternalId | None = None

    @model_validator(mode="after")
    def _one(self):
        if self.fixed_price is None and self.percent is None:
            raise ValueError(_lt("say a price or a percentage"))
        return self


class TierPathOut(Out):
    """A step from a product to another that counts as more, or as less."""

    id: int
    external_id: str | None
    product_from: Ref
    product_to: Ref
    direction: str
    active: bool
    updated_at: MomentOut


class TierPathPage(Page[TierPathOut]):
    """A page of tier paths."""


class TierPathIn(In):
    """A new tier path."""

    product_from: ReferenceIn
    product_to: ReferenceIn
    direction: Direction = "upsell"
    external_id: ExternalId | None = None


class TierPathPatch(In):
    """What changes of a tier path."""

    active: Yes | None = None


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


class TemplateItemValues(ItemTermsIn):
    """What is said of a template's item."""

    start_condition: Literal["contract", "manual"] | None = None


class TemplateItemIn(TemplateItemValues):
    """A new item of a template."""

    product: ReferenceIn
    external_id: ExternalId | None = None


class TemplateItemPatch(TemplateItemValues):
    """What changes of a template's item."""

    product: ReferenceIn | None = None


class TemplateValues(In):
    """What is said of a template."""

    code: ShortText | None = None
    currency: Currency | None = None
    pricelist: ReferenceIn | None = None
    invoice_separately: Yes | None = None
    line_grouping: Grouping | None = None
    sending: Sending | None = None
    tags: list[ShortText] | None = Field(None, max_length=50)
    note: Text | None = None


class TemplateIn(TemplateValues):
    """A new template, with its items."""

    name: ShortText
    items: list[TemplateItemIn] = Field(default_factory=list, max_length=500)
    external_id: ExternalId | None = None

    @field_validator("items")
    @classmethod
    def _different_ids(cls, items):
        names = [item.external_id for item in items if item.external_id]
        if len(names) != len(set(names)):
            raise ValueError(_lt("two items have the same external id"))
        return items


class TemplatePatch(TemplateValues):
    """What changes of a template; null empties ``code``, ``note`` and ``pricelist``."""

    name: ShortText | None = None
    active: Yes | None = None
