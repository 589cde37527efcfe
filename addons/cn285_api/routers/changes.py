"""Contract changes: which there are, from when, what they come to; scheduled, decided, moved."""

from typing import Annotated

from fastapi import Query
from odoo.addons.cn285_contract.models.changes.change_value import Value
from odoo.fields import Domain

from ..core.call import CurrentCall
from ..core.problems import invalid
from ..core.records import find, named, page, undone
from ..core.representing import expansions
from ..core.route import answer, new_router, operation
from ..engine.decimals import parse_decimal
from ..schemas.changes import (
    ChangeIn,
    ChangeOut,
    ChangePage,
    ChangePreview,
    ChangeQuery,
    ChangeTypeOut,
    ChangeTypes,
    FirstDay,
    PauseIn,
    RejectIn,
    RescheduleIn,
    ValueSpec,
)
from ..schemas.common import DryRun, ReferenceIn, RefPath, ShortText
from .change_views import show_change_preview, show_changes

router = new_router("Contract changes")
OPEN = ("draft", "to_approve", "scheduled")


def tried(model):
    """The answer of a dry run, beside the usual ones."""
    return {
        **operation("contracts:write", 404)["responses"],
        200: {"model": model, "description": "What it would come to (`dry_run`)"},
    }


# === READ === #


@router.get(
    "/contract-change-types",
    summary="List the types of contract changes",
    **operation("contracts:read"),
)
def list_change_types(call: CurrentCall) -> ChangeTypes:
    """What can change, and what each type takes."""
    types = call.env["cn285.contract.change"]._change_types()
    return ChangeTypes(
        data=[
            ChangeTypeOut(
                type=name,
                name=call.env._(kind.label),
                on=kind.on,
                end_day=kind.end_day,
                values={
                    value: ValueSpec(
                        kind=spec.kind,
                        required=spec.required,
                        model=spec.model or None,
                        choices=list(spec.choices),
                    )
                    for value, spec in kind.values.items()
                },
            )
            for name, kind in types.items()
        ]
    )


@router.get(
    "/contracts/{contract}/first-allowed-date",
    summary="From when may a change take effect?",
    **operation("contracts:read", 404),
)
def get_first_allowed_date(
    call: CurrentCall,
    contract: RefPath,
    type: Annotated[ShortText, Query()],
    item: Annotated[ReferenceIn | None, Query()] = None,
    quantity: Annotated[
        str | None,
        Query(max_length=30, description="The new quantity: more is an upgrade, less a downgrade."),
    ] = None,
) -> FirstDay:
    """By the rules of the contract's template."""
    record = find(call, "cn285.contract", contract)
    kind = _kind(call, type, "type")
    part = named(call, "cn285.contract.item", item, "item", [("contract_id", "=", record.id)])
    values = {}
    if quantity is not None and "quantity" in kind.values:
        values["quantity"] = _decimal(call, quantity, "quantity")
    changes = call.env["cn285.contract.change"]
    first = changes.first_allowed_date(record.id, type, part.id, values)
    return FirstDay(date=first or None)


@router.get("/contract-changes", summary="List contract changes", **operation("contracts:read"))
def list_changes(call: CurrentCall, query: Annotated[ChangeQuery, Query()]) -> ChangePage:
    """What changed, and what is planned."""
    expansions(call, query.expand, ())
    domain = Domain.TRUE
    if query.contract:
        contract = named(call, "cn285.contract", query.contract, "contract")
        domain &= Domain("contract_id", "=", contract.id)
    if query.state:
        domain &= Domain("state", "=", query.state)
    if query.type:
        _kind(call, query.type, "type")
        domain &= Domain("type", "=", query.type)
    changes, following = page(call, "cn285.contract.change", domain, query)
    return ChangePage(
        data=show_changes(changes), has_more=following is not None, next_cursor=following
    )


@router.get(
    "/contract-changes/{change}",
    summary="Read a contract change",
    **operation("contracts:read", 404),
)
def get_change(call: CurrentCall, change: RefPath) -> ChangeOut:
    """One change."""
    return show_changes(find(call, "cn285.contract.change", change))[0]


# === WRITE === #


@router.post(
    "/contract-changes",
    summary="Schedule a contract change",
    response_model=ChangeOut,
    **{**operation("contracts:write", status_code=201), "responses": tried(ChangePreview)},
)
def create_change(call: CurrentCall, body: ChangeIn, dry_run: DryRun = False) -> ChangeOut:
    """It is checked as a whole, waits for approval where that is needed, and takes effect on its
    day: at once where that is today or before. With ``dry_run`` nothing is written, and the answer
    says what it comes to."""
    values = _change_values(call, body)
    return schedule_or_try(call, values, dry_run, body)


def schedule_or_try(call, values, dry_run, body=None):
    """Schedule a change of these values, or say what it comes to.

    :param body: what was sent, where other addons may have added to it
    """

    def made(tried):
        change = call.env["cn285.contract.change"].create(values)
        change._api_start(call, body, tried)
        return change

    if dry_run:
        return answer(undone(call, lambda: show_change_preview(made(True))))
    change = made(False)
    call.env.flush_all()
    [shown] = show_changes(change)
    return answer(shown, 201, {"Location": f"/cn285/v1/contract-changes/{change.id}"})


def _change_values(call, body):
    contract = named(call, "cn285.contract", body.contract, "/contract")
    item = named(
        call, "cn285.contract.item", body.item, "/item", [("contract_id", "=", contract.id)]
    )
    reason = named(call, "cn285.change.reason", body.reason, "/reason")
    kind = _kind(call, body.type, "/type")
    if kind.on == "item" and not item:
        raise invalid("/item", "missing", call.env._("Say which item changes."))
    values = {
        name: _value(call, kind, name, value, f"/values/{name}")
        for name, value in body.values.items()
    }
    day = body.date_effective or call.env["cn285.contract.change"].first_allowed_date(
        contract.id, body.type, item.id, values
    )
    if not day:
        raise invalid(
            "/type", "not_allowed", call.env._("The contract's rules do not allow this change.")
        )
    return {
        "contract_id": contract.id,
        "item_id": item.id,
        "type": body.type,
        "date_effective": day,
        "values": values,
        "origin": "api",
        "note": body.note,
        "reason_id": reason.id,
    }


def _kind(call, name, pointer):
    kind = call.env["cn285.contract.change"]._change_types().get(name)
    if kind is None:
        detail = call.env._("“%s” is no type of contract change.", name)
        raise invalid(pointer, "not_a_choice", detail)
    return kind


def _value(call, kind, name, value, pointer):
    """A value as changes keep it: decimals as numbers, references as numbers of records."""
    spec = kind.values.get(name)
    if spec is None:
        detail = call.env._("“%s” is not a value of this type.", name)
        raise invalid(pointer, "unknown_field", detail)
    if value is None:
        return None
    if spec.kind == "number":
        return _decimal(call, value, pointer)
    if spec.kind == "record":
        return _reference(call, spec, value, pointer)
    if spec.kind == "records" and isinstance(value, list):
        return [
            _reference(call, spec, one, f"{pointer}/{place}") for place, one in enumerate(value)
        ]
    if spec.kind == "fields" and isinstance(value, dict):
        return {field: _term(call, spec, field, one, pointer) for field, one in value.items()}
    return value


def _term(call, spec, name, value, pointer):
    """A value of a field: a reference becomes the number of its record, as everywhere."""
    field = call.env[spec.model]._fields.get(name)
    if field is not None and field.type == "many2one" and isinstance(value, str):
        target = Value("record", model=field.comodel_name)
        return _reference(call, target, value, f"{pointer}/{name}")
    if field is not None and field.type in ("float", "monetary") and value is not None:
        return _decimal(call, value, f"{pointer}/{name}")
    return value


def _reference(call, spec, value, pointer):
    if not isinstance(value, str):
        raise invalid(pointer, "bad_value", call.env._("A reference is a text."))
    return named(call, spec.model, value, pointer).id


def _decimal(call, value, pointer):
    try:
        return float(parse_decimal(value))
    except ValueError as error:
        detail = call.env._("A decimal is a text such as “30.00”.")
        raise invalid(pointer, "bad_value", detail) from error


def _open_change(call, reference, states):
    change = find(call, "cn285.contract.change", reference)
    change.lock_for_update()
    if change.state not in states:
        labels = dict(change._fields["state"]._description_selection(call.env))
        detail = call.env._(
            "%(change)s is “%(state)s”.",
            change=change.display_name,
            state=labels[change.state],
        )
        raise call.conflict(detail)
    return change


def _done(call, change):
    call.env.flush_all()
    return show_changes(change)[0]


@router.post(
    "/contract-changes/{change}/approve",
    summary="Approve a change",
    **operation("contracts:write", 404),
)
def approve_change(call: CurrentCall, change: RefPath) -> ChangeOut:
    """By a billing manager who did not ask for it himself."""
    record = _open_change(call, change, ("to_approve",))
    record.action_approve()
    return _done(call, record)


@router.post(
    "/contract-changes/{change}/reject",
    summary="Reject a change",
    **operation("contracts:write", 404),
)
def reject_change(call: CurrentCall, change: RefPath, body: RejectIn) -> ChangeOut:
    """By a billing manager."""
    record = _open_change(call, change, ("to_approve",))
    record.action_reject(body.note)
    return _done(call, record)


@router.post(
    "/contract-changes/{change}/cancel",
    summary="Give up a planned change",
    **operation("contracts:write", 404),
)
def cancel_change(call: CurrentCall, change: RefPath) -> ChangeOut:
    """One that has not taken effect."""
    record = _open_change(call, change, OPEN)
    record.action_cancel()
    return _done(call, record)


@router.post(
    "/contract-changes/{change}/reschedule",
    summary="Move a planned change",
    **operation("contracts:write", 404),
)
def reschedule_change(call: CurrentCall, change: RefPath, body: RescheduleIn) -> ChangeOut:
    """To another day; it is checked again."""
    record = _open_change(call, change, OPEN)
    record.action_reschedule(body.date_effective)
    return _done(call, record)


@router.post(
    "/contracts/{contract}/pauses",
    summary="Pause a contract or an item",
    response_model=ChangeOut,
    **{**operation("contracts:write", 404, status_code=201), "responses": tried(ChangePreview)},
)
def create_pause(
    call: CurrentCall, contract: RefPath, body: PauseIn, dry_run: DryRun = False
) -> ChangeOut:
    """A change of type ``pause``; what it means for the billing says the contract's template."""
    record = find(call, "cn285.contract", contract)
    item = named(call, "cn285.contract.item", body.item, "/item", [("contract_id", "=", record.id)])
    values = {
        "contract_id": record.id,
        "item_id": item.id,
        "type": "pause",
        "date_effective": body.date_effective or call.today(),
        "values": {"date_end": body.until.isoformat()} if body.until else {},
        "origin": "api",
        "note": body.note,
    }
    return schedule_or_try(call, values, dry_run)
