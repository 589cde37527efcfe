"""Devices, their services and events, and what is ordered for them."""

from datetime import date
from typing import Annotated, Literal

from odoo.addons.cn285_api.schemas.common import (
    Day,
    ExternalId,
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
from pydantic import Field, StrictInt

State = Literal["draft", "pending", "active", "suspended", "returned", "retired"]
Ownership = Literal["customer", "sold", "rented"]
IdentifierKind = Literal["iccid", "imei", "imsi", "msisdn", "eui", "mac", "other"]
Action = Literal["activate", "suspend", "resume", "end", "return", "retire", "move"]
#: How many devices one order is for at most.
MOST = 10_000


class IdentifierOut(Out):
    """A number by which a network knows a device."""

    kind: IdentifierKind
    value: str


class IdentifierIn(In):
    """A number by which a network knows a device, however it is written."""

    kind: IdentifierKind
    value: ShortText


class DeviceTypeOut(Out):
    """A sort of devices."""

    id: int
    external_id: str | None
    name: str
    code: str | None
    term_months: int = Field(description="0: as long as the contract.")
    starts: Literal["date", "confirmed", "first_use"]
    identifiers: list[str] = Field(description="Those without which none is activated.")


class DeviceTypePage(Page[DeviceTypeOut]):
    """A page of types."""


class DeviceTypeIn(In):
    """A sort of devices of the key's company; what is left out is as for a type made by hand."""

    name: ShortText
    code: ShortText | None = None
    product: ReferenceIn | None = None
    plan: ReferenceIn | None = Field(
        None, description="The template's item with which its devices are activated."
    )
    term_months: Annotated[StrictInt, Field(ge=0, le=1200)] | None = Field(
        None, description="0: as long as the contract."
    )
    starts: Literal["date", "confirmed", "first_use"] | None = None
    ownership: Ownership | None = None
    identifiers: Annotated[list[IdentifierKind], Field(max_length=7)] = Field(
        [], description="Those without which none is activated."
    )
    external_id: ExternalId | None = None


class DeviceServiceOut(Out):
    """An item that a device serves, and since when."""

    item: Ref
    contract: Ref
    date_start: date
    date_end: date | None = Field(description="Last day.")


class DeviceOut(Out):
    """A device, and what serves it today or later."""

    id: int
    external_id: str | None
    serial: str
    type: Ref
    state: State
    ownership: Ownership
    customer: Ref | None
    contract: Ref | None
    place: Ref | None
    customer_ref: str | None
    network_state: Literal["on", "off", "gone"] | None
    identifiers: list[IdentifierOut]
    services: list[DeviceServiceOut]
    created_at: MomentOut
    updated_at: MomentOut


class DevicePage(Page[DeviceOut]):
    """A page of devices."""


class DeviceQuery(ListQuery):
    """Which devices are listed."""

    number: ShortText | None = Field(
        None, description="A serial number, an external number, or an identifier."
    )
    state: State | None = None
    customer: ReferenceIn | None = Field(None, description="And his company, and its contacts.")
    contract: ReferenceIn | None = None


class DeviceIn(In):
    """A device: pending at once, so that it can be activated."""

    serial: ShortText
    type: ReferenceIn
    ownership: Ownership | None = Field(None, description="Left out: as the type says.")
    customer: ReferenceIn | None = None
    contract: ReferenceIn | None = Field(None, description="For which it is meant.")
    place: ReferenceIn | None = None
    customer_ref: ShortText | None = None
    identifiers: Annotated[list[IdentifierIn], Field(max_length=20)] = []
    note: Text | None = None
    external_id: ExternalId | None = None


class DevicePatch(In):
    """What changes of a device; null empties it. Its state, customer and contract change by what
    is ordered for it."""

    place: ReferenceIn | None = None
    customer_ref: ShortText | None = None
    note: Text | None = None
    identifiers: Annotated[list[IdentifierIn], Field(max_length=20)] = Field(
        [], description="All of them: those that are not named are taken off."
    )


class ReplacementIn(In):
    """Another device takes the place of one."""

    by: ReferenceIn = Field(description="The other device, which is free.")
    date: Day | None = Field(None, description="Its first day; left out: today.")
    then: Literal["returned", "pending", "retired"] = Field(
        "returned", description="What becomes of the old one; `pending`: it stays there."
    )


class AssignmentOut(Out):
    """An item that a device serves, or has served."""

    id: int
    device: Ref
    item: Ref
    contract: Ref
    date_start: date
    date_end: date | None = Field(description="Last day.")
    reason: Literal["activated", "replaced", "succeeded", "imported"]


class AssignmentPage(Page[AssignmentOut]):
    """A page of services, oldest first."""


class AssignmentQuery(ListQuery):
    """Of what the services are listed."""

    device: ReferenceIn | None = None
    item: ReferenceIn | None = None
    on: Day | None = Field(None, description="Those that hold on that day.")


class DeviceEventOut(Out):
    """Something that happened to a device."""

    id: int
    kind: str
    date: date
    item: Ref | None
    other_device: Ref | None
    request: str | None
    at: MomentOut


class DeviceEventPage(Page[DeviceEventOut]):
    """A page of events, oldest first."""


class FleetOrderIn(In):
    """Something to be done with devices, for each of them once."""

    action: Action
    devices: Annotated[list[ShortText], Field(min_length=1, max_length=MOST)] = Field(
        description="Serial numbers, external numbers or identifiers."
    )
    date: Day | None = Field(
        None, description="First day of what begins, last one of what ends; left out: today."
    )
    contract: ReferenceIn | None = Field(None, description="`activate`, `move`: on which.")
    parent_item: ReferenceIn | None = Field(None, description="The fleet's subscription.")
    plan: ReferenceIn | None = Field(
        None, description="A template's item; left out: that of each device's type."
    )
    months: Annotated[StrictInt, Field(ge=0, le=1200)] | None = Field(
        None, description="The term; 0: as the contract; left out: as each device's type says."
    )
    request: ShortText | None = Field(
        None, description="Your name of it: sent again, it finds the order that it has made."
    )


class FleetOrderOut(Out):
    """What was ordered, and how far it is."""

    id: int
    name: str
    action: Action
    state: Literal["waiting", "running", "done"]
    date: date
    contract: Ref | None
    request: str | None
    total: int
    done: int
    refused: int
    created_at: MomentOut


class OrderLineOut(Out):
    """What came of it for one device."""

    id: int
    number: str
    device: Ref | None
    state: Literal["waiting", "done", "planned", "refused"]
    reason: str | None
    item: Ref | None


class OrderLinePage(Page[OrderLineOut]):
    """A page of lines, in the order in which they were sent."""
