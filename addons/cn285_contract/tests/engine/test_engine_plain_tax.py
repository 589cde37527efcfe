"""Plain percentage taxes: to the cent, on top and inside, in one currency and two."""

from decimal import Decimal
from fractions import Fraction

import pytest
from cn285_engine import plain_tax
from hypothesis import given
from hypothesis import strategies as st

D = Decimal
CENT = D("0.01")
EURO = plain_tax.Money(CENT, CENT)


def vat(percent, included=False, item=None):
    return plain_tax.PlainTax(D(percent), included, item or f"VAT {percent}")


def line(price, *taxes, quantity="1", discount="0"):
    return plain_tax.TaxedLine(D(quantity), D(price), D(discount), taxes)


def cents(amount):
    assert amount == round(amount, 2)
    return f"{amount:.2f}"


def told(lines, per_line=False, money=EURO):
    amounts, items = plain_tax.plain_taxes(lines, money, per_line)
    return (
        [tuple(map(cents, (one.untaxed, one.with_tax, one.untaxed_local))) for one in amounts],
        {
            key: tuple(map(cents, (one.tax, one.tax_local, one.base_local)))
            for key, one in items.items()
        },
    )


def test_three_lines_of_a_month():
    # 19.90 + 49.00 + 7.35 = 76.25, of which 20 % are 15.25
    lines = [line(price, vat(20)) for price in ("19.90", "49.00", "7.35")]
    amounts, items = told(lines)
    assert amounts == [
        ("19.90", "23.88", "19.90"),
        ("49.00", "58.80", "49.00"),
        ("7.35", "8.82", "7.35"),
    ]
    assert items == {"VAT 20": ("15.25", "15.25", "76.25")}


@pytest.mark.parametrize(
    ("per_line", "tax"),
    # 3 lines of 0.14: each alone 0.0077, rounded 0.01; together 0.0231
    [(False, "0.02"), (True, "0.03")],
)
def test_rounded_once_or_line_by_line(per_line, tax):
    _amounts, items = told([line("0.14", vat("5.5"))] * 3, per_line)
    assert items["VAT 5.5"] == (tax, tax, "0.42")


def test_a_line_is_rounded_before_lines_are_added_up():
    # 3 x 10.333333 are 31.00, and the lines say 30.99
    amounts, items = told([line("10.333333", vat(20))] * 3)
    assert [one[0] for one in amounts] == ["10.33"] * 3
    assert items["VAT 20"] == ("6.20", "6.20", "30.99")


def test_several_taxes_on_one_line_have_one_base():
    amounts, items = told([line("50.00", vat(20), vat("5.5"), quantity="2", discount="10")])
    assert amounts == [("90.00", "112.95", "90.00")]
    assert items == {"VAT 20": ("18.00", "18.00", "90.00"), "VAT 5.5": ("4.95", "4.95", "90.00")}


def test_inside_the_price_what_is_paid_is_the_price():
    # 1.665 of tax in 9.99 is a tie, which goes up
    amounts, items = told([line("9.99", vat(20, included=True))] * 2)
    assert amounts == [("8.32", "9.99", "8.32")] * 2
    assert items == {"VAT 20": ("3.34", "3.34", "16.64")}


@pytest.mark.parametrize(
    ("price", "untaxed"),
    # Odoo's own answers: a tie of floats goes up, also where the float lies below it
    [("1.005", "1.01"), ("2.675", "2.68"), ("0.285", "0.29"), ("-1.005", "-1.01")],
)
def test_a_price_between_two_cents(price, untaxed):
    amounts, _items = told([line(price, vat(20))])
    assert amounts[0][0] == untaxed


def test_a_tie_of_the_whole_invoice():
    # 5.5 % of 3.00 are 0.165
    _amounts, items = told([line("1.00", vat("5.5")), line("2.00", vat("5.5"))])
    assert items["VAT 5.5"][0] == "0.17"


def test_a_line_without_taxes_is_its_price():
    assert told([line("12.30")]) == ([("12.30", "12.30", "12.30")], {})


def test_in_another_currency():
    dollars = plain_tax.Money(CENT, CENT, D("1.25"))
    amounts, items = told([line("100.00", vat(20)), line("50.00", vat(20))], money=dollars)
    assert amounts == [("100.00", "120.00", "80.00"), ("50.00", "60.00", "40.00")]
    assert items == {"VAT 20": ("30.00", "24.00", "120.00")}


@pytest.mark.parametrize(
    ("lines", "money"),
    [
        ([line("2000000.00", vat(20))], EURO),
        # 0.01 USD are half a cent, and Odoo's floats of a rate are not repeated here
        ([line("0.01", vat(20))], plain_tax.Money(CENT, CENT, D("2"))),
        # 2 x 0.10 USD are 0.0667 each, and 0.1333 together: a cent would have to be parted
        ([line("0.10", vat(20)), line("0.10", vat(20))], plain_tax.Money(CENT, CENT, D("1.5"))),
    ],
)
def test_what_is_not_certain_is_left_to_odoo(lines, money):
    with pytest.raises(plain_tax.Unproven):
        plain_tax.plain_taxes(lines, money, per_line=False)


@given(
    prices=st.lists(st.integers(-100_000, 10_000_000), min_size=1, max_size=8),
    percent=st.sampled_from(["0", "2.1", "5.5", "8.1", "10", "20", "21", "25.5"]),
    included=st.booleans(),
    per_line=st.booleans(),
)
def test_each_amount_is_the_nearest_cent(prices, percent, included, per_line):
    lines = [line(D(one) / 100, vat(percent, included)) for one in prices]
    try:
        amounts, items = plain_tax.plain_taxes(lines, EURO, per_line)
    except plain_tax.Unproven:
        return
    tax, share = items[f"VAT {percent}"], Fraction(percent) / 100
    for one, price in zip(amounts, prices, strict=True):
        if included:
            exact = Fraction(price, 100) * share / (1 + share)
            assert one.with_tax == D(price) / 100
        else:
            exact = Fraction(price, 100) * share
            assert one.untaxed == D(price) / 100
        assert abs(Fraction(one.with_tax - one.untaxed) - exact) <= Fraction(1, 200)
    assert tax.base_local == sum(one.untaxed for one in amounts)
    if included or per_line:
        assert tax.tax == sum(one.with_tax - one.untaxed for one in amounts)
    else:
        assert abs(Fraction(tax.tax) - Fraction(sum(prices), 100) * share) <= Fraction(1, 200)
