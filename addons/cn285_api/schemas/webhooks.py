"""Webhooks: who is told of what, and what became of it."""

from typing import Any, Literal

from pydantic import Field

from .common import In, Moment, MomentOut, Out, Page, ReferenceIn, ShortText, Url, Yes


class EndpointOut(Out):
    """Where events are sent."""

    id: int
    name: str
    url: str
    events: list[str] = Field(description="Types; empty: all.")
    enabled: bool
    disabled_reason: str | None
    failing_since: MomentOut | None
    waiting: int
    created_at: MomentOut
    secret: str | None = Field(None, description="Only where it was just made.")


class EndpointPage(Page[EndpointOut]):
    """A page of endpoints."""


class EndpointIn(In):
    """A new endpoint."""

    name: ShortText
    url: Url
    events: list[ShortText] = Field(default_factory=list, max_length=100)


class EndpointPatch(In):
    """What changes of an endpoint."""

    name: ShortText | None = None
    url: Url | None = None
    events: list[ShortText] | None = Field(None, max_length=100)
    enabled: Yes | None = None


class EventTypeOut(Out):
    """A type of event."""

    code: str
    name: str


class EventTypes(Out):
    """All types of events."""

    data: list[EventTypeOut]


class WebhookEventOut(Out):
    """Something that happened; the same as is sent."""

    number: int = Field(description="Its place in this list.")
    id: str
    type: str
    timestamp: str
    sequence: int = Field(description="Counts the events of an object.")
    data: dict[str, Any]


class WebhookEventPage(Page[WebhookEventOut]):
    """A page of events."""


class EventQuery(In):
    """Which events are listed."""

    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, max_length=300)
    type: ShortText | None = None


class DeliveryOut(Out):
    """An event on its way to an endpoint."""

    id: int
    event: str
    type: str
    endpoint_id: int
    state: Literal["pending", "sent", "failed"]
    failures: int
    status: int | None = Field(description="The last HTTP status.")
    answer: str | None
    next_try: MomentOut | None
    sent_at: MomentOut | None


class DeliveryPage(Page[DeliveryOut]):
    """A page of deliveries."""


class DeliveryQuery(In):
    """Which deliveries are listed."""

    limit: int = Field(20, ge=1, le=100)
    cursor: str | None = Field(None, max_length=300)
    endpoint: ReferenceIn | None = None
    state: Literal["pending", "sent", "failed"] | None = None


class ReplayIn(In):
    """From when on messages are sent again."""

    since: Moment


class Replayed(Out):
    """How many messages are sent again."""

    messages: int
