"""Signed messages of Yousign: whether one is genuine, and what it says.

Yousign, *Webhooks*: the header ``X-Yousign-Signature-256`` is ``sha256=`` and the HMAC-SHA256
(RFC 2104) of the body as it came, as hexadecimal digits, by the secret of the subscription.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timezone

HEADER = "X-Yousign-Signature-256"
# The longest texts of an event that are kept.
LONGEST = 100


class BadEvent(Exception):
    """A message that was signed, and yet is no event."""


@dataclass(frozen=True)
class Event:
    """An event: that something happened to a request, and when (UTC); not what holds now.

    ``sandbox``: it happened in the environment for trials. ``request``: Yousign's id of the
    request; ``external_id``: ours; either may be empty.
    """

    event_id: str
    name: str
    at: datetime | None
    sandbox: bool
    request: str
    external_id: str


def signature(body: bytes, secret: str) -> str:
    """Return the header that a body bears."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_signed(body: bytes, header: str | None, secret: str | None) -> bool:
    """Whether a secret signed a body. Nothing is, by no secret or an empty one.

    >>> is_signed(b"{}", signature(b"{}", "s"), "s"), is_signed(b"{}", signature(b"{}", ""), "")
    (True, False)
    """
    if not header or not secret or not secret.strip():
        return False
    return hmac.compare_digest(signature(body, secret).encode(), header.strip().encode())


def read_event(body: bytes) -> Event:
    """Return what a message says, which was verified before.

    :raises BadEvent: where it is no event
    """
    try:
        said = json.loads(body)
        event_id, name, sandbox = said["event_id"], said["event_name"], said["sandbox"]
        data = said.get("data") or {}
        about = data.get("signature_request") or {}
        request, external_id = about.get("id") or "", about.get("external_id") or ""
        seconds = said.get("event_time")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadEvent(str(error)) from error
    texts = (event_id, name, request, external_id)
    if not event_id or not all(isinstance(text, str) for text in texts):
        raise BadEvent("an id is no text")
    if any(len(text) > LONGEST or not _is_kept(text) for text in texts):
        raise BadEvent("an id is none")
    return Event(event_id, name, _moment(seconds), sandbox is True, request, external_id)


def _is_kept(text: str) -> bool:
    """Whether a database keeps a text: neither a null nor half a character is in it."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _moment(seconds: object) -> datetime | None:
    """Seconds since 1970 as a time (UTC, naive); None where they are none."""
    try:
        moment = datetime.fromtimestamp(int(str(seconds)), timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(tzinfo=None)
