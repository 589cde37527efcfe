"""Days of debits and mandates, identifiers, and what returns mean."""

import doctest
from datetime import date

import pytest
from cn285_sepa_house.cn285_payment_sepa.engine import identifiers, mandate
from cn285_sepa_house.cn285_payment_sepa.engine.errors import SepaError
from cn285_sepa_house.cn285_payment_sepa.engine.identifiers import (
    check_creditor_identifier,
    check_reference,
    clean_text,
)
from cn285_sepa_house.cn285_payment_sepa.engine.mandate import (
    Scheme,
    days_of_debit,
    is_usable,
    lapses_on,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("module", [identifiers, mandate])
def test_examples(module):
    results = doctest.testmod(module)
    assert results.attempted and not results.failed


@pytest.mark.parametrize(
    ("wished", "lead", "scheme", "debit", "file", "returned", "refunded"),
    [
        (date(2026, 12, 25), 1, Scheme.CORE, date(2026, 12, 28), date(2026, 12, 24),
         date(2027, 1, 5), date(2027, 2, 22)),
        (date(2026, 12, 25), 2, Scheme.B2B, date(2026, 12, 28), date(2026, 12, 23),
         date(2026, 12, 31), None),
        (date(2026, 4, 3), 1, Scheme.CORE, date(2026, 4, 7), date(2026, 4, 2), date(2026, 4, 14),
         date(2026, 6, 2)),
        (date(2026, 7, 14), 1, Scheme.CORE, date(2026, 7, 14), date(2026, 7, 13),
         date(2026, 7, 21), date(2026, 9, 8)),
    ],
)  # fmt: skip
def test_days(wished, lead, scheme, debit, file, returned, refunded):
    days = days_of_debit(wished, date(2026, 1, 5), scheme, lead)
    assert (days.debit, days.file, days.returned, days.refunded) == (
        debit, file, returned, refunded,
    )  # fmt: skip


def test_debtor_is_told_in_time():
    assert days_of_debit(date(2026, 4, 3), date(2026, 3, 1), Scheme.CORE).announced == date(
        2026, 3, 24
    )
    # Told on 20 March only: 14 days later is Good Friday, so Tuesday.
    late = days_of_debit(date(2026, 3, 25), date(2026, 3, 20), Scheme.CORE)
    assert late.debit == date(2026, 4, 7)
    # Two days were agreed; the bank's lead is longer.
    agreed = days_of_debit(date(2026, 3, 25), date(2026, 3, 25), Scheme.CORE, 2, notice=1)
    assert agreed.debit == date(2026, 3, 27)


@pytest.mark.parametrize(
    ("today", "lead", "debit"),
    [
        ("2026-01-16", 2, "2026-01-20"),
        # A Saturday, a Sunday: given on Monday.
        ("2026-01-17", 2, "2026-01-21"),
        ("2026-01-18", 1, "2026-01-20"),
        # Good Friday 2027, Easter Sunday 2028, Easter Monday 2029, 1 May, Christmas.
        ("2027-03-26", 1, "2027-03-31"),
        ("2028-04-16", 2, "2028-04-20"),
        ("2029-04-02", 2, "2029-04-05"),
        ("2026-05-01", 2, "2026-05-06"),
        ("2026-12-25", 1, "2026-12-29"),
    ],
)
def test_an_order_is_given_on_a_bank_day(today, lead, debit):
    """What is wished for at once, and told long ago, is debited when the bank can do it."""
    day = date.fromisoformat(today)
    days = days_of_debit(day, day, Scheme.CORE, lead, told=date(2026, 1, 1), notice=0)
    assert days.debit.isoformat() == debit
    assert days.file >= day


@pytest.mark.parametrize(
    ("last", "lapse"),
    [
        (date(2023, 11, 28), date(2026, 11, 28)),
        (date(2024, 2, 29), date(2027, 2, 28)),
    ],
)
def test_lapse(last, lapse):
    signed = date(2020, 1, 1)
    assert lapses_on(signed, last) == lapse
    assert is_usable(signed, last, lapse)
    assert not is_usable(signed, last, date.fromordinal(lapse.toordinal() + 1))


def test_not_before_it_was_signed():
    assert not is_usable(date(2026, 5, 2), None, date(2026, 5, 1))
    assert is_usable(date(2026, 5, 2), None, date(2026, 5, 2))


@pytest.mark.parametrize("value", ["FR72ZZZ123456", "DE98ZZZ09999999999", "FR72ABC123456"])
def test_creditor_identifiers(value):
    assert check_creditor_identifier(value) == value


@pytest.mark.parametrize("value", ["FR73ZZZ123456", "", "FR", "12", "FR72ZZZ12345é"])
def test_wrong_creditor_identifiers(value):
    with pytest.raises(SepaError):
        check_creditor_identifier(value)


@given(st.text(max_size=200), st.integers(1, 140))
def test_clean_text(text, length):
    cleaned = clean_text(text, length)
    assert len(cleaned) <= length
    assert "//" not in cleaned and cleaned == cleaned.strip("/ ")
    if 0 < len(cleaned) <= 35:
        assert check_reference(cleaned) == cleaned
    assert clean_text(cleaned, length) == cleaned
