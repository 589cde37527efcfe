"""Credit notes: never more than was charged, tax to the cent, whatever their number."""

from decimal import Decimal

import pytest
from cn285_engine.credit import (
    CreditableLine,
    credit_lines,
    percent_of_lines,
    percent_of_total,
    share_credit,
    spread_credit,
    spread_excess,
)
from hypothesis import given
from hypothesis import strategies as st

D = Decimal
cents = st.integers(-500_000, 500_000).map(lambda number: D(number) / 100)
percents = st.integers(0, 12_000).map(lambda number: D(number) / 100)


def line(base, tax="0", credited="0", credited_tax="0", key=1):
    return CreditableLine(key, D(base), {"T": D(tax)}, D(credited), {"T": D(credited_tax)})


@pytest.mark.parametrize(
    ("base", "credited", "wish", "expected"),
    [
        ("200", "50", "300", "150"),  # golden case 21
        ("200", "0", "80", "80"),
        ("200", "200", "10", None),
        ("200", "250", "10", None),
        ("-30", "0", "-40", "-30"),
        ("-30", "-10", "-5", "-5"),
        ("-30", "0", "5", None),
        ("200", "0", "-5", None),
        ("200", "0", "0.004", None),
    ],
)
def test_a_credit_never_exceeds_what_is_left(base, credited, wish, expected):
    found = credit_lines([line(base, credited=credited)], {1: D(wish)})
    assert [credit.base for credit in found] == ([D(expected)] if expected else [])


def test_the_tax_of_a_credit_is_that_of_what_it_takes_back():
    """Golden case 22: 29 of 30 days of 200.00 with 25 %."""
    [credit] = credit_lines([line("200", "50")], {1: D("193.333")})
    assert (credit.base, credit.taxes["T"]) == (D("193.33"), D("48.33"))


def test_the_credit_that_closes_a_line_takes_the_rest_of_its_tax():
    # 10.05 at 20 % is 2.01; three thirds of 3.35 at 0.67 are just that.
    first = credit_lines([line("10.05", "2.01")], {1: D("3.33")})[0]
    assert first.taxes["T"] == D("0.67")
    rest = line("10.05", "2.01", "3.33", "0.67")
    [last] = credit_lines([rest], {1: D("99")})
    assert (last.base, last.taxes["T"]) == (D("6.72"), D("1.34"))


def test_tax_is_rounded_over_the_lines_of_the_credit_note():
    # A third of each line is 0.10 with 0.0205 tax: six of them have 0.12, not six times 0.02.
    lines = [CreditableLine(key, D("0.30"), {"T": D("0.06")}) for key in range(6)]
    found = credit_lines(lines, dict.fromkeys(range(6), D("0.11")))
    assert sum(credit.taxes["T"] for credit in found) == D("0.13")
    assert sum(credit.base for credit in found) == D("0.66")


def test_a_percentage_is_of_the_invoice_and_not_of_what_is_left():
    lines = [line("100", key=1), line("50", credited="40", key=2)]
    wishes = percent_of_total(lines, D(50))
    assert sum(wishes.values()) == D("75.00")
    assert wishes == {1: D("68.18"), 2: D("6.82")}
    assert percent_of_total(lines, D(100)) == {1: D("100.00"), 2: D("10.00")}
    assert percent_of_lines(lines, {2: D(30)}) == {2: D("15.00")}


@given(st.lists(st.tuples(cents, cents), min_size=1, max_size=6), st.lists(percents, max_size=5))
def test_credits_of_any_number_add_up_to_the_invoice(figures, steps):
    """Percentages in any order, then the whole: every line and tax is taken back exactly."""
    lines = [CreditableLine(key, base, {"T": tax}) for key, (base, tax) in enumerate(figures)]
    taken = {line.key: (D(0), D(0)) for line in lines}

    def now():
        return [
            CreditableLine(
                line.key, line.base, line.taxes, taken[line.key][0], {"T": taken[line.key][1]}
            )
            for line in lines
        ]

    def take(wishes):
        for credit in credit_lines(now(), wishes):
            base, tax = taken[credit.key]
            taken[credit.key] = base + credit.base, tax + credit.taxes["T"]

    for percent in steps:
        before = sum(base for base, _tax in taken.values())
        wishes = percent_of_total(now(), percent)
        take(wishes)
        credited = sum(base for base, _tax in taken.values()) - before
        assert credited == sum(wishes.values())
        for line in lines:
            assert abs(taken[line.key][0]) <= abs(line.base)
    take({line.key: line.base for line in lines})
    for line in lines:
        assert taken[line.key] == ((line.base, line.taxes["T"]) if line.base else (0, 0))


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=8), st.integers(0, 100))
def test_a_spread_adds_up_and_no_part_exceeds_its_share(shares, percent):
    parts = {key: D(share) / 100 for key, share in enumerate(shares)}
    amount = (sum(parts.values()) * percent / 100).quantize(D("0.01"))
    found = spread_credit(amount, parts)
    if sum(shares):
        assert sum(found.values()) == amount
    assert all(D(0) <= found[key] <= share for key, share in parts.items())


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ([("102", "163"), ("53", "0"), ("8", "0")], ["0", "0", "0"]),
        ([("102", "112"), ("53", "0"), ("8", "3")], ["0", "43.86", "4.14"]),
        ([("100", "200"), ("50", "0")], ["0", "0"]),
        ([("100", "95"), ("-10", "0")], ["5", "-10"]),
        ([("100", "40")], ["60"]),
    ],
)
def test_lines_of_one_thing_share_what_one_was_credited_too_much(figures, expected):
    lines = [
        line(base, str(D(base) / 5), credited, str(min(D(base), D(credited), key=abs) / 5), number)
        for number, (base, credited) in enumerate(figures)
    ]
    spread = spread_excess(lines)
    assert [one.remaining for one in spread] == [D(figure) for figure in expected]
    for one in spread:
        assert one.credited_taxes["T"] == round(one.credited / 5, 2)


@pytest.mark.parametrize(
    ("total", "credits", "expected"),
    [
        ("100", ["60", "40"], ["60", "40"]),
        # What the credit note charges besides makes it smaller, from the last invoice on.
        ("70", ["60", "40"], ["60", "10"]),
        # Not rounded: the shares are, and no cent is lost.
        ("10", ["3.333333", "3.333333", "3.333334"], ["3.33", "3.34", "3.33"]),
        ("120", ["60", "40"], ["60", "40"]),
    ],
)
def test_a_credit_note_is_shared_by_the_invoices_that_it_credits(total, credits, expected):
    found = share_credit(D(total), {key: D(credit) for key, credit in enumerate(credits)})
    assert list(found.values()) == [D(share) for share in expected]
