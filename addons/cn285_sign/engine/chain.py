"""A log that shows when it was altered: each entry's hash covers the one before it.

The hash is SHA-256 (FIPS 180-4) over the entry as canonical JSON (sorted keys, no blanks, UTF-8)
with the hash of the entry before; the first one's is 64 zeros.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

START = "0" * 64


def link(previous: str, entry: Mapping[str, Any]) -> str:
    """Return the hash of an entry that follows the one of hash ``previous``.

    :param entry: values of JSON only
    """
    text = json.dumps(
        {"previous": previous, "entry": dict(entry)},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def first_broken(entries: Iterable[tuple[str, str, Mapping[str, Any] | None]]) -> int | None:
    """Return the place of the first entry that does not fit, from 0; None where all do.

    :param entries: ``(hash of the one before, own hash, entry)``, in order; entry None: what it
        said was purged, and only its place is looked at
    """
    previous = START
    for place, (kept, own, entry) in enumerate(entries):
        if kept != previous or (entry is not None and own != link(previous, entry)):
            return place
        previous = own
    return None
