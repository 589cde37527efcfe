"""Every exception as a problem; what is not foreseen is a 500 without a word of its inside."""

import logging

from fastapi.exceptions import RequestValidationError
from odoo.exceptions import (
    AccessDenied,
    AccessError,
    ConcurrencyError,
    LockError,
    MissingError,
    UserError,
)
from odoo.tools import LazyTranslate
from odoo.tools.translate import LazyGettext
from psycopg2 import DataError, OperationalError
from starlette.exceptions import HTTPException
from werkzeug.exceptions import HTTPException as WerkzeugHTTPException

from .problems import FieldError, Problem

_lt = LazyTranslate(__name__)
# What pydantic calls mistakes, where we have a word for it; all else is "bad_value".
CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "json_invalid": "bad_json",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "too_long": "too_long",
    "too_short": "too_short",
    "greater_than": "out_of_range",
    "greater_than_equal": "out_of_range",
    "less_than": "out_of_range",
    "less_than_equal": "out_of_range",
    "enum": "not_a_choice",
    "literal_error": "not_a_choice",
}
# The same in words, for people; pydantic has its own in English only.
WORDS = {
    "missing": _lt("it is missing"),
    "extra_forbidden": _lt("there is no such field"),
    "string_type": _lt("it is no text"),
    "bool_type": _lt("it is neither true nor false"),
    "bool_parsing": _lt("it is neither true nor false"),
    "int_type": _lt("it is no whole number"),
    "int_parsing": _lt("it is no whole number"),
    "int_parsing_size": _lt("it is no whole number"),
    "int_from_float": _lt("it is no whole number"),
    "list_type": _lt("it is no list"),
    "dict_type": _lt("it is no object"),
    "model_type": _lt("it is no object"),
    "model_attributes_type": _lt("it is no object"),
    "string_too_long": _lt("it has more than %(max_length)s characters"),
    "string_too_short": _lt("it has fewer than %(min_length)s characters"),
    "too_long": _lt("it has more than %(max_length)s entries"),
    "too_short": _lt("it has fewer than %(min_length)s entries"),
    "greater_than_equal": _lt("it is less than %(ge)s"),
    "less_than_equal": _lt("it is more than %(le)s"),
    "literal_error": _lt("it is none of %(expected)s"),
    "string_pattern_mismatch": _lt("it is not of the form %(pattern)s"),
    "datetime_from_date_parsing": _lt("it is no time such as “2026-03-31T12:00:00Z”"),
    "datetime_parsing": _lt("it is no time such as “2026-03-31T12:00:00Z”"),
}
STATUSES = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}


def as_problem(env, exc):
    """The problem that an exception is, in the language of ``env``."""
    if isinstance(exc, Problem):
        return exc
    if isinstance(exc, RequestValidationError):
        return _invalid_request(env, exc)
    if isinstance(exc, HTTPException | WerkzeugHTTPException):
        return _http_problem(exc)
    if isinstance(exc, MissingError):
        return Problem("not_found", exc.args[0])
    if isinstance(exc, AccessError | AccessDenied):
        # Odoo's own text names records and rules that a program has no business with.
        return Problem("not_allowed")
    if isinstance(exc, LockError | ConcurrencyError | OperationalError):
        return Problem("concurrent_update", headers={"Retry-After": "1"})
    if isinstance(exc, UserError):
        return Problem("refused", str(exc.args[0]) if exc.args else None)
    if isinstance(exc, DataError):
        return Problem("invalid", env._("A value is out of range."))
    return Problem("internal_error")


def loudness(exc):
    """At which level of the log an exception is told."""
    return logging.INFO if isinstance(exc, Problem | UserError) else logging.ERROR


def _http_problem(exc):
    status = getattr(exc, "status_code", None) or getattr(exc, "code", None) or 500
    headers = dict(getattr(exc, "headers", None) or {})
    if status == 400:
        return Problem("bad_json")
    return Problem(STATUSES.get(status, "internal_error"), headers=headers)


def _invalid_request(env, exc):
    mistakes = exc.errors()
    if any(mistake["type"] == "json_invalid" for mistake in mistakes):
        return Problem("bad_json")
    errors = [_field_error(env, mistake) for mistake in mistakes[:50]]
    detail = env._("%(count)s values cannot be taken; see the list.", count=len(mistakes))
    return Problem("invalid", errors[0].detail if len(errors) == 1 else detail, errors)


def _field_error(env, mistake):
    """A mistake as pydantic tells it, with a pointer into the body or the name of a parameter."""
    where, *path = mistake["loc"]
    pointer = (
        "".join(f"/{_escaped(part)}" for part in path)
        if where == "body"
        else ".".join(map(str, path))
    )
    code = CODES.get(mistake["type"], "bad_value")
    return FieldError(pointer or "/", code, _in_words(env, mistake))


def _in_words(env, mistake):
    """What is wrong, without the value: it may be a secret, and the caller has it."""
    context = mistake.get("ctx") or {}
    if mistake["type"] == "value_error":
        error = context["error"]
        ours = error.args and isinstance(error.args[0], LazyGettext)
        return env._(error.args[0]) if ours else str(error)
    words = WORDS.get(mistake["type"])
    if not words:
        return mistake["msg"]
    said = env._(words)
    return said % context


def _escaped(part):
    """A part of a JSON pointer (RFC 6901)."""
    return str(part).replace("~", "~0").replace("/", "~1")
