"""An operation of the API: what is asked of every call before its own code runs, and after."""

import json
from functools import wraps
from inspect import iscoroutinefunction
from math import isfinite
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from ..engine.headers import fingerprint, is_idempotency_key
from .call import _current
from .idempotency import Idempotency
from .problems import FieldError, Problem

#: The largest body: 10,000 events with their properties.
LARGEST_BODY = 32 * 1024 * 1024
PROBLEM = {"$ref": "#/components/schemas/Problem"}
# What any operation may answer beside what it says itself.
USUAL_PROBLEMS = (400, 401, 403, 409, 422, 429, 500, 503)
JSON = "application/json"


def answer(model, status=200, headers=None):
    """An answer of a schema; what operations return that need more than 200 and a body."""
    return Response(model.model_dump_json(), status, headers, JSON)


def _in_line(endpoint):
    """An operation that runs where it is called, and not in another thread.

    The app is run by the worker's own thread (see ``pool.py``), in a loop that nobody else uses:
    an operation that waits for the database holds up nobody.
    """
    if iscoroutinefunction(endpoint):
        return endpoint

    @wraps(endpoint)
    async def run(*args, **kwargs):
        result = endpoint(*args, **kwargs)
        return answer(result) if isinstance(result, BaseModel) else result

    return run


class Operation(APIRoute):
    """A route of ours: authenticated, with known parameters only, a POST done once."""

    def __init__(self, path, endpoint, **options):
        super().__init__(path, _in_line(endpoint), **options)
        # Of which a like one is made, see ``core.extending``.
        self.made_with = options

    @property
    def scope(self):
        return (self.openapi_extra or {}).get("x-scope")

    def get_route_handler(self):
        handle = super().get_route_handler()
        known = frozenset(_query_names(self.dependant))

        async def run(request: Request) -> Response:
            call = _current.get()
            if self.scope is not None:
                call.authenticate(self.scope)
            _check_parameters(call, request, known)
            body = b""
            if request.method not in ("GET", "HEAD", "DELETE"):
                body = await request.body()
                _check_type(call, request, self, body)
                if self.body_field is not None:
                    _read_strictly(request, body)
            if request.method != "POST" or self.scope is None:
                response = await handle(request)
                call.env.flush_all()
                return response
            return await _once(call, request, body, handle)

        return run


async def _once(call, request, body, handle):
    """Answer a POST; with an idempotency key once, whatever happens in between."""
    key = request.headers.get("idempotency-key")
    if key is None:
        response = await handle(request)
        call.env.flush_all()
        return response
    if not is_idempotency_key(key):
        raise Problem(
            "bad_header",
            call.env._("An idempotency key has 1 to 255 visible ASCII characters."),
        )
    path, query = request.scope["path"], request.scope["query_string"]
    once = Idempotency(call, key, fingerprint(request.method, path, query, body))
    kept = once.claim()
    if kept is not None:
        return kept
    response = await handle(request)
    call.env.flush_all()
    once.keep(response)
    return response


def _query_names(dependant):
    """Names of the parameters that an operation reads, those of a model of parameters too."""
    names = []
    for param in dependant.query_params:
        model = param.field_info.annotation
        is_model = isinstance(model, type) and issubclass(model, BaseModel)
        names += list(model.model_fields) if is_model else [param.alias]
    for other in dependant.dependencies:
        names += _query_names(other)
    return names


def _check_parameters(call, request, known):
    """Refuse parameters that nobody reads: a slip in a filter must not list everything."""
    given = request.query_params.keys()
    unknown = sorted(name for name in given if name not in known)
    if unknown:
        raise Problem(
            "invalid",
            call.env._("There is no parameter “%s” here.", unknown[0]),
            [
                FieldError(name, "unknown_parameter", call.env._("unknown parameter"))
                for name in unknown
            ],
        )
    said = [name for name, _value in request.query_params.multi_items()]
    for name in given:
        if said.count(name) > 1:
            detail = call.env._("The parameter “%s” is said twice.", name)
            raise Problem("invalid", detail, [FieldError(name, "said_twice", detail)])


def _check_type(call, request, route, body):
    """Refuse a body of another type than the operation's, however it was sent."""
    if not body:
        return
    given = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    taken = (route.openapi_extra or {}).get("x-body-types", (JSON,))
    if given not in taken:
        raise Problem(
            "unsupported_media_type",
            call.env._("Send the body as %s.", " / ".join(taken)),
            headers={"Accept": ", ".join(taken)},
        )


def _read_strictly(request, body):
    """Read JSON once, and as everybody reads it: no name twice in an object, no number that JSON
    has not. A gateway that goes by the first of two amounts must not let another one pass.

    :raises Problem: where it is no such JSON
    """
    if body:
        try:
            # Where Starlette keeps it, and FastAPI finds it.
            request._json = json.loads(
                body.decode(),
                object_pairs_hook=_once_each,
                parse_constant=_no_number,
                parse_float=_finite,
            )
        except (ValueError, RecursionError) as error:
            raise Problem("bad_json") from error


def _once_each(pairs):
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is said twice")
    return found


def _no_number(text):
    raise ValueError(text)


def _finite(text):
    number = float(text)
    return number if isfinite(number) else _no_number(text)


def problems(*statuses):
    """The statuses of problems that an operation may answer, for its documentation."""
    return {
        status: {
            "description": "Problem",
            "content": {"application/problem+json": {"schema": PROBLEM}},
        }
        for status in sorted({*USUAL_PROBLEMS, *statuses})
    }


def operation(scope, *statuses, status_code=None, **extra) -> dict[str, Any]:
    """Options of an operation, for a router's decorator.

    :param scope: the scope that a key needs; "" for none; None: without a key
    :param statuses: of problems, beside the usual ones
    :param extra: more of OpenAPI (``openapi_extra``)
    """
    about = dict(extra)
    if scope is not None:
        about |= {"x-scope": scope, "security": [{"key": []}]}
    options = {"responses": problems(*statuses), "openapi_extra": about}
    return options if status_code is None else {**options, "status_code": status_code}


def new_router(tag) -> APIRouter:
    """A router whose routes are operations; ``tag`` is the chapter of the documentation."""
    return APIRouter(tags=[tag], route_class=Operation, generate_unique_id_function=_operation_id)


def _operation_id(route):
    """What clients call an operation: the name of its function, of which there is one."""
    return route.name
