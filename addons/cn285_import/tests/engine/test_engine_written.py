"""Numbers and dates of Excel in France, England, Switzerland: read, or refused, not guessed."""

from datetime import date
from decimal import Decimal

import pytest
from cn285_import_engine.written import (
    PLAIN,
    Style,
    WrittenError,
    decimal_of,
    read_date,
    read_number,
    style_of,
)
from hypothesis import given
from hypothesis import strategies as st

FRENCH = Style(",", certain=True)
ENGLISH = Style(".", certain=True)
UNKNOWN = Style()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", "12"),
        ("-12,5", "-12.5"),
        ("+7", "7"),
        ("12.50", "12.50"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234.567", "1234567"),
        ("1,234,567.8", "1234567.8"),
        ("0,125", "0.125"),
        ("0.002", "0.002"),
        (",5", "0.5"),
        ("-.5", "-0.5"),
        ("12,", "12"),
        ("1234,567", "1234.567"),
        ("1 234", "1234"),
        ("1 234,50", "1234.50"),
        ("1\u202f234\u202f567,891", "1234567.891"),
        ("1\u00a0234,5 €", "1234.5"),
        ("€ 12.50", "12.50"),
        ("12,50 EUR", "12.50"),
        ("\u221212,50", "-12.50"),
        ("(12,50)", "-12.50"),
        ("1'234.50", "1234.50"),
        ("1’234’567", "1234567"),
    ],
)
def test_numbers_that_say_what_they_are(text, expected):
    assert read_number(text, UNKNOWN) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "style", "expected"),
    [
        ("1,234", FRENCH, "1.234"),
        ("1,234", ENGLISH, "1234"),
        ("1.000", FRENCH, "1000"),
        ("1.000", ENGLISH, "1.000"),
        ("999,999", FRENCH, "999.999"),
        ("-1.234", Style(","), "-1234"),
        ("1.234", PLAIN, "1.234"),
    ],
)
def test_numbers_that_may_be_two_are_what_the_file_says(text, style, expected):
    assert read_number(text, style) == Decimal(expected)
    with pytest.raises(WrittenError, match="ambiguous_number"):
        read_number(text, UNKNOWN)


@pytest.mark.parametrize(
    ("text", "style", "code"),
    [
        ("12.50", FRENCH, "other_separator"),
        ("12,50", ENGLISH, "other_separator"),
        ("1.234,56", ENGLISH, "other_separator"),
        ("NaN", UNKNOWN, "not_a_number"),
        ("1e5", UNKNOWN, "not_a_number"),
        ("12,5,0", UNKNOWN, "not_a_number"),
        ("1,23,456", ENGLISH, "not_a_number"),
        ("1.2.3", UNKNOWN, "not_a_number"),
        ("1 23", UNKNOWN, "not_a_number"),
        ("12 34,5", UNKNOWN, "not_a_number"),
        ("--5", UNKNOWN, "not_a_number"),
        (".", UNKNOWN, "not_a_number"),
        ("", UNKNOWN, "not_a_number"),
        ("12 €/m", UNKNOWN, "not_a_number"),
        ("1.234,56.7", UNKNOWN, "not_a_number"),
        ("٣", UNKNOWN, "not_a_number"),
    ],
)
def test_what_is_refused(text, style, code):
    with pytest.raises(WrittenError, match=code):
        read_number(text, style)


@given(st.decimals(-(10**8), 10**8, places=2), st.sampled_from(" \u00a0\u202f"))
def test_what_france_and_england_write_comes_back(number, blank):
    english = f"{number:,}"
    french = english.translate(str.maketrans({",": blank, ".": ","}))
    assert read_number(english, ENGLISH) == read_number(french, FRENCH) == number
    assert read_number(french, UNKNOWN) == number
    assert decimal_of(french) == ","


def test_a_file_is_read_as_its_other_numbers_show():
    assert style_of(["1,234", "7,50", "x"], UNKNOWN) == Style(",")
    assert style_of(["1,234", "1.5"], UNKNOWN) == Style(".")
    assert style_of(["1,5", "1.5"], UNKNOWN).decimal is None
    assert style_of(["1,234"], UNKNOWN).decimal is None
    assert style_of(["1,5"], ENGLISH) == ENGLISH


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2026-12-31", "ymd", date(2026, 12, 31)),
        ("2026-12-31", "dmy", date(2026, 12, 31)),
        ("31/12/2026", "dmy", date(2026, 12, 31)),
        ("3/4/2026", "dmy", date(2026, 4, 3)),
        ("3/4/2026", "mdy", date(2026, 3, 4)),
        ("03.04.2026", "dmy", date(2026, 4, 3)),
        ("31/12/2026 00:00", "dmy", date(2026, 12, 31)),
        ("2026-12-31T00:00:00", "ymd", date(2026, 12, 31)),
    ],
)
def test_dates(text, order, expected):
    assert read_date(text, order) == expected


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("31/12/2026", "ymd"),
        ("31/12/2026", "mdy"),
        ("31/12/26", "dmy"),
        ("2026-02-30", "ymd"),
        ("2026-1-1", "ymd"),
        ("46387", "dmy"),
        ("2026-12-31 08:00", "ymd"),
        ("", "dmy"),
    ],
)
def test_no_dates(text, order):
    with pytest.raises(WrittenError, match="not_a_date"):
        read_date(text, order)
