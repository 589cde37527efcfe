"""Which events count: conditions on their properties, as a clerk writes them and as data.

As data: ``{"country": ["FR", "BE"], "status": {"not": ["test"]}}``. As text, a line for each
property: ``country = FR, BE`` and ``status != test``. A value with a comma or spaces at its ends
stands in double quotes, a quote in it is doubled.
"""

import re
from collections.abc import Iterable, Mapping

from .errors import UsageError

NOT = "not"
# One value, up to the next comma: in quotes, or as it is.
_VALUE = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*(?=,|$)|([^,]*))')
Conditions = Mapping[str, "list[str] | Mapping[str, list[str]]"]


def parse(text: str) -> dict[str, object]:
    """Return the conditions of a text as data; empty lines say nothing.

    :raises UsageError: ``filter_line`` (not a condition), ``filter_twice`` (a property twice)

    >>> parse('country = FR, BE')
    {'country': ['FR', 'BE']}
    """
    result: dict[str, object] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, sign, rest = line.partition("=")
        negated = name.endswith("!")
        name = name.removesuffix("!").strip()
        values = _split(rest)
        if not sign or not name or not values or not all(values):
            raise UsageError("filter_line", line=line.strip())
        if name in result:
            raise UsageError("filter_twice", name=name)
        result[name] = {NOT: values} if negated else values
    return result


def is_valid(data: object) -> bool:
    """Tell whether data is conditions as :func:`parse` makes them."""
    return isinstance(data, Mapping) and all(
        isinstance(name, str) and name and _values(entry) for name, entry in data.items()
    )


def conditions(data: Conditions) -> list[tuple[str, bool, list[str]]]:
    """Return each condition as ``(property, whether its values are shut out, values)``, by name."""
    return [
        (name, isinstance(entry, Mapping), list(map(_text, _values(entry))))
        for name, entry in sorted(data.items())
    ]


def to_text(data: Conditions) -> str:
    """Return conditions as a clerk writes them; :func:`parse` reads them back.

    >>> to_text({'country': ['FR', 'BE'], 'status': {'not': ['a, b']}})
    'country = FR, BE\\nstatus != "a, b"'
    """
    return "\n".join(
        f"{name} {'!=' if negated else '='} {', '.join(map(_quoted, values))}"
        for name, negated, values in conditions(data)
    )


def _values(entry: object) -> Iterable[object]:
    if isinstance(entry, Mapping):
        entry = entry.get(NOT) if set(entry) == {NOT} else None
    if not isinstance(entry, list) or not all(isinstance(one, str | int | float) for one in entry):
        return []
    return entry


def _text(value: object) -> str:
    """A value as the database writes it out of JSON."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _split(text: str) -> list[str]:
    """The values between commas; an empty one where there is none."""
    values, position = [], 0
    while position <= len(text):
        found = _VALUE.match(text, position)
        quoted, plain = found.group(1), found.group(2)
        values.append(plain.strip() if quoted is None else quoted.replace('""', '"'))
        position = found.end() + 1
    return values


def _quoted(value: str) -> str:
    if value != value.strip() or "," in value or value.startswith('"'):
        return '"' + value.replace('"', '""') + '"'
    return value
