"""Types of devices: read, and made."""

from typing import Annotated

from fastapi import Query
from odoo.addons.cn285_api.core.call import CurrentCall
from odoo.addons.cn285_api.core.external import give_external
from odoo.addons.cn285_api.core.records import find, named, page
from odoo.addons.cn285_api.core.representing import Names, expansions, text
from odoo.addons.cn285_api.core.route import answer, new_router, operation
from odoo.addons.cn285_api.schemas.common import ListQuery, RefPath
from odoo.fields import Domain

from ..schemas.devices import DeviceTypeIn, DeviceTypeOut, DeviceTypePage

router = new_router("Devices")
MODEL = "cn285.device.type"


@router.get("/device-types", summary="List the types of devices", **operation("devices:read"))
def list_device_types(call: CurrentCall, query: Annotated[ListQuery, Query()]) -> DeviceTypePage:
    """How they are served: the plan's term, when billing starts, which identifiers are asked."""
    expansions(call, query.expand, ())
    types, following = page(call, MODEL, Domain.TRUE, query)
    return DeviceTypePage(data=_show(types), has_more=following is not None, next_cursor=following)


@router.get(
    "/device-types/{device_type}",
    summary="Read a type of devices",
    **operation("devices:read", 404),
)
def get_device_type(call: CurrentCall, device_type: RefPath) -> DeviceTypeOut:
    """One of the company's, or of all companies."""
    return _show(find(call, MODEL, device_type))[0]


@router.post(
    "/device-types",
    summary="Add a type of devices",
    **operation("devices:write", status_code=201),
)
def create_device_type(call: CurrentCall, body: DeviceTypeIn) -> DeviceTypeOut:
    """A type of the key's company; its user needs the rights of a billing manager."""
    values = {
        "name": body.name,
        "code": body.code or False,
        "company_id": call.company.id,
        "product_id": named(call, "product.product", body.product, "/product").id,
        "plan_id": named(call, "cn285.contract.template.item", body.plan, "/plan").id,
        "asked_kinds": ", ".join(dict.fromkeys(body.identifiers)) or False,
    }
    for name in ("term_months", "starts", "ownership"):
        if getattr(body, name) is not None:
            values[name] = getattr(body, name)
    device_type = call.env[MODEL].create(values)
    if body.external_id:
        give_external(device_type, body.external_id)
    call.env.flush_all()
    [shown] = _show(device_type)
    return answer(shown, 201, {"Location": f"/cn285/v1/device-types/{device_type.id}"})


def _show(types):
    names = Names(types.env, types)
    return [
        DeviceTypeOut(
            id=one.id,
            external_id=names.external_id(one),
            name=one.name,
            code=text(one.code),
            term_months=one.term_months,
            starts=one.starts,
            identifiers=one._asked(),
        )
        for one in types
    ]
