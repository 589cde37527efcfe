"""CSV files and mappings: what is read, and where what is wrong is said to be."""

import doctest
import json
from datetime import date

import pytest
from cn285_import_engine import mapping, table, written, xlsx
from cn285_import_engine.mapping import MappingError, parse_mapping
from cn285_import_engine.table import TableError, read_table, write_table
from cn285_import_engine.xlsx import is_workbook, read_any, read_workbook, write_workbook


@pytest.mark.parametrize("module", [mapping, table, written, xlsx])
def test_examples(module):
    results = doctest.testmod(module)
    assert results.attempted
    assert not results.failed


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_and_byte_order_mark(delimiter):
    text = delimiter.join(["id", '"name, first"']) + "\n" + delimiter.join(["1", '"a;b,c\td"'])
    read = read_table("f.csv", ("\ufeff" + text).encode())
    assert read.header == ["id", "name, first"]
    assert read.rows[0].cells == {"id": "1", "name, first": "a;b,c\td"}


def test_lines_are_those_of_the_file():
    read = read_table("f.csv", 'id,text\n1,"two\nlines"\n\n3,c\n4,d,e\n5\n6,f\n')
    assert [(row.line, row.cells["id"]) for row in read.rows] == [(2, "1"), (5, "3"), (8, "6")]
    assert [(problem.line, problem.code) for problem in read.problems] == [
        (6, "too_many_cells"),
        (7, "too_few_cells"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        "sep=;\nid;näme\n1;a,b\n".encode("cp1252"),
        b'"sep=;"\r\n' + "id;näme\r\n1;a,b\r\n".encode(),
        "id;näme\r1;a,b\r".encode(),
        "id\tnäme\n1\ta,b\n".encode("utf-16"),
        "\ufeffid;näme\n1;a,b\n",
    ],
)
def test_what_spreadsheets_call_csv(content):
    read = read_table("f.csv", content)
    assert [row.cells for row in read.rows] == [{"id": "1", "näme": "a,b"}]


def test_sums_at_the_end_are_no_rows():
    text = "id,name,amount\nA,Total,5\nB,x,7\n,,12\nTotal général,,12\n"
    read = read_table("f.csv", text)
    assert [row.cells["id"] for row in read.rows] == ["A", "B"]
    assert read.sums == [4, 5]
    # One that stands among others is none, and neither is a row that names anything.
    assert read_table("f.csv", "id,amount\n,5\nB,7\n").sums == []
    assert read_table("f.csv", "name\nx\nTotal\n").sums == []


def test_workbooks_are_read_as_they_were_written():
    rows = [["A", 12.5, date(2026, 12, 31), "=1+1", None], ["B", 1.234, None, "1,234", True]]
    book = write_workbook([("items", ["id", "price", "day", "text", "flag"], rows)])
    assert is_workbook(book)
    [(title, read)] = read_workbook("f.xlsx", book)
    assert title == "items"
    assert [list(row.cells.values()) for row in read.rows] == [
        ["A", "12.5", "2026-12-31", "=1+1", ""],
        ["B", "1.2340", "", "1,234", "yes"],
    ]
    assert [row.line for row in read.rows] == [2, 3]


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0 old"])
def test_workbooks_that_cannot_be_read(content):
    with pytest.raises(TableError) as caught:
        read_any("f.xlsx", content)
    assert caught.value.code in ("not_a_workbook", "old_excel")


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"id\na\n\x81\xe9\n", "not_utf8", 3),
        (b"id\n\x00\n", "not_text", 2),
        (b"\n \n", "empty_file", 1),
        (b"id,name,id\n", "duplicate_column", 1),
        (b"id,,name\n", "unnamed_column", 1),
    ],
)
def test_files_that_cannot_be_read(content, code, line):
    with pytest.raises(TableError) as caught:
        read_table("f.csv", content)
    assert (caught.value.code, caught.value.line) == (code, line)


def test_written_cells_are_no_formulas():
    text = write_table(["a"], [["=1+1"], ["@x"], ["-12.50"], ["-cmd"], ["plain"]])
    assert text.splitlines() == ["a", "'=1+1", "'@x", "-12.50", "'-cmd", "plain"]


def test_written_headers_are_no_formulas():
    text = write_table(["file", "=HYPERLINK(1)", "#remark"], [["a", "b", "c"]])
    assert text.splitlines() == ["file,'=HYPERLINK(1),#remark", "a,b,c"]


def one(columns, row, **record):
    """The cells that a mapping with one record makes of a row; None if it makes none."""
    data = {"record": [{"kind": "items", "columns": columns, **record}]}
    rows = parse_mapping(json.dumps(data)).rows(row)
    return rows[0].cells if rows else None


@pytest.mark.parametrize(
    ("spec", "row", "expected"),
    [
        ("constant", {}, "constant"),
        (12, {}, "12"),
        (True, {}, "yes"),
        ("{a}-{b} {{x}}", {"a": "1", "b": "2"}, "1-2 {x}"),
        ("{a}", {"a": "{b}"}, "{b}"),
        ({"column": "a"}, {"a": "x"}, "x"),
        ({"column": "a", "default": "d"}, {"a": ""}, "d"),
        ({"column": "a", "map": {"m": "month"}}, {"a": "m"}, "month"),
        ({"column": "a", "map": {"m": "month"}}, {"a": ""}, ""),
        ({"column": "a", "map": {"m": "month"}, "default": "year"}, {"a": "?"}, "year"),
        ({"column": "a", "date_format": "%d/%m/%Y"}, {"a": "31/12/2026"}, "2026-12-31"),
        ({"date": "2026-03-31", "months_before": "n"}, {"n": "1"}, "2026-02-28"),
        ({"date": "2026-03-31", "months_after": 11}, {}, "2027-02-28"),
        ({"date": "2026-03-01", "days_before": "n"}, {"n": "1"}, "2026-02-28"),
        ({"date": "{a}", "days_after": 1}, {"a": ""}, ""),
    ],
)
def test_cells(spec, row, expected):
    assert one({"x": spec}, row) == {"x": expected}


@pytest.mark.parametrize(
    ("when", "made"),
    [
        ({"column": "a", "equals": "1"}, True),
        ({"column": "a", "not_equals": "1"}, False),
        ({"column": "a", "in": ["1", "2"]}, True),
        ({"column": "a", "not_in": ["1", "2"]}, False),
        ({"column": "b", "filled": True}, False),
        ([{"column": "a", "equals": "1"}, {"column": "b", "filled": False}], True),
    ],
)
def test_conditions(when, made):
    assert (one({"x": "1"}, {"a": "1", "b": ""}, when=when) is not None) == made


@pytest.mark.parametrize(
    ("spec", "row", "code"),
    [
        ({"column": "a", "map": {"m": "month"}}, {"a": "w"}, "unmapped_value"),
        ({"column": "a", "date_format": "%d/%m/%Y"}, {"a": "2026"}, "bad_date"),
        ({"date": "2026-01-01", "months_before": "a"}, {"a": "1.5"}, "bad_number"),
        ({"date": "2026-01-01", "months_before": "a"}, {"a": "99999"}, "bad_date"),
        ({"column": "a", "eval": "1"}, {}, "unknown_key"),
        ({"column": "a", "text": "b"}, {}, "one_source"),
    ],
)
def test_refusals(spec, row, code):
    with pytest.raises(MappingError) as caught:
        one({"x": spec}, row)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("record = 3", "not_a_mapping"),
        ("= x", "not_a_mapping"),
        ('{"record": ', "not_a_mapping"),
        ('{"columns": {}}', "unknown_key"),
        ("{}", "missing_key"),
        ('{"record": [{"kind": "items"}]}', "missing_key"),
        ('{"billing": {"until": "31/01/2026"}, "record": []}', "bad_date"),
    ],
)
def test_mappings_that_cannot_be_used(text, code):
    with pytest.raises(MappingError) as caught:
        parse_mapping(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"\xff\xfe", "not_utf8"),
        ("= x", "syntax"),
        ('{"record": ', "syntax"),
        ('{"record": [}', "syntax"),
        ("[record", "incomplete"),
        ('a = "', "incomplete"),
        ('{"a": ' + "[" * 100000, "too_deep"),
        ('{"a": "\\u0000"}', "not_text"),
        ("input = 3", "not_table"),
        ("fixed = 3", "not_tables"),
    ],
)
def test_why_a_text_is_no_mapping_is_told_without_the_parsers_words(text, problem):
    with pytest.raises(MappingError) as caught:
        parse_mapping(text)
    assert caught.value.code == "not_a_mapping"
    assert caught.value.values.keys() <= {"problem", "line", "column", "key"}
    assert caught.value.values["problem"] == problem


@pytest.mark.parametrize(
    ("record", "key"),
    [
        ({"kind": 3, "columns": {"x": "1"}}, "kind"),
        ({"kind": "items", "columns": 3}, "columns"),
        ({"kind": "items", "columns": {"x": "1"}, "when": "a"}, "when"),
        ({"kind": "items", "columns": {"x": "1"}, "when": ["a"]}, "when"),
        ({"kind": "items", "columns": {"x": "1"}, "when": {"column": 3}}, "column"),
        ({"kind": "items", "columns": {"x": {"column": ["a"]}}}, "column"),
        ({"kind": "items", "columns": {"x": {"column": "a", "map": "b"}}}, "map"),
        ({"kind": "items", "columns": {"x": {"column": "a", "date_format": 1}}}, "date_format"),
        (
            {"kind": "items", "columns": {"x": {"date": "2026-01-01", "days_after": []}}},
            "days_after",
        ),
        (
            {"kind": "items", "columns": {"x": {"date": "2026-01-01", "days_after": 1.5}}},
            "days_after",
        ),
    ],
)
def test_values_that_a_key_cannot_have(record, key):
    with pytest.raises(MappingError) as caught:
        parse_mapping(json.dumps({"record": [record]}))
    assert (caught.value.code, caught.value.values["key"]) == ("wrong_value", key)


@pytest.mark.parametrize("given", ["", ";;", 3, []])
def test_a_delimiter_is_one_character(given):
    with pytest.raises(MappingError) as caught:
        parse_mapping(json.dumps({"input": {"delimiter": given}, "record": []}))
    assert (caught.value.code, caught.value.values["key"]) == ("wrong_value", "delimiter")


def test_what_a_mapping_needs():
    data = '{"record": [{"kind": "items", "when": {"column": "c", "filled": true}, "columns": '
    data += '{"x": "{a}", "y": {"date": "2026-01-01", "days_after": "b"}}}]}'
    assert parse_mapping(data).columns == {"a", "b", "c"}
