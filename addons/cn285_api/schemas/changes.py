"""Contract changes: what may change, when, what it comes to."""

from datetime import date
from typing import Any, Literal

from pydantic import Field

from .common import (
    Currency,
    Day,
    DecimalOut,
    In,
    ListQuery,
    MomentOut,
    Out,
    Page,
    Ref,
    ReferenceIn,
    ShortText,
    Text,
)
from .contracts import InvoicePreview

ChangeState = Literal["draft", "to_approve", "scheduled", "applied", "cancelled", "rejected"]
# A value of a change: what kind it has to be says its type.
ChangeValue = str | int | float | bool | list[Any] | dict[str, Any] | None


class ValueSpec(Out):
    """What one value of a change has to be."""

    kind: str = Field(
        description="`number` (a decimal as text), `integer`, `boolean`, `text`, `date`, `end` (a "
        "date or null), `choice`, `record` (a reference), `records` (list of references), "
        "`fields` or `data`."
    )
    required: bool
    model: str | None = Field(description="Which records a reference names.")
    choices: list[str]


class ChangeTypeOut(Out):
    """A type of contract change, and what it takes."""

    type: str
    name: str = Field(description="In the reader's language.")
    on: str = Field(description="What it concerns: `item`, `contract`, or `either`.")
    end_day: bool = Field(description="Its day is the last one before it takes effect.")
    values: dict[str, ValueSpec]


class ChangeTypes(Out):
    """All types of contract changes."""

    data: list[ChangeTypeOut]


class ChangeOut(Out):
    """A change of a contract: planned, in effect, or given up."""

    id: int
    contract: Ref
    item: Ref | None
    type: str
    description: str = Field(description="What changes, in words.")
    date_effective: date
    date_requested: date | None
    date_applied: date | None
    state: ChangeState
    origin: str
    values: dict[str, Any] = Field(description="As they are kept: records by their numbers.")
    result_item: Ref | None
    result_contract: Ref | None
    error: str | None = Field(description="Why it could not be applied when it was due.")
    created_at: MomentOut
    updated_at: MomentOut


class ChangePage(Page[ChangeOut]):
    """A page of changes."""


class ChangeQuery(ListQuery):
    """Which changes are listed."""

    contract: ReferenceIn | None = None
    state: ChangeState | None = None
    type: ShortText | None = None


class ChangeIn(In):
    """A change to be scheduled."""

    contract: ReferenceIn
    item: ReferenceIn | None = None
    type: ShortText
    date_effective: Day | None = Field(
        None, description="Left out: the first day that the contract's rules allow."
    )
    values: dict[ShortText, ChangeValue] = Field(
        default_factory=dict,
        description="See `/contract-change-types`. Decimals are texts, records references.",
    )
    note: Text | None = None
    reason: ReferenceIn | None = None


class ChangeLine(Out):
    """A row of the billing schedule that a change adds, or drops."""

    item_id: int | None
    item: str
    period_start: date
    period_end: date
    billing_date: date
    amount: DecimalOut
    amount_with_tax: DecimalOut


class CancelledPlan(Out):
    """A planned change that another one makes void."""

    change_id: int
    change: str
    date: date


class ChangePreview(Out):
    """What a change comes to, as things stand; nothing is written."""

    date: date
    currency: Currency
    credits: list[ChangeLine]
    charges: list[ChangeLine]
    dropped: list[ChangeLine]
    amount: DecimalOut = Field(description="Credits and charges less what is dropped, excl. tax.")
    amount_with_tax: DecimalOut
    total: DecimalOut = Field(description="The whole difference up to `until`, excluding tax.")
    total_with_tax: DecimalOut
    until: date
    mrr_before: DecimalOut
    mrr_after: DecimalOut
    next_invoice: InvoicePreview | None
    cancelled: list[CancelledPlan]
    needs_approval: bool


class FirstDay(Out):
    """From when a change may take effect."""

    date: Day | None = Field(description="Null: the contract's rules do not allow it at all.")


class RescheduleIn(In):
    """To which day a change is moved."""

    date_effective: Day


class RejectIn(In):
    """Why a change is rejected."""

    note: Text | None = None


class PauseIn(In):
    """A pause, of the contract or of one of its items."""

    date_effective: Day | None = Field(None, description="First day of it; left out: today.")
    until: Day | None = Field(None, description="Last day of it; left out: until it is resumed.")
    item: ReferenceIn | None = None
    note: Text | None = None


class RefundLine(Out):
    """A row that is paid back."""

    item_id: int | None
    name: str
    period_start: date
    period_end: date
    amount: DecimalOut


class UsageLine(Out):
    """Usage that is not billed yet."""

    item_id: int | None
    name: str
    period_start: date
    period_end: date
    amount: DecimalOut | None = Field(description="Null where it is not known yet.")


class TerminationQuote(Out):
    """From when a contract may end, and what ending it comes to, to the cent."""

    contract: Ref
    currency: Currency
    date_requested: date
    date_effective: date
    last_day: date
    immediate: bool
    earliest_date: date
    earliest_free_date: date = Field(description="The earliest one for which no fee is owed.")
    allowed: bool
    ground: str | None = Field(description="By what right, a code.")
    obstacle: str | None = Field(description="Why not, in words.")
    free_of_charge: bool
    free_reasons: list[str]
    refund_untaxed: DecimalOut
    refund_tax: DecimalOut
    refund_total: DecimalOut
    refund_lines: list[RefundLine]
    refund_due: date
    fee: DecimalOut = Field(description="For leaving the commitment early, excluding tax.")
    fee_total: DecimalOut
    fee_base: DecimalOut = Field(description="What remains until the commitment ends.")
    fee_cap: DecimalOut | None = Field(description="The most that the law allows.")
    open_usage: list[UsageLine]


class TerminationIn(In):
    """A termination."""

    contract: ReferenceIn
    date_effective: Day | None = Field(None, description="Left out: the earliest one.")
    date_requested: Day | None = Field(None, description="Left out: today.")
    legitimate_reason: Text | None = Field(
        None, description="A reason that frees the customer; somebody looks at it."
    )
    note: Text | None = None
    reason: ReferenceIn | None = None


class WithdrawalIn(In):
    """A withdrawal by a consumer."""

    note: Text | None = None


class RenewalOut(Out):
    """A contract's term, and whether it renews."""

    term_number: int
    term_start: date | None
    term_end: date | None
    renews: bool
    renewal_date: date | None
    last_day_to_refuse: date | None
    commitment_end: date | None


class RefusalIn(In):
    """That a renewal is refused."""

    date: Day | None = Field(None, description="Day of the refusal; left out: today.")
    note: Text | None = None
