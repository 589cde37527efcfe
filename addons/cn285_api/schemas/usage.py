"""Usage: events, what is measured, what it costs so far."""

from datetime import date
from typing import Any

from pydantic import Field

from .common import Currency, DecimalOut, ListQuery, MomentOut, Out, Page, Ref, ReferenceIn


class Refused(Out):
    """An event that was not taken."""

    row: int = Field(description="Its place in what was sent, from 0.")
    code: str
    reason: str


class Ingested(Out):
    """What became of each event; nothing that is counted here gets lost."""

    accepted: int
    duplicates: int = Field(description="Sent before with the same key, saying the same.")
    parked: int = Field(description="Kept until it is known for whom they are.")
    refused: list[Refused]


class EventOut(Out):
    """A usage event as it is kept."""

    id: int
    source: str
    transaction_id: str
    metric: str
    item: Ref | None
    beneficiary: Ref | None
    occurred_at: MomentOut
    ended_at: MomentOut | None
    quantity: DecimalOut
    properties: dict[str, Any]
    kind: str
    state: str
    received_at: MomentOut | None


class MetricOut(Out):
    """What is measured."""

    id: int
    external_id: str | None
    code: str
    name: str
    unit: str | None
    aggregation: str
    property: str | None
    active: bool
    updated_at: MomentOut


class MetricPage(Page[MetricOut]):
    """A page of metrics."""


class CalculatorOut(Out):
    """What usage of an item costs."""

    id: int
    external_id: str | None
    item: Ref | None
    metric: str | None
    charge_model: str
    description: str = Field(description="In words.")
    included_units: DecimalOut
    minimum_amount: DecimalOut
    maximum_amount: DecimalOut
    updated_at: MomentOut


class CalculatorPage(Page[CalculatorOut]):
    """A page of calculators."""


class CalculatorQuery(ListQuery):
    """Which calculators are listed."""

    item: ReferenceIn | None = None
    contract: ReferenceIn | None = None


class PoolOut(Out):
    """Included units that several items share."""

    id: int
    external_id: str | None
    name: str
    contract: Ref | None
    customer: Ref | None
    metric: str | None
    included_units: DecimalOut
    active: bool
    updated_at: MomentOut


class PoolPage(Page[PoolOut]):
    """A page of pools."""


class EstimateOut(Out):
    """What a running period has cost so far, and will if it goes on as it began."""

    item: Ref
    beneficiary_id: int | None
    metric: str | None
    period_start: date
    period_end: date
    quantity: DecimalOut
    events: int
    included: DecimalOut | None
    left: DecimalOut | None
    amount: DecimalOut = Field(description="Excluding tax.")
    billed: DecimalOut
    projected: DecimalOut
    currency: Currency
    late: bool = Field(description="Of a period that was billed: the difference.")
    explanation: str


class Estimates(Out):
    """The usage of the running periods of a contract."""

    data: list[EstimateOut]
    problem: str | None = Field(description="Why it cannot be rated, in words.")
