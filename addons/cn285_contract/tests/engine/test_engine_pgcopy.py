"""Rows for PostgreSQL's COPY."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from cn285_engine.pgcopy import columns_file, encode, rows_file, used_columns
from hypothesis import given
from hypothesis import strategies as st

UNESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}


def decode(column):
    """Read a column as PostgreSQL's documentation of COPY says."""
    if column == r"\N":
        return None
    parts, escaped = [], False
    for char in column:
        if escaped:
            parts.append(UNESCAPED[char])
            escaped = False
        elif char == "\\":
            escaped = True
        else:
            parts.append(char)
    return "".join(parts)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, r"\N"),
        ("", ""),
        (r"\N", r"\\N"),
        ("a\tb\nc\\d", r"a\tb\nc\\d"),
        (True, "t"),
        (False, "f"),
        (12, "12"),
        (0.1, "0.1"),
        (date(2026, 2, 28), "2026-02-28"),
        (datetime(2026, 2, 28, 1, 2, 3, 4), "2026-02-28 01:02:03.000004"),
    ],
)
def test_encode(value, expected):
    assert encode(value) == expected


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_stays_in_its_column_and_comes_back(value):
    column = encode(value)
    assert not set("\t\n\r") & set(column)
    assert decode(column) == value


def test_a_type_without_agreed_text_is_refused():
    with pytest.raises(TypeError, match="Decimal"):
        encode(Decimal("1"))


def test_rows_have_a_line_each_and_missing_columns_are_null():
    rows = [{"b": 1, "a": None}, {"c": "x"}]
    assert used_columns(rows) == ["b", "c"]
    assert rows_file(["b", "c"], rows).read() == "1\t\\N\n\\N\tx\n"
    assert rows_file(["b"], []).read() == ""


CELLS = st.one_of(st.none(), st.booleans(), st.integers(0, 1), st.text("ab\\\n\t", max_size=2))


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=8))
def test_columns_make_the_same_file_as_rows(rows):
    columns = dict(zip("abc", zip(*rows, strict=True) if rows else ([], [], []), strict=True))
    as_rows = [dict(zip("abc", row, strict=True)) for row in rows]
    assert columns_file(columns.values()).read() == rows_file("abc", as_rows).read()


def test_columns_have_the_same_length():
    with pytest.raises(ValueError):
        columns_file([[1, 2], [1]])
