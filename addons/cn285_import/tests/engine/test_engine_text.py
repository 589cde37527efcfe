"""Texts from outside: nothing that a database cannot hold, no cell that a spreadsheet runs."""

import csv
import doctest
import io
from decimal import Decimal

import pytest
from cn285_import_engine import text
from cn285_import_engine.mapping import MappingError, parse_mapping
from cn285_import_engine.table import TableError, read_table, write_table
from hypothesis import given
from hypothesis import strategies as st

HOSTILE = ("=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1", "-x", "-")
HARMLESS = ("-12.50", "-12,50", "+33", "1 234,50", "-1e5", "", "a=b", "Île", "12 % -5")


def test_examples():
    results = doctest.testmod(text)
    assert results.attempted
    assert not results.failed


@pytest.mark.parametrize("cell", HOSTILE)
def test_a_formula_is_a_text(cell):
    assert text.safe_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", [*HARMLESS, -12.5, Decimal("-1"), None, 7])
def test_numbers_and_plain_texts_stay(cell):
    assert text.safe_cell(cell) == cell


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1)))
def test_no_file_has_a_cell_that_begins_a_formula(rows):
    written = list(csv.reader(io.StringIO(write_table(["id"], rows), newline="")))
    for row in written:
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@")) or text.safe_cell(cell) == cell


@given(st.text(st.characters()))
def test_cleaned_is_text(given_text):
    assert text.is_text(text.cleaned(given_text))
    if text.is_text(given_text):
        assert text.cleaned(given_text) == given_text


@pytest.mark.parametrize("bad", ["a\0b", "a\ud83db", "\udc00"])
def test_files_and_mappings_without_text(bad):
    with pytest.raises(TableError, match="not_text"):
        read_table("items.csv", f"id,name\nA,fine\nB,{bad}\n", None)
    escaped = bad.encode("unicode_escape").decode().replace("\\x", "\\u00")
    with pytest.raises(MappingError, match="not_text"):
        parse_mapping('{"record": [{"kind": "items", "columns": {"id": "' + escaped + '"}}]}')
