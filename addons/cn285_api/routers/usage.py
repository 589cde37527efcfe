"""Usage: events in bulk, an answer for each; what is measured, and what it costs so far."""

from typing import Annotated

from fastapi import Query, Request
from odoo.fields import Domain
from pydantic_core import from_json

from ..core.call import CurrentCall
from ..core.problems import FieldError, Problem
from ..core.records import find, named, page
from ..core.representing import Names, expansions, money, number, text
from ..core.route import JSON, answer, new_router, operation
from ..schemas.common import ListQuery, RefPath, ShortText
from ..schemas.usage import (
    CalculatorOut,
    CalculatorPage,
    CalculatorQuery,
    EstimateOut,
    Estimates,
    EventOut,
    Ingested,
    MetricOut,
    MetricPage,
    PoolOut,
    PoolPage,
    Refused,
)

router = new_router("Usage")
NDJSON = "application/x-ndjson"
MOST_EVENTS = 10_000
# Lines of NDJSON that are no JSON, or nothing.
BROKEN, BLANK = object(), object()
#: What an event may say. Whoever sends a field that nobody reads has made a slip.
EVENT_FIELDS = {
    "source": {"type": "string", "description": "The system that reports it."},
    "transaction_id": {"type": "string", "description": "Its own number; counted once."},
    "metric": {"type": "string", "description": "Code of the metric."},
    "metric_id": {"type": "integer"},
    "item": {"type": "string", "description": "Service number or external id of the item."},
    "item_id": {"type": "integer"},
    "contract": {"type": "string", "description": "Number or external id."},
    "contract_id": {"type": "integer"},
    "beneficiary": {"type": "string", "description": "Reference or external id."},
    "beneficiary_id": {"type": "integer"},
    "occurred_at": {"type": "string", "format": "date-time"},
    "started_at": {"type": "string", "format": "date-time"},
    "ended_at": {"type": "string", "format": "date-time"},
    "quantity": {"type": ["string", "number"], "description": "A decimal, best as text."},
    "properties": {"type": "object", "additionalProperties": True},
    "kind": {"type": "string", "enum": ["usage", "reversal", "replacement"]},
    "origin": {"type": "string", "description": "The transaction that is corrected."},
    "origin_source": {"type": "string"},
    "park": {"type": "boolean", "description": "Keep it if nobody is known yet for whom it is."},
}
_KNOWN = frozenset(EVENT_FIELDS)
EVENT = {
    "type": "object",
    "properties": EVENT_FIELDS,
    "required": ["source", "transaction_id"],
    "additionalProperties": False,
}
EXAMPLE = {
    "source": "gateway",
    "transaction_id": "call-1",
    "metric": "calls",
    "item": "LINE-1",
    "occurred_at": "2026-03-01T12:00:00Z",
    "quantity": "3",
}
EVENTS_BODY = {
    "required": True,
    "content": {
        JSON: {
            "schema": {
                "type": "object",
                "properties": {
                    "events": {"type": "array", "items": EVENT, "maxItems": MOST_EVENTS}
                },
                "required": ["events"],
                "additionalProperties": False,
            },
            "example": {"events": [EXAMPLE]},
        },
        NDJSON: {"schema": {"type": "string", "description": "An event a line."}},
    },
}


@router.post(
    "/usage/events",
    summary="Send usage events",
    **operation(
        "usage:write", 413, 415, requestBody=EVENTS_BODY, **{"x-body-types": (JSON, NDJSON)}
    ),
)
async def send_events(call: CurrentCall, request: Request) -> Ingested:
    """Up to 10,000 events, as JSON or as NDJSON. The good ones of a batch are counted, each key
    (``source``, ``transaction_id``) once whatever comes again; every other one is named with its
    place and its reason. What is answered is stored."""
    rows = _rows(call, request, await request.body())
    places = [place for place, row in enumerate(rows) if _is_known(row)]
    good = rows if len(places) == len(rows) else [rows[place] for place in places]
    report = call.env["cn285.usage.event"].ingest(good)
    refused = [
        Refused(row=places[entry["row"]], code=entry["code"], reason=entry["reason"])
        for entry in report["refused"]
    ]
    if good is not rows:
        refused += _unknown(call, rows)
        refused.sort(key=lambda entry: entry.row)
    return answer(
        Ingested(
            accepted=report["accepted"],
            duplicates=report["duplicates"],
            parked=report["parked"],
            refused=refused,
        )
    )


def _rows(call, request, body):
    """What was sent, as a list.

    :raises Problem: for what is no list of events, or too many
    """
    kind = (request.headers.get("content-type") or JSON).partition(";")[0].strip().lower()
    try:
        if kind == NDJSON:
            lines = body.splitlines()
            _check_count(call, lines)
            return [_line(line) for line in lines]
        else:
            data = from_json(body, allow_inf_nan=False)
            rows = data.get("events") if isinstance(data, dict) and len(data) == 1 else None
    except ValueError as error:
        raise Problem("bad_json") from error
    if not isinstance(rows, list):
        detail = call.env._("Send an object with a list “events”.")
        raise Problem("invalid", detail, [FieldError("/events", "missing", detail)])
    _check_count(call, rows)
    return rows


def _line(line):
    """An event of NDJSON. What is ``BROKEN`` stops itself only; ``BLANK`` lines count as places."""
    if not line.strip():
        return BLANK
    try:
        return from_json(line, allow_inf_nan=False)
    except ValueError:
        return BROKEN


def _check_count(call, rows):
    if len(rows) > MOST_EVENTS:
        raise Problem("too_large", call.env._("Send %s events at a time at most.", MOST_EVENTS))


def _is_known(row):
    return isinstance(row, dict) and row.keys() <= _KNOWN


def _unknown(call, rows):
    """Rows that are no events, or say what nobody reads."""
    refused = []
    for place, row in enumerate(rows):
        if _is_known(row) or row is BLANK:
            continue
        if row is BROKEN:
            reason = call.env._("The line is no JSON.")
            refused.append(Refused(row=place, code="bad_json", reason=reason))
        elif isinstance(row, dict):
            name = sorted(row.keys() - _KNOWN)[0]
            reason = call.env._("There is no field “%s” of events.", name)
            refused.append(Refused(row=place, code="unknown_field", reason=reason))
        else:
            reason = call.env._("An event is an object.")
            refused.append(Refused(row=place, code="not_an_event", reason=reason))
    return refused


@router.get("/usage/events", summary="Is this event stored?", **operation("usage:read", 404))
def get_event(
    call: CurrentCall,
    source: Annotated[ShortText, Query()],
    transaction_id: Annotated[ShortText, Query()],
) -> EventOut:
    """One event by its key, as it is kept."""
    call.env["cn285.usage.event"].check_access("read")
    event = call.env["cn285.usage.event"]._by_keys([(source, transaction_id)])
    event = event.exists()._filtered_access("read")
    if not event:
        raise Problem("not_found", call.env._("There is no such event."))
    names = Names(call.env, event.item_id, event.beneficiary_id)
    return EventOut(
        id=event.id,
        source=event.source,
        transaction_id=event.transaction_id,
        metric=event.metric_id.code or "",
        item=names.ref(event.item_id),
        beneficiary=names.ref(event.beneficiary_id),
        occurred_at=event.occurred_at,
        ended_at=event.ended_at or None,
        quantity=number(event.quantity),
        properties=event.properties or {},
        kind=event.kind,
        state=event.state,
        received_at=event.ingested_at or None,
    )


def _paged(page_type, call, model, domain, query, show):
    expansions(call, query.expand, ())
    records, following = page(call, model, domain, query)
    return page_type(data=show(records), has_more=following is not None, next_cursor=following)


@router.get("/usage/metrics", summary="List metrics", **operation("usage:read"))
def list_metrics(call: CurrentCall, query: Annotated[ListQuery, Query()]) -> MetricPage:
    """What is measured."""
    return _paged(MetricPage, call, "cn285.usage.metric", Domain.TRUE, query, _show_metrics)


@router.get("/usage/calculators", summary="List calculators", **operation("usage:read"))
def list_calculators(
    call: CurrentCall, query: Annotated[CalculatorQuery, Query()]
) -> CalculatorPage:
    """What usage of items costs."""
    domain = Domain("item_id", "!=", False)
    if query.item:
        item = named(call, "cn285.contract.item", query.item, "item")
        domain &= Domain("item_id", "=", item.id)
    if query.contract:
        contract = named(call, "cn285.contract", query.contract, "contract")
        domain &= Domain("item_id.contract_id", "=", contract.id)
    return _paged(CalculatorPage, call, "cn285.usage.calculator", domain, query, _show_calculators)


@router.get("/usage/pools", summary="List pools", **operation("usage:read"))
def list_pools(call: CurrentCall, query: Annotated[ListQuery, Query()]) -> PoolPage:
    """Included units that several items share."""
    return _paged(PoolPage, call, "cn285.usage.pool", Domain.TRUE, query, _show_pools)


@router.get(
    "/contracts/{contract}/usage-estimate",
    summary="What does usage cost so far?",
    **operation("usage:read", 404),
)
def get_usage_estimate(call: CurrentCall, contract: RefPath) -> Estimates:
    """Of the running periods, by the engine that bills; nothing is stored."""
    record = find(call, "cn285.contract", contract)
    estimates, failed = record._usage_estimates()
    rows = call.env["cn285.billing.schedule"].union(*(one.row for one in estimates))
    names = Names(call.env, rows.item_id)
    return Estimates(
        data=[_show_estimate(names, one) for one in estimates],
        problem=text(failed.get(record)),
    )


def _show_estimate(names, one):
    currency = one.row.currency_id
    return EstimateOut(
        item=names.ref(one.row.item_id),
        beneficiary_id=one.beneficiary_id or None,
        metric=text(one.calculator.metric_id.code),
        period_start=one.row.period_start,
        period_end=one.row.period_end,
        quantity=number(one.quantity),
        events=one.events,
        included=None if one.included is None else number(one.included),
        left=None if one.left is None else number(one.left),
        amount=money(currency, one.amount),
        billed=money(currency, one.billed),
        projected=money(currency, one.projected),
        currency=currency.name,
        late=one.is_late,
        explanation=one.explanation() if one.rating else "",
    )


def _show_metrics(metrics):
    names = Names(metrics.env, metrics)
    return [
        MetricOut(
            id=metric.id,
            external_id=names.external_id(metric),
            code=metric.code,
            name=metric.name,
            unit=text(metric.unit),
            aggregation=metric.aggregation,
            property=text(metric.property_name),
            active=metric.active,
            updated_at=metric.write_date,
        )
        for metric in metrics
    ]


def _show_calculators(calculators):
    names = Names(calculators.env, calculators, calculators.item_id)
    return [
        CalculatorOut(
            id=calculator.id,
            external_id=names.external_id(calculator),
            item=names.ref(calculator.item_id),
            metric=text(calculator.metric_id.code),
            charge_model=calculator.charge_model,
            description=calculator.display_name or "",
            included_units=number(calculator.allowance_units),
            minimum_amount=number(calculator.minimum_amount),
            maximum_amount=number(calculator.maximum_amount),
            updated_at=calculator.write_date,
        )
        for calculator in calculators
    ]


def _show_pools(pools):
    names = Names(pools.env, pools, pools.contract_id, pools.partner_id)
    return [
        PoolOut(
            id=pool.id,
            external_id=names.external_id(pool),
            name=pool.name,
            contract=names.ref(pool.contract_id),
            customer=names.ref(pool.partner_id),
            metric=text(pool.metric_id.code),
            included_units=number(pool.allowance_units),
            active=pool.active,
            updated_at=pool.write_date,
        )
        for pool in pools
    ]
