"""Revenue: schedules and what is recognised of them, month by month."""

from datetime import date

from pydantic import Field

from .common import Currency, Day, DecimalOut, ListQuery, Out, Page, Ref, ReferenceIn


class RevenueScheduleOut(Out):
    """How an invoice line, or what is not billed yet, becomes revenue."""

    id: int
    contract: Ref | None
    item: Ref | None
    customer: Ref | None
    product: Ref | None
    invoice_id: int | None
    service_start: date
    service_end: date = Field(description="Last day of the service.")
    amount: DecimalOut = Field(description="In the company's currency, excluding tax.")
    recognised: DecimalOut
    remaining: DecimalOut
    currency: Currency


class RevenueSchedulePage(Page[RevenueScheduleOut]):
    """A page of schedules."""


class RevenueScheduleQuery(ListQuery):
    """Which schedules are listed."""

    contract: ReferenceIn | None = None
    invoice: ReferenceIn | None = None


class RevenueEntryOut(Out):
    """Revenue of a month."""

    id: int
    schedule_id: int
    month: date = Field(description="Its last day.")
    date: Day = Field(description="On which it is recognised.")
    amount: DecimalOut
    currency: Currency
    state: str
    journal_entry_id: int | None


class RevenueEntryPage(Page[RevenueEntryOut]):
    """A page of entries."""


class RevenueEntryQuery(ListQuery):
    """Which entries are listed."""

    contract: ReferenceIn | None = None
    month_from: Day | None = None
    month_to: Day | None = None
