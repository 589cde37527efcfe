"""What goes wrong, as RFC 9457 has it: codes that do not change, words in the reader's language."""

import logging
from typing import NamedTuple

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)
# Where the documentation of a code is.
TYPE = "/cn285/v1/docs/problems#"


class Kind(NamedTuple):
    """A kind of problem: its HTTP status, and what it is called."""

    status: int
    title: object


#: All codes. A code never changes its meaning; new ones may come.
KINDS = {
    "bad_json": Kind(400, _lt("The body is no JSON")),
    "bad_header": Kind(400, _lt("A header cannot be read")),
    "bad_cursor": Kind(400, _lt("The cursor is not one of this list")),
    "unknown_version": Kind(400, _lt("There is no such version of the API")),
    "unauthenticated": Kind(401, _lt("The key is missing or not valid")),
    "missing_scope": Kind(403, _lt("The key does not open this")),
    "not_allowed": Kind(403, _lt("The key's user may not do this")),
    "wrong_network": Kind(403, _lt("The key is not valid from this address")),
    "not_found": Kind(404, _lt("There is no such thing")),
    "method_not_allowed": Kind(405, _lt("This cannot be done here")),
    "wrong_state": Kind(409, _lt("It is not in a state for this")),
    "external_id_taken": Kind(409, _lt("The external id is taken")),
    "idempotency_conflict": Kind(409, _lt("Another request with this key is being answered")),
    "concurrent_update": Kind(409, _lt("Somebody else is changing the same")),
    "precondition_failed": Kind(412, _lt("It was changed since you read it")),
    "too_large": Kind(413, _lt("The body is too large")),
    "unsupported_media_type": Kind(415, _lt("The body is of another type")),
    "range_not_satisfiable": Kind(416, _lt("Nothing of the file lies in this range")),
    "invalid": Kind(422, _lt("The request is not valid")),
    "refused": Kind(422, _lt("A rule of business refuses this")),
    "idempotency_mismatch": Kind(422, _lt("The key was used for another request")),
    "too_many_requests": Kind(429, _lt("Too many requests")),
    "internal_error": Kind(500, _lt("Something went wrong here")),
    "unavailable": Kind(503, _lt("The service is not available")),
}


class FieldError(NamedTuple):
    """What is wrong in one place of a request; ``pointer`` is a JSON pointer, or a name."""

    pointer: str
    code: str
    detail: str


class Problem(Exception):
    """What a caller is told instead of an answer; the transaction is undone.

    :param code: one of :data:`KINDS`
    :param detail: what and where, in the reader's language
    :param errors: list of ``FieldError``
    """

    # Odoo logs it no louder: it is the caller's, and the line of the request tells of it.
    loglevel = logging.DEBUG

    def __init__(self, code, detail=None, errors=(), headers=None):
        super().__init__(code)
        self.code = code
        self.kind = KINDS[code]
        self.detail = detail
        self.errors = list(errors)
        self.headers = headers or {}

    @property
    def status(self):
        return self.kind.status

    def body(self, env, request_id):
        """The problem as JSON has it."""
        body = {
            "type": f"{TYPE}{self.code}",
            "title": env._(self.kind.title),
            "status": self.status,
            "code": self.code,
            "request_id": request_id,
        }
        if self.detail:
            body["detail"] = str(self.detail)
        if self.errors:
            body["errors"] = [error._asdict() for error in self.errors]
        return body


def invalid(pointer, code, detail):
    """The problem of one bad value."""
    return Problem("invalid", detail, [FieldError(pointer, code, detail)])


def said_twice(env, pointer):
    """The problem of a list that names one thing twice: neither of the two is taken silently."""
    return invalid(pointer, "said_twice", env._("This is said twice; say it once."))
