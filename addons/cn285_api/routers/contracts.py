"""Contracts and their items: read, made, confirmed; what they will bill."""

from typing import Annotated

from fastapi import Query, Request, Response
from odoo.addons.cn285_contract.models.common import LIVE_STATES
from odoo.fields import Command, Domain

from ..core.call import CurrentCall
from ..core.external import give_external
from ..core.records import check_match, find, is_known, named, page, undone
from ..core.representing import expansions
from ..core.route import answer, new_router, operation
from ..core.values import currency_id, given, orm, put_references
from ..engine.headers import entity_tag
from ..schemas.common import DryRun, IfMatch, IfNoneMatch, RefPath
from ..schemas.contracts import (
    ActivateIn,
    ContractIn,
    ContractOut,
    ContractPage,
    ContractPatch,
    ContractQuery,
    ContractTried,
    InvoicePreviews,
    ItemOut,
    ItemPage,
    ItemQuery,
    SchedulePage,
    ScheduleQuery,
)
from .contract_views import show_contracts, show_items, show_previews, show_rows

router = new_router("Contracts")
EXPANDED = ("items", "signature_request")
# What the answer of a new one shows whole.
WHOLE = frozenset(EXPANDED)
CONTRACT_LINKS = {
    "customer": ("partner_id", "res.partner"),
    "reseller": ("reseller_id", "res.partner"),
    "template": ("template_id", "cn285.contract.template"),
    "pricelist": ("pricelist_id", "product.pricelist"),
}
ITEM_LINKS = {
    "product": ("product_id", "product.product"),
    "beneficiary": ("beneficiary_id", "res.partner"),
}


# === READ === #


@router.get("/contracts", summary="List contracts", **operation("contracts:read"))
def list_contracts(call: CurrentCall, query: Annotated[ContractQuery, Query()]) -> ContractPage:
    """The contracts that the key's user may read, in the order of their numbers."""
    domain = Domain.TRUE
    if query.state:
        domain &= Domain("state", "=", query.state)
    if query.customer:
        customer = named(call, "res.partner", query.customer, "customer")
        domain &= Domain("partner_id", "=", customer.id)
    if query.template:
        template = named(call, "cn285.contract.template", query.template, "template")
        domain &= Domain("template_id", "=", template.id)
    expand = expansions(call, query.expand, EXPANDED)
    contracts, following = page(call, "cn285.contract", domain, query)
    return ContractPage(
        data=show_contracts(contracts, expand),
        has_more=following is not None,
        next_cursor=following,
    )


@router.get("/contracts/{contract}", summary="Read a contract", **operation("contracts:read", 404))
def get_contract(
    call: CurrentCall,
    request: Request,
    contract: RefPath,
    expand: Annotated[str | None, Query(max_length=200)] = None,
    if_none_match: IfNoneMatch = None,
) -> ContractOut:
    """One contract; its ``ETag`` is what a change of it sends back as ``If-Match``."""
    wanted = expansions(call, expand, EXPANDED)
    record = find(call, "cn285.contract", contract)
    [shown] = show_contracts(record, ())
    plain = shown.model_dump_json().encode()
    tag = {"ETag": entity_tag(plain)}
    if is_known(call, request.headers, plain):
        return Response(status_code=304, headers=tag)
    if wanted:
        [shown] = show_contracts(record, wanted)
    return answer(shown, headers=tag)


@router.get(
    "/contracts/{contract}/items",
    summary="List the items of a contract",
    **operation("contracts:read", 404),
)
def list_contract_items(
    call: CurrentCall, contract: RefPath, query: Annotated[ItemQuery, Query()]
) -> ItemPage:
    """All items, those that are over too."""
    record = find(call, "cn285.contract", contract)
    return _item_page(call, query, Domain("contract_id", "=", record.id))


@router.get("/items", summary="List items", **operation("contracts:read"))
def list_items(call: CurrentCall, query: Annotated[ItemQuery, Query()]) -> ItemPage:
    """Items of all contracts that the key's user may read: by their service number, say."""
    return _item_page(call, query, Domain.TRUE)


def _item_page(call, query, domain):
    expansions(call, query.expand, ())
    if query.state:
        domain &= Domain("state", "=", query.state)
    if query.code:
        domain &= Domain("code", "=", query.code)
    items, following = page(call, "cn285.contract.item", domain, query)
    return ItemPage(data=show_items(items), has_more=following is not None, next_cursor=following)


@router.get("/items/{item}", summary="Read an item", **operation("contracts:read", 404))
def get_item(call: CurrentCall, item: RefPath) -> ItemOut:
    """One item of a contract."""
    return show_items(find(call, "cn285.contract.item", item))[0]


@router.get(
    "/contracts/{contract}/schedule",
    summary="List the billing schedule of a contract",
    **operation("contracts:read", 404),
)
def list_schedule(
    call: CurrentCall, contract: RefPath, query: Annotated[ScheduleQuery, Query()]
) -> SchedulePage:
    """What was billed, and will be: a row for each item and period."""
    expansions(call, query.expand, ())
    record = find(call, "cn285.contract", contract)
    domain = Domain("contract_id", "=", record.id)
    if query.state:
        domain &= Domain("state", "=", query.state)
    if query.item:
        item = named(call, "cn285.contract.item", query.item, "item")
        domain &= Domain("item_id", "=", item.id)
    rows, following = page(call, "cn285.billing.schedule", domain, query)
    return SchedulePage(data=show_rows(rows), has_more=following is not None, next_cursor=following)


@router.get(
    "/contracts/{contract}/preview-invoices",
    summary="Look at the next invoices",
    **operation("contracts:read", 404),
)
def preview_invoices(
    call: CurrentCall,
    contract: RefPath,
    count: Annotated[int, Query(ge=1, le=36, description="So many invoices.")] = 3,
) -> InvoicePreviews:
    """What the next invoices will hold, planned changes included; usage that is not known yet is
    left out. A draft is looked at as if it were confirmed today. Nothing is written."""
    record = find(call, "cn285.contract", contract)
    return InvoicePreviews(data=show_previews(record.currency_id, record.preview_invoices(count)))


# === WRITE === #


@router.post(
    "/contracts",
    summary="Make a contract",
    response_model=ContractOut,
    **{
        **operation("contracts:write", status_code=201),
        "responses": {
            **operation("contracts:write")["responses"],
            200: {"model": ContractTried, "description": "What it would be (`dry_run`)"},
        },
    },
)
def create_contract(call: CurrentCall, body: ContractIn, dry_run: DryRun = False) -> ContractOut:
    """A draft, or with ``confirm`` an active contract whose billing is planned.

    With ``dry_run`` nothing is written: the contract is shown as it would be, with its next three
    invoices.
    """
    if not dry_run:
        contract = _create(call, body)
        call.env.flush_all()
        [shown] = show_contracts(contract, WHOLE)
        return answer(shown, 201, {"Location": f"/cn285/v1/contracts/{contract.id}"})

    def tried():
        contract = _create(call, body, tried=True)
        call.env.flush_all()
        [shown] = show_contracts(contract, {"items"})
        previews = show_previews(contract.currency_id, contract.preview_invoices(3))
        return ContractTried(contract=shown, invoices=previews)

    return answer(undone(call, tried))


def _create(call, body, tried=False):
    values = _contract_values(call, given(body, "items", "external_id", "confirm", "number"))
    if body.number:
        values["name"] = body.number
    if body.items is not None:
        values["item_ids"] = [
            Command.create(_item_values(call, item, f"/items/{place}"))
            for place, item in enumerate(body.items)
        ]
    contract = call.env["cn285.contract"].create({**values, "company_id": call.company.id})
    if body.external_id:
        give_external(contract, body.external_id)
    for item, record in zip(body.items or [], contract.item_ids, strict=False):
        if item.external_id:
            give_external(record, item.external_id)
    contract._api_start(call, body, tried)
    return contract


def _contract_values(call, values):
    """Values of a body for the ORM, with the names of fields."""
    put_references(call, values, CONTRACT_LINKS)
    if values.get("currency"):
        values["currency_id"] = currency_id(call, values.pop("currency"))
    if "tags" in values:
        values["tag_ids"] = [Command.set(find_tags(call, values.pop("tags")).ids)]
    return {name: orm(value) for name, value in values.items() if name != "currency"}


def find_tags(call, names):
    """Tags of contracts by their names.

    :raises Problem: for one that there is not
    """
    tags = call.env["cn285.contract.tag"].search([("name", "in", names or [])])
    for place, name in enumerate(names or []):
        if name not in tags.mapped("name"):
            named(call, "cn285.contract.tag", name, f"/tags/{place}")
    return tags


def _item_values(call, item, pointer):
    values = given(item, "external_id")
    put_references(call, values, ITEM_LINKS, pointer)
    return {name: orm(value) for name, value in values.items() if value is not None}


@router.patch(
    "/contracts/{contract}",
    summary="Change a draft",
    **operation("contracts:write", 404, 412),
)
def update_contract(
    call: CurrentCall,
    request: Request,
    contract: RefPath,
    body: ContractPatch,
    if_match: IfMatch = None,
) -> ContractOut:
    """A draft is changed freely. A contract that runs changes by ``/contract-changes``."""
    record = find(call, "cn285.contract", contract)
    record.lock_for_update()
    [shown] = show_contracts(record, ())
    check_match(call, request.headers, shown.model_dump_json().encode())
    if record.state != "draft":
        raise call.conflict(
            call.env._("Contract %s is no draft: it changes by contract changes.", record.name)
        )
    record.write(_contract_values(call, given(body)))
    call.env.flush_all()
    [shown] = show_contracts(record, ())
    return answer(shown, headers={"ETag": entity_tag(shown.model_dump_json().encode())})


@router.post(
    "/contracts/{contract}/confirm",
    summary="Confirm a draft",
    **operation("contracts:write", 404),
)
def confirm_contract(call: CurrentCall, contract: RefPath) -> ContractOut:
    """Its items start as they say, and its billing is planned."""
    record = find(call, "cn285.contract", contract)
    record.lock_for_update()
    if record.state != "draft":
        raise call.conflict(call.env._("Contract %s is no draft.", record.name))
    record.action_confirm()
    call.env.flush_all()
    return show_contracts(record, {"items"})[0]


@router.post(
    "/contracts/{contract}/cancel",
    summary="Cancel a contract that was not billed",
    **operation("contracts:write", 404),
)
def cancel_contract(call: CurrentCall, contract: RefPath) -> ContractOut:
    """For one that was never meant; what was billed is ended by a termination."""
    record = find(call, "cn285.contract", contract)
    record.lock_for_update()
    if record.state not in ("draft", *LIVE_STATES):
        raise call.conflict(call.env._("Contract %s is over.", record.name))
    record.action_cancel()
    call.env.flush_all()
    return show_contracts(record, ())[0]


@router.post(
    "/items/{item}/activate",
    summary="Start an item that waits",
    **operation("contracts:write", 404),
)
def activate_item(call: CurrentCall, item: RefPath, body: ActivateIn) -> ItemOut:
    """Items whose ``start_condition`` is ``manual`` start by this."""
    record = find(call, "cn285.contract.item", item)
    record.lock_for_update()
    if record.state != "draft" or record.contract_id.state not in LIVE_STATES:
        raise call.conflict(
            call.env._("Item “%s” has started, or its contract does not run.", record.name)
        )
    record.action_activate(body.date_start and body.date_start.isoformat())
    call.env.flush_all()
    return show_items(record)[0]
