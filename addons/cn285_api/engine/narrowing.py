"""What a change of the specification takes away from programs that were written before it.

Of requests everything that was taken must be taken; of answers everything that was there must be
there. New operations, fields and optional parameters take nothing away.
"""

from collections.abc import Iterator
from typing import Any

# Bounds of values: whether a larger one takes less.
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


def narrowed(old: dict, new: dict) -> list[str]:
    """What programs of the old specification may miss in the new one, a line each.

    >>> spec = {"paths": {"/a": {"get": {"responses": {"200": {}}}}}}
    >>> narrowed(spec, {"paths": {}}), narrowed(spec, spec)
    (['GET /a: is gone'], [])
    """
    return sorted(_narrowed(old, new))


def _narrowed(old, new):
    for path, methods in old.get("paths", {}).items():
        for method in METHODS:
            if method not in methods:
                continue
            name = f"{method.upper()} {path}"
            other = new.get("paths", {}).get(path, {}).get(method)
            if other is None:
                yield f"{name}: is gone"
                continue
            for reason in _operation(_Resolver(old), methods[method], _Resolver(new), other):
                yield f"{name}: {reason}"


class _Resolver:
    """References of a specification, followed."""

    def __init__(self, spec: dict):
        self.spec = spec

    def __call__(self, node: Any) -> Any:
        while isinstance(node, dict) and "$ref" in node:
            found = self.spec
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            node = found
        return node


def _operation(was, old, now, new) -> Iterator[str]:
    yield from _parameters(was, old, now, new)
    body, other = was(old.get("requestBody")), now(new.get("requestBody"))
    if other and other.get("required") and not (body and body.get("required")):
        yield "needs a body"
    for media, content in (body or {}).get("content", {}).items():
        taken = (other or {}).get("content", {}).get(media)
        if taken is None:
            yield f"takes no {media}"
        else:
            yield from _schema(was, content, now, taken, "body", True)
    for status, answer in old.get("responses", {}).items():
        given = now(new.get("responses", {}).get(status))
        if given is None:
            yield f"answers no {status}"
            continue
        for media, content in was(answer).get("content", {}).items():
            if media not in given.get("content", {}):
                yield f"{status}: is no {media}"
            else:
                yield from _schema(was, content, now, given["content"][media], status, False)


def _parameters(was, old, now, new):
    before = {_name(one): one for one in map(was, old.get("parameters", []))}
    after = {_name(one): one for one in map(now, new.get("parameters", []))}
    for key, parameter in before.items():
        if key not in after:
            yield f"{key}: is gone"
        else:
            yield from _schema(was, parameter, now, after[key], key, True)
    for key, parameter in after.items():
        required = key in before and before[key].get("required")
        if parameter.get("required") and not required:
            yield f"{key}: is required"


def _name(parameter):
    return f"{parameter['in']} {parameter['name']}"


def _schema(was, old, now, new, place, sent):
    """Compare what stands under ``schema`` in two places."""
    yield from _compare(was, old.get("schema"), now, new.get("schema"), place, sent, ())


def _compare(was, old, now, new, place, sent, above):
    """:param sent: programs send it; else they get it
    :param above: references that are being compared: schemas may hold themselves
    """
    if not isinstance(old, dict) or not isinstance(new, dict):
        return
    pair = (old.get("$ref"), new.get("$ref"))
    if all(pair):
        if pair in above:
            return
        above = (*above, pair)
    old, new = was(old), now(new)
    ours, theirs = _alternatives(was, old), _alternatives(now, new)
    before, after = set(ours), set(theirs)
    if sent and "any" not in after and not before <= after:
        yield f"{place}: takes no {', '.join(sorted(before - after))}"
    if not sent and "any" not in before and not after <= before:
        yield f"{place}: may be {', '.join(sorted(after - before))}"
    for kind in sorted(before & after):
        yield from _alike(was, ours[kind], now, theirs[kind], place, sent, above)


def _alternatives(resolve, schema):
    """``{kind of value: schema}`` of what a schema allows."""
    schema = resolve(schema)
    found = {}
    for part in schema.get("anyOf") or schema.get("oneOf") or ():
        found.update(_alternatives(resolve, part))
    if found:
        return found
    kinds = schema.get("type", "any")
    return dict.fromkeys(kinds if isinstance(kinds, list) else [kinds], schema)


def _alike(was, old, now, new, place, sent, above):
    """Two schemas of the same kind of value."""
    if sent:
        yield from _bounds(old, new, place)
    gone = [str(one) for one in _values(old) if one not in _values(new)]
    if sent and _values(new) and (gone or not _values(old)):
        yield f"{place}: takes no {', '.join(gone) or 'other values'}"
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before:
        if name not in after and new.get("additionalProperties") in (None, False):
            yield f"{place}/{name}: is gone"
        elif name in after:
            where = f"{place}/{name}"
            yield from _compare(was, before[name], now, after[name], where, sent, above)
    needed, was_needed = set(new.get("required", ())), set(old.get("required", ()))
    if sent:
        yield from (f"{place}/{name}: is required" for name in sorted(needed - was_needed))
    else:
        missing = (was_needed - needed) & set(after)
        yield from (f"{place}/{name}: may be missing" for name in sorted(missing))
    yield from _compare(was, old.get("items"), now, new.get("items"), f"{place}[]", sent, above)


def _values(schema):
    return schema.get("enum") or ([schema["const"]] if "const" in schema else [])


def _bounds(old, new, place):
    for name in LOWER:
        if name in new and new[name] > old.get(name, float("-inf")):
            yield f"{place}: {name} is {new[name]}"
    for name in UPPER:
        if name in new and new[name] < old.get(name, float("inf")):
            yield f"{place}: {name} is {new[name]}"
    if "pattern" in new and new["pattern"] != old.get("pattern"):
        yield f"{place}: has another pattern"
