"""Recurring revenue: measures, movements, and what items are worth by month."""

from datetime import date
from typing import Literal

from odoo.addons.cn285_api.schemas.common import (
    Currency,
    Day,
    DecimalOut,
    In,
    ListQuery,
    Out,
    Page,
    Ref,
    ReferenceIn,
)
from pydantic import Field

MovementKind = Literal[
    "new",
    "reactivation",
    "expansion",
    "contraction",
    "churn",
    "transfer",
    "pause",
    "internal",
    "currency",
]


class MeasuresQuery(In):
    """The months that are measured."""

    month_from: Day = Field(description="A day of the first month.")
    month_to: Day = Field(description="A day of the last month.")


class MeasuresOut(Out):
    """Measures of a span of months; amounts in the company's currency, excluding tax.

    Shares are between 0 and 1. What has nothing to be divided by is null, and not 0.
    """

    month_from: date = Field(description="First day of the first month.")
    month_to: date = Field(description="First day of the last month.")
    currency: Currency
    opening: DecimalOut
    new: DecimalOut
    reactivation: DecimalOut
    expansion: DecimalOut
    contraction: DecimalOut
    churn: DecimalOut
    transfer: DecimalOut
    pause: DecimalOut
    currency_effect: DecimalOut = Field(description="What exchange rates did.")
    closing: DecimalOut = Field(description="The MRR.")
    arr: DecimalOut
    arpa: DecimalOut | None = Field(description="For each paying customer.")
    usage: DecimalOut = Field(description="Rated usage of the months; never in the MRR.")
    usage_mrr: DecimalOut = Field(description="The mean of the last three months that are over.")
    customers_opening: int
    customers_new: int
    customers_back: int
    customers_lost: int
    customers_closing: int
    customers_paying: int
    customer_churn: DecimalOut | None
    gross_churn: DecimalOut | None
    net_churn: DecimalOut | None
    grr: DecimalOut | None
    nrr: DecimalOut | None
    quick_ratio: DecimalOut | None
    ltv: DecimalOut | None
    cltv: DecimalOut | None


class RecurringQuery(In):
    """Which day, and what was known of it when."""

    day: Day
    known_on: Day | None = Field(None, description="As it was known on this day.")
    horizon_months: int = Field(
        0, ge=0, le=120, description="Committed: what is agreed for so many months later."
    )


class RecurringAmount(Out):
    """Recurring revenue in a currency."""

    currency: Currency
    mrr: DecimalOut


class RecurringOut(Out):
    """Recurring revenue of a day, in the currencies of the contracts."""

    day: date = Field(description="The day that was looked at, the horizon added.")
    data: list[RecurringAmount]


class MovementOut(Out):
    """What of a customer's movement on a day is of an item."""

    id: int
    date: date
    kind: MovementKind
    cause: str
    customer: Ref
    contract: Ref
    item: Ref
    product: Ref | None
    change_id: int | None
    reason: Ref | None
    amount: DecimalOut = Field(description="In the contract's currency.")
    currency: Currency
    company_amount: DecimalOut = Field(description="At the rate of the day.")
    company_currency: Currency
    customers: int = Field(description="1: the customer came by it; -1: the customer left.")


class MovementPage(Page[MovementOut]):
    """A page of movements. They are made anew when something is dated back: read whole spans."""


class MovementQuery(ListQuery):
    """Which movements are listed; those of days to come are agreed."""

    date_from: Day | None = None
    date_to: Day | None = None
    kind: MovementKind | None = None
    customer: ReferenceIn | None = None
    contract: ReferenceIn | None = None


class ItemMonthOut(Out):
    """What an item is worth at a month's end; of the current month, today."""

    id: int
    month: date
    customer: Ref
    contract: Ref
    item: Ref
    product: Ref | None
    mrr: DecimalOut
    list_mrr: DecimalOut = Field(description="Before discount periods.")
    currency: Currency


class ItemMonthPage(Page[ItemMonthOut]):
    """A page of items by month."""


class ItemMonthQuery(ListQuery):
    """Which months of which items are listed."""

    month: Day | None = Field(None, description="A day of the month.")
    customer: ReferenceIn | None = None
    contract: ReferenceIn | None = None
    product: ReferenceIn | None = None
