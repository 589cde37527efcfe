"""Webhooks: endpoints, what happened, what became of its messages."""

from typing import Annotated

from fastapi import Query, Response
from odoo.fields import Command, Domain

from ..core.call import CurrentCall
from ..core.problems import invalid
from ..core.records import find, named, page
from ..core.representing import text
from ..core.route import answer, new_router, operation
from ..core.values import given
from ..schemas.common import ListQuery, RefPath
from ..schemas.webhooks import (
    DeliveryOut,
    DeliveryPage,
    DeliveryQuery,
    EndpointIn,
    EndpointOut,
    EndpointPage,
    EndpointPatch,
    EventQuery,
    EventTypeOut,
    EventTypes,
    Replayed,
    ReplayIn,
    WebhookEventOut,
    WebhookEventPage,
)

router = new_router("Webhooks")


@router.get(
    "/webhook-event-types", summary="List the types of events", **operation("webhooks:read")
)
def list_event_types(call: CurrentCall) -> EventTypes:
    """Of what an endpoint can be told."""
    types = call.env["cn285.webhook.type"].search([])
    return EventTypes(data=[EventTypeOut(code=one.code, name=one.name) for one in types])


@router.get("/webhook-endpoints", summary="List endpoints", **operation("webhooks:read"))
def list_endpoints(call: CurrentCall, query: Annotated[ListQuery, Query()]) -> EndpointPage:
    """Where events are sent."""
    endpoints, following = page(call, "cn285.webhook.endpoint", Domain.TRUE, query)
    return EndpointPage(
        data=_show(endpoints), has_more=following is not None, next_cursor=following
    )


@router.get(
    "/webhook-endpoints/{endpoint}",
    summary="Read an endpoint",
    **operation("webhooks:read", 404),
)
def get_endpoint(call: CurrentCall, endpoint: RefPath) -> EndpointOut:
    """One endpoint, without its secret."""
    return _show(find(call, "cn285.webhook.endpoint", endpoint))[0]


@router.post(
    "/webhook-endpoints",
    summary="Make an endpoint",
    **operation("webhooks:write", status_code=201),
)
def create_endpoint(call: CurrentCall, body: EndpointIn) -> EndpointOut:
    """The answer has its secret, this once."""
    endpoint = call.env["cn285.webhook.endpoint"].create(
        {
            "name": body.name,
            "url": body.url,
            "type_ids": [Command.set(_types(call, body.events).ids)],
            "company_id": call.company.id,
        }
    )
    call.env.flush_all()
    return _with_secret(endpoint, 201)


@router.patch(
    "/webhook-endpoints/{endpoint}",
    summary="Change an endpoint",
    **operation("webhooks:write", 404),
)
def update_endpoint(call: CurrentCall, endpoint: RefPath, body: EndpointPatch) -> EndpointOut:
    """``enabled`` switches it on again, and what waits is sent."""
    record = find(call, "cn285.webhook.endpoint", endpoint)
    record.lock_for_update()
    values = {name: value for name, value in given(body).items() if value is not None}
    enabled = values.pop("enabled", None)
    if "events" in values:
        values["type_ids"] = [Command.set(_types(call, values.pop("events")).ids)]
    if values:
        record.write(values)
    if enabled is not None and enabled != (record.state == "enabled"):
        record.action_enable() if enabled else record.action_disable()
    call.env.flush_all()
    return _show(record)[0]


@router.delete(
    "/webhook-endpoints/{endpoint}",
    summary="Delete an endpoint",
    response_class=Response,
    **operation("webhooks:write", 404, status_code=204),
)
def delete_endpoint(call: CurrentCall, endpoint: RefPath) -> Response:
    """With what waits for it."""
    record = find(call, "cn285.webhook.endpoint", endpoint)
    record.check_access("unlink")
    record.unlink()
    return Response(status_code=204)


@router.post(
    "/webhook-endpoints/{endpoint}/rotate-secret",
    summary="Replace an endpoint's secret",
    **operation("webhooks:write", 404),
)
def rotate_secret(call: CurrentCall, endpoint: RefPath) -> EndpointOut:
    """Messages are signed by both for a day; the answer has the new one."""
    record = find(call, "cn285.webhook.endpoint", endpoint)
    record.lock_for_update()
    record._rotate_secret()
    call.env.flush_all()
    return _with_secret(record, 200)


@router.post(
    "/webhook-endpoints/{endpoint}/replay",
    summary="Send again what happened",
    **operation("webhooks:write", 404),
)
def replay_endpoint(call: CurrentCall, endpoint: RefPath, body: ReplayIn) -> Replayed:
    """The same messages with the same ids, in their order."""
    record = find(call, "cn285.webhook.endpoint", endpoint)
    if record.state != "enabled":
        raise call.conflict(call.env._("Endpoint “%s” is disabled.", record.name))
    return Replayed(messages=record._replay(body.since.replace(tzinfo=None)))


@router.get("/events", summary="List events", **operation("webhooks:read"))
def list_events(call: CurrentCall, query: Annotated[EventQuery, Query()]) -> WebhookEventPage:
    """What happened, whether it was sent or not: from the first on; keep the last cursor."""
    domain = Domain("payload", "!=", False)
    if query.type:
        domain &= Domain("type", "=", query.type)
    events, following = page(call, "cn285.webhook.event", domain, _as_list(query))
    return WebhookEventPage(
        data=[
            WebhookEventOut(
                number=event.id,
                **{
                    name: event.payload[name]
                    for name in ("id", "type", "timestamp", "sequence", "data")
                },
            )
            for event in events
        ],
        has_more=following is not None,
        next_cursor=following,
    )


@router.get("/webhook-deliveries", summary="List deliveries", **operation("webhooks:read"))
def list_deliveries(call: CurrentCall, query: Annotated[DeliveryQuery, Query()]) -> DeliveryPage:
    """What became of each message."""
    domain = Domain.TRUE
    if query.endpoint:
        endpoint = named(call, "cn285.webhook.endpoint", query.endpoint, "endpoint")
        domain &= Domain("endpoint_id", "=", endpoint.id)
    if query.state:
        domain &= Domain("state", "=", query.state)
    deliveries, following = page(call, "cn285.webhook.delivery", domain, _as_list(query))
    return DeliveryPage(
        data=_show_deliveries(deliveries),
        has_more=following is not None,
        next_cursor=following,
    )


@router.post(
    "/webhook-deliveries/{delivery}/replay",
    summary="Send a message again",
    **operation("webhooks:write", 404),
)
def replay_delivery(call: CurrentCall, delivery: RefPath) -> DeliveryOut:
    """The same message with the same id."""
    record = find(call, "cn285.webhook.delivery", delivery)
    record.action_replay()
    call.env.flush_all()
    return _show_deliveries(record)[0]


def _as_list(query):
    return ListQuery(limit=query.limit, cursor=query.cursor)


def _types(call, codes):
    types = call.env["cn285.webhook.type"].search([("code", "in", codes)])
    for place, code in enumerate(codes):
        if code not in types.mapped("code"):
            detail = call.env._("There is no type of event “%s”.", code)
            raise invalid(f"/events/{place}", "not_a_choice", detail)
    return types


def _with_secret(endpoint, status):
    [shown] = _show(endpoint)
    without = shown.model_dump_json().encode()
    shown.secret = endpoint._secret()
    headers = {"Location": f"/cn285/v1/webhook-endpoints/{endpoint.id}"}
    response = answer(shown, status, headers if status == 201 else None)
    response.kept_body = without
    return response


def _show(endpoints):
    return [
        EndpointOut(
            id=endpoint.id,
            name=endpoint.name,
            url=endpoint.url,
            events=endpoint.type_ids.mapped("code"),
            enabled=endpoint.state == "enabled",
            disabled_reason=text(endpoint.disabled_reason),
            failing_since=endpoint.failing_since or None,
            waiting=endpoint.waiting_count,
            created_at=endpoint.create_date,
        )
        for endpoint in endpoints
    ]


def _show_deliveries(deliveries):
    return [
        DeliveryOut(
            id=delivery.id,
            event=delivery.event_id.uuid,
            type=delivery.type,
            endpoint_id=delivery.endpoint_id.id,
            state=delivery.state,
            failures=delivery.failures,
            status=delivery.status or None,
            answer=text(delivery.answer),
            next_try=delivery.next_try if delivery.state == "pending" else None,
            sent_at=delivery.sent_at or None,
        )
        for delivery in deliveries
    ]
