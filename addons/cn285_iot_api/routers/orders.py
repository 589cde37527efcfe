"""Fleet orders: something to be done with devices, answered at once and done by jobs."""

from typing import Annotated

from fastapi import Query
from odoo.addons.cn285_api.core.call import CurrentCall
from odoo.addons.cn285_api.core.problems import invalid
from odoo.addons.cn285_api.core.records import find, named, page
from odoo.addons.cn285_api.core.representing import Names, expansions, text
from odoo.addons.cn285_api.core.route import answer, new_router, operation
from odoo.addons.cn285_api.schemas.common import ListQuery, RefPath
from odoo.fields import Domain

from ..schemas.devices import FleetOrderIn, FleetOrderOut, OrderLineOut, OrderLinePage

router = new_router("Devices")
MODEL = "cn285.fleet.order"


@router.post(
    "/fleet-orders",
    summary="Activate, suspend, resume, return, retire or move devices",
    **operation("devices:write", status_code=202),
)
def create_fleet_order(call: CurrentCall, body: FleetOrderIn) -> FleetOrderOut:
    """It is ordered by this call, and done by jobs: 202, and ``Location`` says where to ask. What
    cannot be done is refused for that device alone, with the reason, and the others are done; an
    order of which no number names a device is refused as a whole."""
    devices, unknown = call.env["cn285.device"]._find_many(call.company, body.devices)
    if not devices:
        raise invalid(
            "/devices", "unknown_reference", call.env._("None of these numbers names a device.")
        )
    contract = named(call, "cn285.contract", body.contract, "/contract")
    of_contract = [("contract_id", "=", contract.id)]
    values = {
        "date": body.date or call.today(),
        "contract_id": contract.id,
        "parent_item_id": named(
            call, "cn285.contract.item", body.parent_item, "/parent_item", of_contract
        ).id,
        "plan_id": named(call, "cn285.contract.template.item", body.plan, "/plan").id,
        "months": -1 if body.months is None else body.months,
    }
    order = call.env[MODEL]._place(
        body.action, devices, unknown, request=body.request, in_jobs=True, **values
    )
    call.env.flush_all()
    return answer(_show(order), 202, {"Location": f"/cn285/v1/fleet-orders/{order.id}"})


@router.get("/fleet-orders/{order}", summary="Read a fleet order", **operation("devices:read", 404))
def get_fleet_order(call: CurrentCall, order: RefPath) -> FleetOrderOut:
    """How far it is."""
    return _show(find(call, MODEL, order))


@router.get(
    "/fleet-orders/{order}/lines",
    summary="What came of a fleet order, for each device?",
    **operation("devices:read", 404),
)
def list_fleet_order_lines(
    call: CurrentCall, order: RefPath, query: Annotated[ListQuery, Query()]
) -> OrderLinePage:
    """In the order in which the devices were sent; numbers that nobody knows come last."""
    expansions(call, query.expand, ())
    record = find(call, MODEL, order)
    domain = Domain("order_id", "=", record.id)
    lines, following = page(call, "cn285.fleet.order.line", domain, query)
    # sudo: of what they served only names, of an order that the user may read
    lines = lines.sudo()
    names = Names(record.env, record, lines.device_id, lines.item_id)
    data = [
        OrderLineOut(
            id=line.id,
            number=line.number or "",
            device=names.ref(line.device_id),
            state=line.state,
            reason=text(line.reason),
            item=names.ref(line.item_id),
        )
        for line in lines
    ]
    return OrderLinePage(data=data, has_more=following is not None, next_cursor=following)


def _show(order):
    names = Names(order.env, order.contract_id)
    return FleetOrderOut(
        id=order.id,
        name=order.name,
        action=order.action,
        state=order.state,
        date=order.date,
        contract=names.ref(order.contract_id),
        request=text(order.request),
        total=order.total_count,
        done=order.done_count,
        refused=order.refused_count,
        created_at=order.create_date,
    )
