"""How programs name a record: by its number, or by the external id of whoever loaded it."""

import re
from dataclasses import dataclass

LARGEST_ID = 2**31 - 1
PREFIX = "ext:"
#: What an external id may be: what the import takes, up to the length of a column.
LONGEST = 120
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")


class BadReference(ValueError):
    """A text that names no record."""


@dataclass(frozen=True)
class Reference:
    """One of both: a number, or an external id."""

    id: int | None = None
    external_id: str | None = None


def parse_reference(text: str) -> Reference:
    """What a text names.

    >>> parse_reference("12"), parse_reference("ext:CTR-1")
    (Reference(id=12, external_id=None), Reference(id=None, external_id='CTR-1'))

    :raises BadReference: where it is neither
    """
    if text.startswith(PREFIX):
        name = text[len(PREFIX) :]
        if is_external_id(name):
            return Reference(external_id=name)
    elif _NUMBER.fullmatch(text) and int(text) <= LARGEST_ID:
        return Reference(id=int(text))
    raise BadReference(text)


def is_external_id(name: str) -> bool:
    """Whether a text can be an external id: printable, not blank at its ends, not too long.

    >>> [is_external_id(one) for one in ("CTR-1", "a b", "", " a", "a\\n", "x" * 121)]
    [True, True, False, False, False, False]
    """
    return 0 < len(name) <= LONGEST and name.isprintable() and name == name.strip()
