from datetime import date

import pytest
from cn285_document_engine.numbers import number_text, unknown_part
from cn285_document_engine.totals import Line, by_rhythm, per_month


@pytest.mark.parametrize(
    ("prefix", "digits", "expected"),
    [
        ("DC/%(year)s/", 5, "DC/2026/00012"),
        ("%(y)s%(month)s%(day)s-", 3, "260105-012"),
        ("", 1, "12"),
        ("N° ", 2, "N° 12"),
    ],
)
def test_a_number(prefix, digits, expected):
    assert unknown_part(prefix) is None
    assert number_text(prefix, digits, date(2026, 1, 5), 12) == expected


@pytest.mark.parametrize("prefix", ["%", "%(week)s", "%(year)d", "%(year)099999s", "%s", "a\nb"])
def test_what_is_no_prefix(prefix):
    assert unknown_part(prefix)


def test_totals_add_up_to_the_cent():
    lines = [Line("Monthly", 1, "month", 0.1)] * 3 + [Line("Once", 0, None, 5.0)]
    assert by_rhythm(lines) == [("Monthly", 0.3), ("Once", 5.0)]
    assert per_month(lines) is None, "the total of the month says it"


@pytest.mark.parametrize(
    ("count", "unit", "amount", "month"),
    [
        (1, "year", 120.0, 10.0),
        (2, "month", 10.0, 5.0),
        (1, "quarter", 30.0, 10.0),
        (1, "semester", 60.0, 10.0),
        (1, "day", 12.0, 365.0),
        (1, "week", 84.0, 365.0),
    ],
)
def test_by_the_month(count, unit, amount, month):
    assert per_month([Line("x", count, unit, amount)]) == pytest.approx(month)
