"""Billing runs, invoices, credit notes and their files."""

from typing import Annotated, Literal

from odoo.tools import LazyTranslate
from pydantic import Field, StrictInt, model_validator

from .common import (
    Currency,
    Day,
    DecimalIn,
    DecimalOut,
    Id,
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
RunState = Literal["draft", "running", "done", "partial", "cancelled"]
InvoiceKind = Literal["invoice", "credit_note"]
InvoiceState = Literal["draft", "posted", "cancel"]


class RunIn(In):
    """A billing run: what is due is billed, or what of it these filters let in."""

    date: Day | None = Field(None, description="Up to this day; left out: today.")
    invoice_date: Day | None = Field(None, description="Left out: the day that each is due.")
    post: Yes = Field(True, description="Post the invoices; else they stay drafts.")
    customers: list[ReferenceIn] = Field(default_factory=list, max_length=1_000)
    contracts: list[ReferenceIn] = Field(default_factory=list, max_length=1_000)
    templates: list[ReferenceIn] = Field(default_factory=list, max_length=1_000)


class RunOut(Out):
    """A billing run, and how far it is."""

    id: int
    number: str
    state: str
    date: Day
    invoice_date: Day | None
    post: bool
    progress: DecimalOut = Field(description="In percent.")
    batches_done: int
    batches: int
    open_issues: int
    invoices: int
    job: str | None = Field(description="The job that prepares it, see `/jobs/{job}`.")
    started_at: MomentOut | None
    finished_at: MomentOut | None
    created_at: MomentOut


class RunPage(Page[RunOut]):
    """A page of billing runs."""


class IssueOut(Out):
    """What a run has set aside, and why."""

    id: int
    kind: str
    contract: Ref | None
    invoice_id: int | None
    reason: str
    state: str


class IssuePage(Page[IssueOut]):
    """A page of issues."""


class JobOut(Out):
    """A job in the background."""

    id: str
    name: str
    state: str = Field(description="`pending`, `enqueued`, `started`, `done`, `failed` …")
    result: str | None
    created_at: MomentOut
    started_at: MomentOut | None
    done_at: MomentOut | None


class InvoiceLineOut(Out):
    """A line of an invoice."""

    id: int
    name: str
    product: Ref | None
    quantity: DecimalOut
    price_unit: DecimalOut
    discount: DecimalOut
    taxes: list[str]
    amount_untaxed: DecimalOut
    amount_total: DecimalOut


class InvoiceOut(Out):
    """A customer invoice or credit note. Amounts of both count as positive."""

    id: int
    kind: InvoiceKind
    number: str | None
    state: InvoiceState
    customer: Ref
    contracts: list[Ref]
    date: Day | None
    date_due: Day | None
    currency: Currency
    amount_untaxed: DecimalOut
    amount_tax: DecimalOut
    amount_total: DecimalOut
    amount_residual: DecimalOut = Field(description="What is still to be paid.")
    payment_state: str
    credits_invoice_id: int | None = Field(description="Of a credit note: what it takes back.")
    billing_run_id: int | None
    statement_files: int
    updated_at: MomentOut
    lines: list[InvoiceLineOut] | None = Field(None, description="With `expand=lines`.")


class InvoicePage(Page[InvoiceOut]):
    """A page of invoices."""


class InvoiceQuery(ListQuery):
    """Which invoices are listed."""

    kind: InvoiceKind | None = None
    state: InvoiceState | None = None
    contract: ReferenceIn | None = None
    customer: ReferenceIn | None = None
    billing_run: ReferenceIn | None = None
    number: ShortText | None = None


class CreditableRow(Out):
    """A row of the schedule that a line bills."""

    row_id: int
    name: str
    charged: DecimalOut
    credited: DecimalOut
    remaining: DecimalOut


class CreditableLine(Out):
    """What of a line can still be credited, excluding tax."""

    line_id: int
    name: str
    charged: DecimalOut
    credited: DecimalOut
    remaining: DecimalOut
    remaining_total: DecimalOut = Field(description="Including tax.")
    rows: list[CreditableRow]


class Creditable(Out):
    """What of an invoice can still be credited, line by line."""

    data: list[CreditableLine]


class PartIn(In):
    """How much of a line or row is credited: a percentage, or an amount excluding tax."""

    id: Id
    percent: DecimalIn | None = None
    amount: DecimalIn | None = None

    @model_validator(mode="after")
    def _one_of_both(self):
        if (self.percent is None) == (self.amount is None):
            raise ValueError(_lt("say either a percentage or an amount"))
        return self


class CreditNoteIn(In):
    """A credit note: of all that is left of an invoice, of a percentage of it, of lines, or of rows
    of the schedule. Of lines and rows a percentage or an amount."""

    invoice: ReferenceIn
    percent: DecimalIn | None = Field(None, description="Of what the invoice charged in all.")
    lines: list[PartIn] | None = Field(None, min_length=1, max_length=1_000)
    rows: list[PartIn] | None = Field(None, min_length=1, max_length=1_000)
    reason: ReferenceIn | None = None
    date: Day | None = Field(None, description="Left out: today.")
    note: Text | None = None
    post: Yes = True

    @model_validator(mode="after")
    def _one_form(self):
        given = [one for one in (self.percent, self.lines, self.rows) if one is not None]
        if len(given) > 1:
            raise ValueError(_lt("a percentage, or lines, or rows: one of them"))
        for parts in (self.lines or [], self.rows or []):
            if len({part.id for part in parts}) < len(parts):
                raise ValueError(_lt("a line or row is named twice"))
        return self


class GoodwillIn(In):
    """A credit note that no invoice stands behind."""

    amount: DecimalIn = Field(description="Excluding tax, above zero.")
    name: Lines | None = None
    reason: ReferenceIn | None = None
    date: Day | None = None
    note: Text | None = None


class CreditTried(Out):
    """What a credit note would come to."""

    currency: Currency
    amount_untaxed: DecimalOut
    amount_tax: DecimalOut
    amount_total: DecimalOut


class StatementFile(Out):
    """A file that explains an invoice."""

    id: int
    name: str
    media_type: str
    size: int


class StatementFiles(Out):
    """The files that explain an invoice."""

    data: list[StatementFile]


class BillAheadIn(In):
    """How far a contract is billed ahead: a number of periods of each item, or up to a day."""

    periods: Annotated[StrictInt, Field(ge=1, le=60)] | None = None
    until: Day | None = Field(None, description="All periods that begin on this day or before.")

    @model_validator(mode="after")
    def _one_of_both(self):
        if (self.periods is None) == (self.until is None):
            raise ValueError(_lt("say either a number of periods or a day"))
        return self


class InvoicesMade(Out):
    """Invoices that were made."""

    data: list[InvoiceOut]


class InvoicesTried(Out):
    """What invoices would come to."""

    data: list[CreditTried]
