"""Changes: credits and charges to the cent, whatever was changed and billed in between."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from cn285_engine.changes import (
    Billed,
    Price,
    creditable,
    cut_out,
    merge_stretches,
    part_amount,
    settle,
)
from cn285_engine.money import round_money
from cn285_engine.periods import Rhythm
from cn285_engine.plan import ItemTerms, Stretch, plan_stretches
from cn285_engine.pricing import DiscountWindow
from cn285_engine.proration import Basis, PartialPolicy
from cn285_engine.spans import count, intersect, normalise, subtract
from hypothesis import given, settings
from hypothesis import strategies as st

FAR = date(2100, 1, 1)
D = Decimal


def covered_days(billed):
    """The days that stay invoiced: those that planning leaves out."""
    return normalise(span for row in billed for span in subtract([(row.start, row.end)], row.freed))


@dataclass
class Item:
    """An item as the models keep it: its life, its terms by day, its pauses, and what was billed.

    ``changes``: ``(first day, {term: value})`` in order of entry; a later entry of the same day
    wins. Terms: quantity, price, and the rhythm's interval, unit, alignment, billing_day.
    """

    start: date
    end: date | None = None
    terms: dict = field(default_factory=dict)
    timing: str = "advance"
    first: str = "prorate"
    last: str = "prorate"
    basis: str = "actual"
    windows: tuple = ()
    at_once: bool = True
    changes: list = field(default_factory=list)
    pauses: list = field(default_factory=list)
    nothing: bool = False
    today: date = date(2000, 1, 1)
    rows: list = field(default_factory=list)
    credits: list = field(default_factory=list)

    def __post_init__(self):
        # The anchor stays, whatever becomes of the start.
        self.terms = {"anchor": self.start, **self.terms}

    def versions(self):
        terms = {
            "quantity": 1,
            "price": "10",
            "interval": 1,
            "unit": "month",
            "alignment": "calendar",
            "billing_day": 1,
            **self.terms,
        }
        result = [(self.start, terms)]
        for day, patch in sorted(self.changes, key=lambda change: change[0]):
            terms = {**terms, **patch}
            if day <= result[-1][0]:
                result[-1] = (result[-1][0], terms)
            else:
                result.append((day, terms))
        return result

    def stretches(self):
        if self.nothing:
            return []
        versions = self.versions()
        ends = [day for day, _terms in versions[1:]] + [None]
        stretches = []
        for (day, terms), end in zip(versions, ends, strict=True):
            rhythm = Rhythm(
                terms["interval"],
                terms["unit"],
                terms["alignment"],
                terms["anchor"],
                terms["billing_day"],
            )
            stretches.append(
                Stretch(
                    day,
                    end,
                    ItemTerms(
                        kind="fixed",
                        start=self.start,
                        end=self.end,
                        rhythm=rhythm,
                        first=PartialPolicy(self.first),
                        last=PartialPolicy(self.last),
                        basis=Basis(self.basis),
                        timing=self.timing,
                    ),
                    key=tuple(sorted(terms.items())),
                    at_once=self.at_once,
                )
            )
        return merge_stretches(cut_out(merge_stretches(stretches), self.pauses))

    def price_of(self, stretch):
        terms = dict(stretch.key)
        return Price(D(terms["quantity"]), D(terms["price"]), windows=self.windows)

    def billed(self):
        result = []
        for number, (row, key, price, net) in enumerate(self.rows):
            mine = [credit for credit in self.credits if credit.key == number]
            result.append(
                Billed(
                    number,
                    row.start,
                    row.end,
                    key,
                    price,
                    net,
                    row.period.full_start,
                    row.period.full_end,
                    share=row.proration.ratio,
                    credited=sum((credit.amount for credit in mine), start=D(0)),
                    freed=tuple((c.start, c.end) for c in mine if c.frees),
                )
            )
        return result

    def settle(self):
        stretches, billed = self.stretches(), list(self.billed())
        found = settle(stretches, billed)
        # Together they are what each is by itself.
        assert found == [credit for row in billed for credit in settle(stretches, [row])]
        self.credits += found
        return found

    def plan(self, until, covered=()):
        """``(row, its amount)`` of what is due before ``until``."""
        stretches = self.stretches()
        result = []
        for row in plan_stretches(stretches, until, covered)[0]:
            stretch = stretches[row.stretch]
            price = self.price_of(stretch)
            part = row.start, row.end
            net = part_amount(stretch.terms, row.own, row.piece_start, part, price)
            result.append((row, stretch.key, price, net))
        return result

    def bill(self, until):
        made = self.plan(until, covered_days(self.billed()))
        self.rows += made
        return [net for *_row, net in made]

    @property
    def total(self):
        return sum((net for *_r, net in self.rows), start=D(0)) - sum(
            (credit.amount for credit in self.credits), start=D(0)
        )

    def owed(self):
        """What the history comes to if it were billed from scratch."""
        return sum((net for *_row, net in self.plan(FAR)), start=D(0))


def amounts(credits):
    return [credit.amount for credit in credits]


def calendar(price, start, **values):
    return Item(start, terms={"price": price}, **values)


# === GOLDEN CASES === #


@pytest.mark.parametrize(
    ("price", "new", "credit", "charge"),
    [
        ("10", "20", "5.00", "10.00"),  # the middle of a 30-day month
        ("9.99", "19.99", "4.99", "10.00"),  # 5.00 of 9.99 stay due
    ],
)
def test_upgrade_in_the_middle_of_a_month(price, new, credit, charge):
    item = calendar(price, date(2026, 4, 1))
    item.bill(date(2026, 4, 2))
    item.changes.append((date(2026, 4, 16), {"price": new}))
    assert amounts(item.settle()) == [D(credit)]
    assert item.bill(date(2026, 4, 17)) == [D(charge)]


def test_a_month_of_a_quarter():
    item = Item(date(2024, 5, 20), date(2024, 6, 21), terms={"price": "910", "interval": 3})
    assert item.bill(FAR) == [D("320.00")]  # 32/91
    # The same days of a quarter that was billed as a whole, and shortened on either side.
    item = Item(date(2024, 4, 1), terms={"price": "910", "interval": 3})
    item.bill(date(2024, 4, 2))
    item.start, item.end = date(2024, 5, 20), date(2024, 6, 21)
    assert sum(amounts(item.settle())) == D("590.00")
    assert item.total == D("320.00")


def test_plan_and_seat_on_16_january():
    plan, seat = calendar("29", date(2026, 1, 1)), calendar("10", date(2026, 1, 1))
    credits, charges = [], []
    for item, price in ((plan, "99"), (seat, "25")):
        item.bill(date(2026, 1, 2))
        item.changes.append((date(2026, 1, 16), {"price": price}))
        credits += amounts(item.settle())
        charges += item.bill(date(2026, 1, 17))
    assert credits == [D("14.97"), D("5.16")]
    assert charges == [D("51.10"), D("12.90")]
    assert sum(charges) - sum(credits) == D("43.87")


def test_annual_ended_after_a_month():
    terms = {"price": "2399.95", "unit": "year", "alignment": "anniversary"}
    item = Item(date(2013, 8, 18), terms=terms)
    item.bill(date(2013, 8, 19))
    item.end = date(2013, 9, 17)  # the day of the end is not billed
    assert amounts(item.settle()) == [D("2202.69")]


@pytest.mark.parametrize(
    ("potential", "invoiced", "credited", "expected"),
    [
        ("300", "200", "50", "150"),
        ("100", "200", "50", "100"),
        ("100", "200", "250", "0"),
        ("-300", "-200", "-50", "-150"),
        ("-1", "200", "0", "0"),
    ],
)
def test_never_more_than_is_still_invoiced(potential, invoiced, credited, expected):
    assert creditable(D(potential), D(invoiced), D(credited)) == D(expected)


def test_what_was_waived_before_limits_the_credit():
    item = calendar("200", date(2026, 4, 1))
    item.bill(date(2026, 4, 2))
    [billed] = item.billed()
    assert amounts(settle([], [replace(billed, waived=D(50))])) == [D(150)]
    item.end = date(2026, 4, 16)
    [credit] = settle(item.stretches(), [replace(billed, waived=D(50))])
    assert credit.amount == D(100), "half of the month is left, and is still invoiced"
    [credit] = settle(item.stretches(), [replace(billed, waived=D(150))])
    assert credit.amount == D(50)


def test_stopped_the_same_day_with_tax():
    item = calendar("200", date(2026, 4, 1))
    item.bill(date(2026, 4, 2))
    item.end = date(2026, 4, 2)  # the day of the end is billed
    [amount] = amounts(item.settle())
    tax = round_money(amount * D("0.25"))
    assert (amount, tax, amount + tax) == (D("193.33"), D("48.33"), D("241.66"))


def test_french_year():
    """Upgrade on 1 July of a calendar year, and termination after 30 September."""
    item = Item(date(2026, 1, 1), terms={"price": "1200", "unit": "year"})
    item.bill(date(2026, 1, 2))
    item.changes.append((date(2026, 7, 1), {"price": "2400"}))
    assert amounts(item.settle()) == [D("604.93")]
    assert item.bill(date(2026, 7, 2)) == [D("1209.86")]
    item = Item(date(2026, 1, 1), terms={"price": "1200", "unit": "year"})
    item.bill(date(2026, 1, 2))
    item.end = date(2026, 10, 1)
    assert amounts(item.settle()) == [D("302.47")]


# === WHAT IS KEPT === #


def test_other_terms_that_cost_the_same_are_left_alone():
    item = calendar("10", date(2026, 4, 1))
    item.bill(date(2026, 4, 2))
    item.changes.append((date(2026, 4, 16), {"price": "10"}))
    assert item.settle() == []
    assert item.bill(date(2026, 4, 17)) == []


def test_a_pause_frees_its_days_only():
    item = calendar("30", date(2026, 4, 1))
    item.bill(date(2026, 4, 2))
    item.pauses.append((date(2026, 4, 11), date(2026, 4, 21)))
    [credit] = item.settle()
    assert (credit.start.day, credit.end.day, credit.amount) == (11, 21, D(10))
    assert item.bill(date(2026, 4, 30)) == []
    item.pauses.clear()
    assert item.settle() == []
    assert item.bill(date(2026, 4, 30)) == [D(10)]


def test_nothing_is_owed_after_a_withdrawal():
    item = calendar("30", date(2026, 4, 1))
    item.bill(date(2026, 6, 2))
    item.nothing = True
    assert amounts(item.settle()) == [D(30)] * 3
    assert item.total == 0


def test_a_new_billing_day_cuts_periods_anew():
    item = calendar("31", date(2026, 1, 1))
    item.bill(date(2026, 3, 2))
    item.changes.append((date(2026, 3, 1), {"billing_day": 15}))
    assert amounts(item.settle()) == [D(31)]
    made = item.bill(date(2026, 3, 16))
    assert made == [D("15.50"), D("31.00")]  # 14/28, then a full period


@pytest.mark.parametrize(
    ("first", "expected"),
    # In full: 31.00 for 21 days; 10 of them at one unit, 11 at two. 10/21 + 22/21 of 31.00.
    [("full", "47.24"), ("free", "0.00"), ("prorate", "32.00")],
)
def test_policies_of_a_partial_period_hold_across_a_change(first, expected):
    item = calendar("31", date(2026, 1, 11), first=first)
    item.bill(date(2026, 1, 12))
    item.changes.append((date(2026, 1, 21), {"quantity": 2}))
    item.settle()
    item.bill(date(2026, 1, 22))
    assert item.total == D(expected)


YEARLY = {"interval": 1, "unit": "year", "alignment": "anniversary", "anchor": date(2026, 7, 1)}


@pytest.mark.parametrize("rhythm", [YEARLY, {"unit": "year"}])
@pytest.mark.parametrize(
    ("first", "march"), [("free", "0.00"), ("full", "31.00"), ("prorate", "6.00")]
)
def test_the_first_period_is_that_of_the_life_of_an_item(first, march, rhythm):
    """Monthly from 26 March, yearly from 1 July: July to December is no first period."""
    item = calendar("31", date(2026, 3, 26), first=first)
    item.changes.append((date(2026, 7, 1), {"price": "365", **rhythm}))
    item.end = date(2027, 1, 1)
    assert item.bill(FAR) == [D(march), D(31), D(31), D(31), D(184)]
    item.end = None
    if rhythm is not YEARLY:
        assert item.bill(date(2027, 1, 2)) == [D(365)]


@pytest.mark.parametrize(("last", "days"), [("free", "0.00"), ("full", "30.00"), ("prorate", "10")])
def test_the_last_period_is_that_of_the_life_of_an_item(last, days):
    """A calendar year until 30 June, monthly from then on, ended on 10 September."""
    item = Item(date(2026, 1, 1), terms={"price": "365", "unit": "year"}, last=last)
    item.changes.append((date(2026, 7, 1), {"price": "30", "unit": "month"}))
    item.end = date(2026, 9, 11)
    assert item.bill(FAR) == [D(181), D(30), D(30), D(days)]
    # The same where the end comes after the year was billed.
    item = Item(date(2026, 1, 1), terms={"price": "365", "unit": "year"}, last=last)
    item.bill(date(2026, 1, 2))
    item.changes.append((date(2026, 7, 1), {"price": "30", "unit": "month"}))
    assert amounts(item.settle()) == [D(184)]
    item.end = date(2026, 9, 11)
    item.settle()
    item.bill(FAR)
    assert item.total == D(241) + D(days)


def test_another_price_or_billing_day_is_of_the_same_life():
    """A price changes nothing of what is first; a new billing day begins no first period."""
    item = calendar("31", date(2026, 1, 11), first="full")
    item.changes.append((date(2026, 3, 1), {"price": "62"}))
    item.changes.append((date(2026, 4, 1), {"billing_day": 16}))
    item.end = date(2026, 5, 16)
    assert item.bill(FAR) == [D(31), D(31), D(62), D("30.00"), D(62)]  # 15 of 31 days


@pytest.mark.parametrize(
    ("basis", "first", "last", "credit"),
    [
        # 35.00 a month, 18 to 31 August, then 1 to 14 September of 30 days.
        ("actual", "15.81", "16.33", "18.67"),
        ("30_360", "15.17", "16.33", "18.67"),
        ("actual_30", "16.33", "16.33", "18.67"),
        ("actual_365", "16.11", "16.11", "18.89"),
    ],
)
def test_partial_periods_and_credits_on_each_basis(basis, first, last, credit):
    item = Item(date(2026, 8, 18), terms={"price": "35"}, basis=basis)
    assert item.bill(date(2026, 9, 2)) == [D(first), D(35)]
    item.end = date(2026, 9, 15)
    assert amounts(item.settle()) == [D(credit)]
    assert item.total == item.owed() == D(first) + D(last)


@pytest.mark.parametrize(
    ("basis", "credit", "charge"),
    [
        # 31.00 in August, twice as much from the 15th: the rest of a month of 30, and of 365/12.
        ("actual", "17.00", "34.00"),
        ("30_360", "16.53", "33.07"),
        ("actual_30", "16.53", "33.07"),
        ("actual_365", "16.73", "33.46"),
    ],
)
def test_changes_within_a_period_on_each_basis(basis, credit, charge):
    item = Item(date(2026, 8, 1), terms={"price": "31"}, basis=basis)
    item.bill(date(2026, 8, 2))
    item.changes.append((date(2026, 8, 15), {"quantity": 2}))
    assert amounts(item.settle()) == [D(credit)]
    assert item.bill(date(2026, 8, 16)) == [D(charge)]
    item.changes.clear()
    item.settle()
    item.bill(date(2026, 8, 16))
    assert item.total == D(31)


@pytest.mark.parametrize(
    ("basis", "start", "before", "after"),
    [
        # 31.00 in January, 62.00 from the 16th on, billed both; the item starts on another day by
        # now. The rest of January had 15/30, and 365/12 - 15 days; from the 10th on it has 16.
        ("actual_30", 10, "31.00", "33.07"),
        ("actual_365", 10, "31.42", "32.61"),
        ("actual", 10, "32.00", "32.00"),
        ("30_360", 10, "31.00", "31.00"),
    ],
)
def test_the_rest_of_a_period_whose_start_moves(basis, start, before, after):
    item = calendar("31", date(2026, 1, 1), end=date(2026, 2, 1), basis=basis)
    item.changes.append((date(2026, 1, 16), {"price": "62"}))
    item.bill(date(2026, 1, 31))
    assert item.rows[-1][-1] == D(before)
    item.start = date(2026, 1, start)
    item.settle()
    item.bill(date(2026, 1, 31))
    [rest] = [net for row, *_r, net in item.plan(date(2026, 1, 31)) if row.start.day == 16]
    assert rest == D(after)
    assert item.total == item.owed()
    # And back again, then within a pause of days that are credited already.
    item.start = date(2026, 1, 1)
    item.settle()
    item.bill(date(2026, 1, 31))
    item.pauses.append((date(2026, 1, 20), date(2026, 1, 22)))
    item.settle()
    item.start = date(2026, 1, start)
    item.settle()
    item.bill(date(2026, 1, 31))
    assert item.total == item.owed()


@pytest.mark.parametrize(
    ("basis", "window", "expected"),
    [
        # 300.00 in January, 600.00 from the 16th on; a day of these costs 20.00, or 240/365 × 30.
        ("actual_30", {"percent": D(50)}, "250.00"),
        ("actual_30", {"amount": D(300)}, "250.00"),
        ("actual_365", {"percent": D(50)}, "254.79"),
        # 31 January has what is left of 365/12 days.
        ("actual_365", {"percent": D(50), "from": 31}, "300.00"),
        ("actual_30", {"percent": D(50), "from": 31}, "300.00"),
    ],
)
def test_a_discount_is_off_the_price_of_its_days_where_a_change_splits_the_period(
    basis, window, expected
):
    values = dict(window)
    first = date(2026, 1, values.pop("from", 16))
    discount = DiscountWindow(first, first + timedelta(5), **values)
    item = calendar("300", date(2026, 1, 1), basis=basis, windows=(discount,))
    item.changes.append((date(2026, 1, 16), {"price": "600"}))
    assert item.bill(date(2026, 1, 31))[1] == D(expected)


def test_in_full_means_one_thing():
    """16 to 31 January, 100.00 in full: a price, a pause, a discount of 8 of the 16 days."""
    half = calendar("50", date(2026, 1, 16), end=date(2026, 2, 1), first="full")
    half.changes.append((date(2026, 1, 24), {"price": "100"}))
    assert sum(half.bill(FAR)) == D(75)
    window = DiscountWindow(date(2026, 1, 16), date(2026, 1, 24), percent=D(50))
    item = calendar("100", date(2026, 1, 16), end=date(2026, 2, 1), first="full", windows=(window,))
    assert item.bill(FAR) == [D(75)]
    window = DiscountWindow(date(2026, 1, 16), date(2026, 1, 24), amount=D(50))
    item = calendar("100", date(2026, 1, 16), end=date(2026, 2, 1), first="full", windows=(window,))
    assert item.bill(FAR) == [D(75)]
    for pause in ((16, 24), (20, 28), (24, 32)):
        item = calendar("100", date(2026, 1, 16), end=date(2026, 2, 1), first="full")
        item.bill(FAR)
        item.pauses.append(tuple(date(2026, 1, 1) + timedelta(day - 1) for day in pause))
        assert amounts(item.settle()) == [D(50)]
        assert item.total == D(50)


def test_days_that_cost_more_alone_are_billed_anew():
    """A partial first period billed in full, of which a discount makes most days free."""
    window = DiscountWindow(date(2026, 1, 5), date(2026, 1, 25), percent=D(100))
    item = Item(
        date(2026, 1, 1),
        terms={"price": "9.99", "billing_day": 6},
        first="full",
        windows=(window,),
    )
    item.bill(date(2026, 1, 2))
    assert item.total == D("7.99")
    item.changes.append((date(2026, 1, 2), {"price": "0"}))
    item.settle()
    item.bill(date(2026, 1, 3))
    assert item.total == D("2.00")  # the first of the five days


@pytest.mark.parametrize(
    ("timing", "at_once", "dues"),
    [
        ("advance", True, [date(2026, 1, 16), date(2026, 2, 1)]),
        ("advance", False, [date(2026, 2, 1), date(2026, 2, 1)]),
        ("arrears", True, [date(2026, 1, 16), date(2026, 2, 1)]),
        ("arrears", False, [date(2026, 2, 1), date(2026, 2, 1)]),
    ],
)
def test_differences_at_once_or_with_the_next_invoice(timing, at_once, dues):
    item = calendar("31", date(2026, 1, 1), timing=timing, at_once=at_once)
    if timing == "advance":
        item.bill(date(2026, 1, 2))
    item.changes.append((date(2026, 1, 16), {"price": "62"}))
    item.settle()
    rows, _finished = plan_stretches(item.stretches(), FAR_ENOUGH, covered_days(item.billed()))
    assert [row.billing_date for row in rows][:2] == dues


FAR_ENOUGH = date(2026, 3, 15)


def test_back_dated_rows_are_not_due_before_the_change_was_made():
    item = calendar("31", date(2026, 1, 1))
    item.bill(date(2026, 3, 2))
    item.changes.append((date(2026, 1, 16), {"price": "62"}))
    item.settle()
    late = [
        replace(stretch, not_before=date(2026, 3, 10)) if stretch.start.day == 16 else stretch
        for stretch in item.stretches()
    ]
    rows, _finished = plan_stretches(late, date(2026, 5, 2), covered_days(item.billed()))
    assert [row.billing_date for row in rows] == [date(2026, 3, 10)] * 3 + [
        date(2026, 4, 1),
        date(2026, 5, 1),
    ]
    late = [replace(stretch, at_once=False) for stretch in late]
    rows, _finished = plan_stretches(late, date(2026, 5, 2), covered_days(item.billed()))
    assert {row.billing_date for row in rows[:3]} == {date(2026, 4, 1)}


# === PROPERTIES === #

START = date(2026, 1, 1)
some_day = st.integers(0, 420).map(lambda days: START + timedelta(days))
prices = st.sampled_from(["0", "0.01", "9.99", "10", "29", "33.33", "100.005", "-7.77"])
patches = st.one_of(
    st.fixed_dictionaries({"price": prices}),
    st.fixed_dictionaries({"quantity": st.integers(0, 4)}),
    st.fixed_dictionaries({"billing_day": st.integers(1, 31)}),
    st.fixed_dictionaries(
        {"interval": st.integers(1, 3), "unit": st.sampled_from(["week", "month", "quarter"])}
    ),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("change"), some_day, patches),
        st.tuples(st.just("pause"), some_day, st.integers(1, 90)),
        st.tuples(st.just("end"), some_day, st.none()),
        st.tuples(st.just("start"), some_day, st.none()),
        st.tuples(st.just("bill"), some_day, st.none()),
    ),
    min_size=1,
    max_size=9,
)
windows = st.sampled_from(
    [
        (),
        (DiscountWindow(date(2026, 2, 10), date(2026, 3, 10), percent=D(50)),),
        (DiscountWindow(date(2026, 1, 5), date(2026, 1, 25), percent=D(100)),),
        (DiscountWindow(date(2026, 1, 5), date(2026, 3, 17), amount=D(15)),),
    ]
)


def play(item, script):
    for action, day, value in script:
        if action == "bill":
            item.bill(day)
            continue
        if action == "change":
            item.changes.append((day, value))
        elif action == "pause":
            item.pauses.append((day, day + timedelta(value)))
        elif action == "end":
            item.end = max(day, item.start)
        elif day < (item.end or date.max):
            item.start = day
        item.settle()


@settings(max_examples=400, deadline=None)
@given(
    steps,
    prices,
    st.sampled_from(["advance", "arrears"]),
    st.sampled_from(["prorate", "full", "free"]),
    st.sampled_from(["prorate", "full", "free"]),
    st.booleans(),
    windows,
    st.sampled_from([basis.value for basis in Basis]),
)
def test_invoiced_less_credited_is_what_the_history_owes(
    script, price, timing, first, last, at_once, discount_windows, basis
):
    item = Item(
        START,
        terms={"price": price},
        timing=timing,
        first=first,
        last=last,
        at_once=at_once,
        windows=discount_windows,
        basis=basis,
    )
    play(item, script)
    item.end = item.end or date(2027, 4, 1)
    item.settle()
    item.bill(FAR)
    assert item.total == item.owed()
    # Never more is credited than was invoiced, but for a cent a part of cutting anew.
    for billed in item.billed():
        assert abs(billed.credited) <= abs(billed.net) + D("0.05")


@settings(max_examples=200, deadline=None)
@given(steps, prices, st.sampled_from([basis.value for basis in Basis]))
def test_settled_once_nothing_is_left_to_settle(script, price, basis):
    item = Item(START, terms={"price": price}, basis=basis)
    play(item, script)
    item.settle()
    assert item.settle() == []


@given(st.lists(st.tuples(some_day, some_day), max_size=6), st.lists(st.tuples(some_day, some_day)))
def test_days_are_taken_off_or_kept(spans, taken):
    assert count(subtract(spans, taken)) + count(intersect(spans, taken)) >= 0
    left = subtract(spans, taken)
    assert intersect(left, subtract(taken, [])) == []
    assert count(left) + count(intersect(subtract(spans, []), subtract(taken, []))) == count(
        subtract(spans, [])
    )
