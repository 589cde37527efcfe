"""What an answer of Yousign means for what comes next."""

from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from enum import Enum

# Seconds after which a call is made again where Yousign only says: too many.
BUSY_SECONDS = 60
# Whatever it says, nobody waits longer.
LONGEST_WAIT = 6 * 3600


class Meaning(str, Enum):
    """What follows an answer.

    DONE: go on. BUSY: the same later, nothing was done. UNKNOWN: the same later, but look first
    whether it was done. GONE: there is no such thing. STOP: nothing can work until somebody acts.
    REFUSED: what was sent is wrong, or comes too late; the same again would be refused again.
    """

    DONE = "done"
    BUSY = "busy"
    UNKNOWN = "unknown"
    GONE = "gone"
    STOP = "stop"
    REFUSED = "refused"


def meaning(status: int | None) -> Meaning:
    """Return what a status of HTTP means; None: no answer came.

    >>> [meaning(status).value for status in (201, 404, 429, 401, 400, 503, None)]
    ['done', 'gone', 'busy', 'stop', 'refused', 'unknown', 'unknown']
    """
    if status is None or status >= 500 or status == 408:
        return Meaning.UNKNOWN
    if status == 429:
        return Meaning.BUSY
    if status in (401, 402, 403):
        return Meaning.STOP
    if status in (404, 410):
        return Meaning.GONE
    return Meaning.DONE if 200 <= status < 300 else Meaning.REFUSED


def wait_seconds(headers: Mapping[str, str], now: datetime) -> int:
    """Return how long to wait after a call too many: ``Retry-After``, seconds or a date (RFC 9110).

    >>> wait_seconds({"Retry-After": "7"}, datetime.now()), wait_seconds({}, datetime.now())
    (7, 60)

    :param now: UTC
    """
    said = (headers.get("Retry-After") or "").strip()
    if said.isascii() and said.isdigit():
        return max(1, min(int(said[:9]), LONGEST_WAIT))
    try:
        until = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return BUSY_SECONDS
    if until.tzinfo is None:
        until = until.replace(tzinfo=timezone.utc)
    left = (until - now.replace(tzinfo=timezone.utc)).total_seconds()
    return max(1, min(round(left), LONGEST_WAIT))
