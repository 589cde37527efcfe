"""Devices: read, added, changed, replaced; what served them when, and what happened to them."""

from typing import Annotated

from fastapi import Query, Request
from odoo.addons.cn285_api.core.call import CurrentCall
from odoo.addons.cn285_api.core.changing import changed, tagged
from odoo.addons.cn285_api.core.external import give_external
from odoo.addons.cn285_api.core.records import find, named, page
from odoo.addons.cn285_api.core.representing import Names, day, expansions, text
from odoo.addons.cn285_api.core.route import answer, new_router, operation
from odoo.addons.cn285_api.core.values import given, orm, put_references
from odoo.addons.cn285_api.schemas.common import IfMatch, IfNoneMatch, ListQuery, RefPath
from odoo.fields import Command, Domain

from ..schemas.devices import (
    AssignmentOut,
    AssignmentPage,
    AssignmentQuery,
    DeviceEventOut,
    DeviceEventPage,
    DeviceIn,
    DeviceOut,
    DevicePage,
    DevicePatch,
    DeviceQuery,
    DeviceServiceOut,
    IdentifierOut,
    ReplacementIn,
)

router = new_router("Devices")
MODEL = "cn285.device"


@router.get("/devices", summary="List devices", **operation("devices:read"))
def list_devices(call: CurrentCall, query: Annotated[DeviceQuery, Query()]) -> DevicePage:
    """Those that are retired too."""
    expansions(call, query.expand, ())
    domain = Domain.TRUE
    if query.number:
        device = call.env[MODEL]._find(call.company, query.number)
        domain &= Domain("id", "=", device.id)
    if query.state:
        domain &= Domain("state", "=", query.state)
    if query.customer:
        customer = named(call, "res.partner", query.customer, "customer")
        domain &= Domain("partner_id", "child_of", customer.commercial_partner_id.id)
    if query.contract:
        contract = named(call, "cn285.contract", query.contract, "contract")
        domain &= Domain("contract_id", "=", contract.id)
    devices, following = page(call, MODEL, domain, query)
    return DevicePage(
        data=show_devices(devices), has_more=following is not None, next_cursor=following
    )


@router.get("/devices/{device}", summary="Read a device", **operation("devices:read", 404))
def get_device(
    call: CurrentCall, request: Request, device: RefPath, if_none_match: IfNoneMatch = None
) -> DeviceOut:
    """What it is, and what serves it; its ``ETag`` is what a change of it sends back."""
    return tagged(call, request, show_devices(find(call, MODEL, device))[0])


@router.post("/devices", summary="Add a device", **operation("devices:write", status_code=201))
def create_device(call: CurrentCall, body: DeviceIn) -> DeviceOut:
    """It is pending: a fleet order activates it. Whose it is may be unknown until then."""
    values = {
        "serial": body.serial,
        "type_id": named(call, "cn285.device.type", body.type, "/type").id,
        "company_id": call.company.id,
        "partner_id": named(call, "res.partner", body.customer, "/customer").id,
        "contract_id": named(call, "cn285.contract", body.contract, "/contract").id,
        "location_id": named(call, "res.partner", body.place, "/place").id,
        "customer_ref": body.customer_ref or False,
        "note": body.note or False,
        "identifier_ids": _identifiers(body.identifiers),
    }
    if body.ownership:
        values["ownership"] = body.ownership
    device = call.env[MODEL].create(values)
    device.action_confirm()
    if body.external_id:
        give_external(device, body.external_id)
    call.env.flush_all()
    [shown] = show_devices(device)
    return answer(shown, 201, {"Location": f"/cn285/v1/devices/{device.id}"})


def _identifiers(given_ones):
    return [Command.create({"kind": one.kind, "value": one.value}) for one in given_ones]


@router.patch(
    "/devices/{device}", summary="Change a device", **operation("devices:write", 404, 412)
)
def update_device(
    call: CurrentCall,
    request: Request,
    device: RefPath,
    body: DevicePatch,
    if_match: IfMatch = None,
) -> DeviceOut:
    """What the body names is changed, and nothing else."""
    record = find(call, MODEL, device)
    values = given(body)
    identifiers = values.pop("identifiers", None)
    put_references(call, values, {"place": ("location_id", "res.partner")})
    kept = {name: orm(value) for name, value in values.items()}
    if identifiers is not None:
        kept["identifier_ids"] = [Command.clear(), *_identifiers(identifiers)]
    return changed(call, request, record, show_devices, lambda: record.write(kept))


@router.post(
    "/devices/{device}/replacement",
    summary="Have another device take the place of one",
    **operation("devices:write", 404),
)
def replace_device(call: CurrentCall, device: RefPath, body: ReplacementIn) -> DeviceOut:
    """From the day on the other one serves what this one did; nothing of the billing changes.
    Answers the other device."""
    record = find(call, MODEL, device)
    other = named(call, MODEL, body.by, "/by")
    record._swap(other, body.date, body.then)
    call.env.flush_all()
    return show_devices(other)[0]


@router.get(
    "/device-assignments",
    summary="Which device served which item, and when?",
    **operation("devices:read"),
)
def list_device_assignments(
    call: CurrentCall, query: Annotated[AssignmentQuery, Query()]
) -> AssignmentPage:
    """Those that are over too: after a swap an item has two, one after the other."""
    expansions(call, query.expand, ())
    domain = Domain.TRUE
    if query.device:
        device = named(call, MODEL, query.device, "device")
        domain &= Domain("device_id", "=", device.id)
    if query.item:
        item = named(call, "cn285.contract.item", query.item, "item")
        domain &= Domain("item_id", "=", item.id)
    if query.on:
        domain &= Domain("date_start", "<=", query.on)
        domain &= Domain("date_end", "=", False) | Domain("date_end", ">=", query.on)
    found, following = page(call, "cn285.device.assignment", domain, query)
    # sudo: of items and contracts only names, of services that the user may read
    own = found.sudo()
    names = Names(found.env, own.device_id, own.item_id, own.contract_id)
    data = [
        AssignmentOut(
            id=one.id,
            device=names.ref(one.device_id),
            item=names.ref(one.item_id),
            contract=names.ref(one.contract_id),
            date_start=one.date_start,
            date_end=day(one.date_end),
            reason=one.reason,
        )
        for one in own
    ]
    return AssignmentPage(data=data, has_more=following is not None, next_cursor=following)


@router.get(
    "/devices/{device}/events",
    summary="What happened to a device?",
    **operation("devices:read", 404),
)
def list_device_events(
    call: CurrentCall, device: RefPath, query: Annotated[ListQuery, Query()]
) -> DeviceEventPage:
    """Its history: written once, and never changed."""
    expansions(call, query.expand, ())
    record = find(call, MODEL, device)
    domain = Domain("device_id", "=", record.id)
    events, following = page(call, "cn285.device.event", domain, query)
    # sudo: of what it served only names, of a device that the user may read
    own = events.sudo()
    names = Names(events.env, record, own.item_id, own.other_device_id)
    data = [
        DeviceEventOut(
            id=event.id,
            kind=event.kind,
            date=event.date,
            item=names.ref(event.item_id),
            other_device=names.ref(event.other_device_id),
            request=text(event.request),
            at=event.create_date,
        )
        for event in own
    ]
    return DeviceEventPage(data=data, has_more=following is not None, next_cursor=following)


def show_devices(devices):
    """Devices as the API shows them."""
    # sudo: of what serves them and where they stand only names, of devices that the user may read
    own = devices.sudo()
    today = {company: company._cn285_today() for company in own.company_id}
    serving = own.assignment_ids.filtered(
        lambda one: not one.date_end or one.date_end >= today[one.company_id]
    )
    names = Names(
        devices.env,
        own,
        own.type_id,
        own.partner_id | own.location_id,
        own.contract_id | serving.contract_id,
        serving.item_id,
    )
    services = serving.grouped("device_id")
    return [
        DeviceOut(
            id=device.id,
            external_id=names.external_id(device),
            serial=device.serial,
            type=names.ref(device.type_id),
            state=device.state,
            ownership=device.ownership,
            customer=names.ref(device.partner_id),
            contract=names.ref(device.contract_id),
            place=names.ref(device.location_id),
            customer_ref=text(device.customer_ref),
            network_state=text(device.network_state),
            identifiers=[
                IdentifierOut(kind=one.kind, value=one.value) for one in device.identifier_ids
            ],
            services=[
                DeviceServiceOut(
                    item=names.ref(one.item_id),
                    contract=names.ref(one.contract_id),
                    date_start=one.date_start,
                    date_end=day(one.date_end),
                )
                for one in services.get(device, ())
            ],
            created_at=device.create_date,
            updated_at=device.write_date,
        )
        for device in own
    ]
