"""Pages of a list: where the next one begins, as an opaque text.

A cursor names the last record of a page by what lists are in the order of: the number, or the time
of the last change and the number. Records that come or go meanwhile shift nothing, as they would
with offsets.
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime

LARGEST_ID = 2**31 - 1


class BadCursor(ValueError):
    """A text that is no cursor of this list."""


@dataclass(frozen=True)
class Cursor:
    """The last record of a page: its number, and when it was changed where that is the order."""

    id: int
    changed: datetime | None = None


def encode(cursor: Cursor) -> str:
    """A cursor as text, without padding.

    >>> decode(encode(Cursor(7)))
    Cursor(id=7, changed=None)
    """
    parts = [cursor.id] if cursor.changed is None else [cursor.id, cursor.changed.isoformat()]
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decode(text: str, by_change: bool = False) -> Cursor:
    """The cursor that a text says.

    :param by_change: the list is in the order of changes
    :raises BadCursor: where it says none, or one of a list in another order
    """
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        number, *rest = parts
        changed = datetime.fromisoformat(rest[0]) if rest else None
    except (ValueError, TypeError, IndexError, RecursionError) as error:
        raise BadCursor(text) from error
    is_number = isinstance(number, int) and not isinstance(number, bool)
    if not is_number or not 0 <= number <= LARGEST_ID or len(rest) != int(by_change):
        raise BadCursor(text)
    if changed is not None and (changed.tzinfo or not 1900 <= changed.year <= 9999):
        raise BadCursor(text)
    return Cursor(number, changed)
