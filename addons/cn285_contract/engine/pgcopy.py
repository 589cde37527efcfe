"""Rows in PostgreSQL's COPY text format (documentation, "COPY", section "Text Format")."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import StringIO

NULL = r"\N"
_ESCAPES = str.maketrans(
    {
        "\\": "\\\\",
        "\t": "\\t",
        "\n": "\\n",
        "\r": "\\r",
        "\b": "\\b",
        "\f": "\\f",
        "\v": "\\v",
    }
)


def encode(value: str | bool | int | float | date | datetime | None) -> str:
    """Return ``value`` as one COPY column; None is NULL.

    :raise TypeError: for a type that has no agreed text, rather than writing its repr.
    """
    if value is None:
        return NULL
    kind = type(value)
    if kind is str:
        return value.translate(_ESCAPES)
    if kind is bool:
        return "t" if value else "f"
    if kind is int or kind is float:
        return repr(value)
    if isinstance(value, str):
        return str.__str__(value).translate(_ESCAPES)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"No COPY text for {kind.__name__}: {value!r}")


def rows_file(columns: Sequence[str], rows: Sequence[dict]) -> StringIO:
    """Return a file that COPY can read: one line a row, a missing key is NULL."""
    if not columns:
        return StringIO("\n" * len(rows))
    return columns_file([[row.get(column) for row in rows] for column in columns])


def columns_file(columns: Iterable[Sequence]) -> StringIO:
    """Return a file that COPY can read, from columns of the same length.

    Faster than :func:`rows_file`; a value that many rows share in a row is encoded once.
    """
    lines = ["\t".join(row) for row in zip(*map(_encoded, columns), strict=True)]
    lines.append("")
    return StringIO("\n".join(lines))


def _encoded(values: Sequence) -> list[str]:
    texts, last, text = [], None, NULL
    for value in values:
        if value is not last:
            last, text = value, encode(value)
        texts.append(text)
    return texts


def used_columns(rows: Sequence[dict]) -> list[str]:
    """Return the keys that hold a value in some row, sorted: all the others stay NULL."""
    keys = set().union(*rows)
    return sorted(key for key in keys if any(row.get(key) is not None for row in rows))
