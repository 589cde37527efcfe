"""Contracts, their items, what they will bill."""

from datetime import date
from typing import Literal

from odoo.tools import LazyTranslate
from pydantic import Field, field_validator

from .common import (
    Count,
    Currency,
    Day,
    DecimalIn,
    DecimalOut,
    ExternalId,
    In,
    Lines,
    ListQuery,
    MomentOut,
    Out,
    Page,
    Ref,
    ReferenceIn,
    ShortText,
    Text,
    Yes,
)

_lt = LazyTranslate(__name__)
ContractState = Literal[
    "draft", "active", "paused", "suspended", "closed", "withdrawn", "cancelled"
]
SignatureState = Literal["draft", "sent", "signed", "declined", "expired", "cancelled", "replaced"]
ItemState = Literal["draft", "active", "paused", "suspended", "ended", "withdrawn", "cancelled"]
BillingType = Literal["fixed", "one_shot", "usage", "none"]
Unit = Literal["day", "week", "month", "quarter", "semester", "year"]
Alignment = Literal["anniversary", "calendar"]
Partial = Literal["prorate", "full", "free"]
Timing = Literal["advance", "arrears"]
Start = Literal["contract", "date", "manual"]
Grouping = Literal["row", "product", "item_name"]
Sending = Literal["none", "email"]
PriceSource = Literal["pricelist", "manual"]
Month = Literal["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]


class TermsOut(Out):
    """What a product costs and when it is billed: of items of contracts and of templates."""

    product: Ref
    name: str = Field(description="What the invoice line says.")
    quantity: DecimalOut
    price_source: PriceSource
    price_unit: DecimalOut | None = Field(
        description="Price of a unit for a full period; null where the price list decides."
    )
    discount: DecimalOut = Field(description="Percentage off the price.")
    billing_type: BillingType
    recurring_interval: int
    recurring_unit: Unit
    alignment: Alignment
    billing_day: int
    billing_month: Month | None
    first_period: Partial
    last_period: Partial
    proration_basis: str
    timing: Timing
    billing_offset: int = Field(description="Days by which it is billed later, or earlier.")
    trial_days: int
    start_condition: Start
    period_count: int = Field(description="Ends by itself after so many periods; 0: it does not.")


class ItemOut(TermsOut):
    """An item of a contract: one service, and its rhythm."""

    id: int
    external_id: str | None
    contract: Ref
    code: str | None = Field(description="The number by which the service is known elsewhere.")
    beneficiary: Ref | None
    state: ItemState
    date_start: date | None
    date_end: date | None = Field(description="Last day of the service.")
    planned_end: date | None
    one_shot_date: date | None
    currency: Currency
    updated_at: MomentOut


class ItemPage(Page[ItemOut]):
    """A page of items."""


class SignatureRef(Out):
    """The last signature request of something; who signs says `/signature-requests`."""

    id: int
    number: str
    state: SignatureState


class ContractOut(Out):
    """A contract. Its items are read by ``/contracts/{contract}/items``, or expanded."""

    id: int
    external_id: str | None
    number: str
    client_ref: str | None = Field(description="The customer's own number for it.")
    state: ContractState
    customer: Ref
    reseller: Ref | None = Field(description="Who is billed instead of the customer.")
    payer: Ref
    template: Ref | None
    currency: Currency
    date_start: date | None
    date_end: date | None = Field(description="Last day; null: it has no end.")
    planned_end: date | None = Field(description="Last day by a termination to come.")
    commitment_end: date | None
    tags: list[str]
    invoice_separately: bool
    line_grouping: Grouping
    sending: Sending
    created_at: MomentOut
    updated_at: MomentOut
    items: list[ItemOut] | None = Field(None, description="With `expand=items`.")
    signature_request: SignatureRef | None = Field(
        None,
        description="With `expand=signature_request`: the last one; null where none was sent.",
    )


class ContractPage(Page[ContractOut]):
    """A page of contracts."""


class ContractQuery(ListQuery):
    """Which contracts are listed."""

    state: ContractState | None = None
    customer: ReferenceIn | None = None
    template: ReferenceIn | None = None


class ItemQuery(ListQuery):
    """Which items are listed."""

    state: ItemState | None = None
    code: ShortText | None = Field(None, description="Of this service number.")


class ItemTermsIn(In):
    """What a product costs and when it is billed. What is left out is as in the web client; a price
    that is left out is asked of the price list, one of ``0.00`` is a price."""

    name: Lines | None = None
    quantity: DecimalIn | None = None
    price_unit: DecimalIn | None = None
    discount: DecimalIn | None = None
    billing_type: BillingType | None = None
    recurring_interval: Count | None = None
    recurring_unit: Unit | None = None
    alignment: Alignment | None = None
    billing_day: Count | None = None
    billing_month: Month | None = None
    first_period: Partial | None = None
    last_period: Partial | None = None
    timing: Timing | None = None
    trial_days: Count | None = None
    period_count: Count | None = None


class ItemIn(ItemTermsIn):
    """A new item. What is left out is as in the web client; a price that is left out is asked of
    the price list, one of ``0.00`` is a price."""

    product: ReferenceIn
    start_condition: Start | None = None
    date_start: Day | None = None
    date_end: Day | None = None
    one_shot_date: Day | None = None
    code: ShortText | None = None
    beneficiary: ReferenceIn | None = None
    external_id: ExternalId | None = None


class ContractTermsIn(In):
    """What is said of a contract that is a draft."""

    client_ref: ShortText | None = None
    reseller: ReferenceIn | None = None
    date_start: Day | None = Field(None, description="Left out: the day of the confirmation.")
    date_end: Day | None = None
    commitment_end: Day | None = None
    pricelist: ReferenceIn | None = None
    currency: Currency | None = None
    tags: list[ShortText] | None = Field(None, max_length=50)
    invoice_separately: Yes | None = None
    line_grouping: Grouping | None = None
    sending: Sending | None = None
    note: Text | None = None


class ContractIn(ContractTermsIn):
    """A new contract: with items, or those of a template."""

    customer: ReferenceIn
    template: ReferenceIn | None = None
    items: list[ItemIn] | None = Field(
        None,
        min_length=1,
        max_length=500,
        description="Left out: those of the template.",
    )
    number: ShortText | None = Field(None, description="Left out: the next one.")
    external_id: ExternalId | None = None
    confirm: Yes = Field(False, description="Activate it at once.")

    @field_validator("items")
    @classmethod
    def _different_ids(cls, items):
        names = [item.external_id for item in items or [] if item.external_id]
        if len(names) != len(set(names)):
            raise ValueError(_lt("two items have the same external id"))
        return items


class ContractPatch(ContractTermsIn):
    """What changes of a draft; null empties what can be empty."""

    customer: ReferenceIn | None = None


class PreviewLine(Out):
    """A line of an invoice to come."""

    name: str
    item_id: int | None
    period_start: date
    period_end: date = Field(description="Last day of the period.")
    quantity: DecimalOut
    price_unit: DecimalOut
    discount: DecimalOut
    amount: DecimalOut = Field(description="Excluding tax.")
    amount_total: DecimalOut = Field(description="Including tax.")
    explanation: str = Field(description="How it comes about, in words.")


class InvoicePreview(Out):
    """An invoice as it will be, as things stand."""

    date: date
    currency: Currency
    amount_untaxed: DecimalOut
    amount_tax: DecimalOut
    amount_total: DecimalOut
    lines: list[PreviewLine]


class InvoicePreviews(Out):
    """The next invoices of a contract."""

    data: list[InvoicePreview]


class ContractTried(Out):
    """What a contract would be and bill, after a dry run; nothing of it is there."""

    contract: ContractOut
    invoices: list[InvoicePreview]


class ScheduleRow(Out):
    """What is billed of an item for a period: planned, rated, or invoiced."""

    id: int
    item: Ref
    kind: str
    revision: int
    period_start: date
    period_end: date = Field(description="Last day of the period.")
    billing_date: date
    quantity: DecimalOut
    price_unit: DecimalOut
    discount: DecimalOut
    amount: DecimalOut = Field(description="Excluding tax; of usage that is not rated yet 0.")
    currency: Currency
    state: str
    invoice_id: int | None
    explanation: str | None


class SchedulePage(Page[ScheduleRow]):
    """A page of a billing schedule."""


class ScheduleQuery(ListQuery):
    """Which rows are listed."""

    state: Literal["planned", "waiting", "invoiced", "taken_over", "cancelled"] | None = None
    item: ReferenceIn | None = None


class ActivateIn(In):
    """When an item starts that waits for it."""

    date_start: Day | None = Field(None, description="Left out: today.")
