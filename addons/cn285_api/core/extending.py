"""How another addon has operations of ours take more: fields of its own in a body.

The addon declares them as a class of fields, a subclass of ``schemas.common.In``, and names it in
``ADDED`` of its ``routers`` beside the schema that takes them; ``fastapi.endpoint._cn285_added``
hands it to the app of the databases where the addon is installed. Elsewhere the fields are unknown,
and refused as any other. What becomes of them is said by a method of the model that is made, such
as ``cn285.contract._api_start``; to all else they do not exist (``core.values.given``).
"""

import inspect
from functools import cache, wraps

from fastapi import APIRouter
from pydantic import create_model


def widened(router, added):
    """A router whose operations take the added fields too; the same one where none does.

    :param added: pairs ``(schema, class of fields)``
    """
    wider = _wider_schemas(tuple(added))
    routes = [_widened(route, wider) for route in router.routes]
    if routes == router.routes:
        return router
    twin = APIRouter()
    twin.routes = routes
    return twin


@cache
def _wider_schemas(added):
    """``{schema: the same with more fields}``; always the same classes for the same additions."""
    parts = {}
    for schema, fields in added:
        parts.setdefault(schema, []).append(fields)
    return {schema: _wider(schema, tuple(several)) for schema, several in parts.items()}


def _wider(schema, parts):
    model = create_model(
        schema.__name__,
        __base__=(*parts, schema),
        __module__=schema.__module__,
        __doc__=schema.__doc__,
    )
    model.added = frozenset(name for part in parts for name in part.model_fields)
    return model


def _widened(route, wider):
    """The route, or one whose body is of the wider schema."""
    signature = inspect.signature(route.endpoint)
    parameters = [
        one.replace(annotation=wider.get(one.annotation, one.annotation))
        if isinstance(one.annotation, type)
        else one
        for one in signature.parameters.values()
    ]
    if parameters == list(signature.parameters.values()):
        return route

    @wraps(route.endpoint)
    async def run(*args, **kwargs):
        return await route.endpoint(*args, **kwargs)

    run.__signature__ = signature.replace(parameters=parameters)
    return type(route)(route.path, run, **route.made_with)
