"""Spreading amounts over months: worked examples, conventions, and what holds for any of them."""

import doctest
from datetime import date, timedelta
from decimal import Decimal

import pytest
from cn285_revrec_house.cn285_revrec.engine import recognition
from cn285_revrec_house.cn285_revrec.engine.errors import RecognitionError
from cn285_revrec_house.cn285_revrec.engine.recognition import (
    Convention,
    Method,
    Part,
    Pattern,
    give_back,
    month_end,
    respread,
    service_end,
    split,
    spread,
    take_back,
)
from hypothesis import given
from hypothesis import strategies as st

D = Decimal
# 1,200 for 2025-03-15..2026-03-14, month by month.
YEAR = "55.89 98.63 101.92 98.63 101.92 101.91 98.63 101.92 98.63 101.92 101.92 92.05 46.03"


def pattern(start, last, method="daily", convention="exact", **values):
    start, last = date.fromisoformat(start), date.fromisoformat(last)
    return Pattern(method, start, last + timedelta(1), convention, **values)


def recognised_until(total, what, day, rounding=D("0.01")):  # noqa: B008
    """What is recognised by the end of the day's month."""
    parts = spread(total, what, rounding)
    return sum((part.amount for part in parts if part.period <= month_end(day)), D(0))


def amounts(parts):
    return " ".join(str(part.amount) for part in parts)


def test_a_year_by_day():
    parts = spread(D(1200), pattern("2025-03-15", "2026-03-14"))
    assert amounts(parts) == YEAR
    assert parts[0].period == date(2025, 3, 31)
    assert parts[-1].period == date(2026, 3, 31)
    until = recognised_until(D(1200), pattern("2025-03-15", "2026-03-14"), date(2025, 12, 31))
    assert D(1200) - until == D("240.00")


def test_a_year_by_month():
    year = pattern("2025-03-15", "2026-03-14", "monthly")
    assert amounts(spread(D(1200), year)) == " ".join(["54.84", *["100.00"] * 11, "45.16"])
    assert D(1200) - recognised_until(D(1200), year, date(2025, 12, 31)) == D("245.16")


def test_conventions_for_incomplete_months():
    full = pattern("2025-03-15", "2026-03-14", "monthly", "full")
    assert amounts(spread(D(1200), full)) == " ".join(["100.00"] * 12)
    half = pattern("2025-03-15", "2026-03-14", "monthly", "half")
    assert amounts(spread(D(1200), half)) == " ".join(["50.00", *["100.00"] * 11, "50.00"])
    calendar = pattern("2026-01-01", "2026-12-31", "monthly", "full")
    assert amounts(spread(D(1000), calendar)) == (
        "83.33 83.34 83.33 83.33 83.34 83.33 83.33 83.34 83.33 83.33 83.34 83.33"
    )
    within = pattern("2026-01-10", "2026-01-20", "monthly", "full")
    assert amounts(spread(D(10), within)) == "10"


def test_upgrade_in_the_middle():
    """184 of 365 days left: the old price goes back, the new one comes."""
    year = pattern("2026-01-01", "2026-12-31")
    assert D(1200) - recognised_until(D(1200), year, date(2026, 6, 30)) == D("604.93")
    assert D(2400) - recognised_until(D(2400), year, date(2026, 6, 30)) == D("1209.86")
    assert D(1200) - recognised_until(D(1200), year, date(2026, 9, 30)) == D("302.47")


def test_at_a_date_and_at_once():
    for method in ("at_once", "at_date"):
        [part] = spread(D(90), pattern("2026-05-20", "2027-05-19", method))
        assert (part.period, part.amount) == (date(2026, 5, 31), D(90))


def test_usage_as_consumed():
    weights = ((date(2026, 1, 31), 10), (date(2026, 2, 28), 0), (date(2026, 3, 31), 20))
    used = pattern("2026-01-01", "2026-03-31", "usage", weights=weights)
    assert amounts(spread(D(100), used)) == "33.33 66.67"
    unknown = pattern("2026-01-01", "2026-01-31", "usage")
    assert amounts(spread(D(100), unknown)) == "100"


def test_closed_months_are_not_touched():
    """Half a year was recognised on 1,200; then it costs 1,000: July takes the difference."""
    year = pattern("2026-01-01", "2026-12-31")
    done = recognised_until(D(1200), year, date(2026, 6, 30))
    parts = respread(D(1000), year, done, date(2026, 7, 31))
    assert parts[0].period == date(2026, 7, 31)
    assert parts[0].amount == recognised_until(D(1000), year, date(2026, 7, 31)) - done
    assert done + sum(part.amount for part in parts) == D(1000)


def test_a_credit_takes_what_is_left():
    """Terminated after September: the rest of the year is taken back, month by month."""
    left = spread(D(1200), pattern("2026-01-01", "2026-12-31"))[9:]
    month = date(2026, 9, 30)
    assert amounts(take_back(D("-302.47"), left, month)) == "-101.92 -98.63 -101.92"
    # Half of it: each month half. All of the year: the rest, and what was earned at once.
    assert amounts(take_back(D("-151.24"), left, month)) == "-50.96 -49.32 -50.96"
    assert amounts(take_back(D(-1200), left, month)) == "-897.53 -101.92 -98.63 -101.92"
    assert take_back(D(-50), [], month) == [Part(month, D(-50))]


def test_all_months_closed():
    year = pattern("2025-01-01", "2025-12-31")
    [part] = respread(D(900), year, D(1200), date(2026, 2, 28))
    assert (part.period, part.amount) == (date(2026, 2, 28), D(-300))


def test_lengths():
    assert service_end(date(2026, 1, 31), 1, "month") == date(2026, 2, 28)
    assert service_end(date(2024, 2, 29), 1, "year") == date(2025, 2, 28)
    assert service_end(date(2026, 1, 1), 30, "day") == date(2026, 1, 31)


@pytest.mark.parametrize(
    ("code", "attempt"),
    [
        ("service_ends_before_start", lambda: pattern("2026-01-02", "2026-01-01")),
        ("unknown_method", lambda: pattern("2026-01-01", "2026-01-01", "weekly")),
        ("unknown_convention", lambda: pattern("2026-01-01", "2026-01-01", convention="third")),
        ("length_not_positive", lambda: service_end(date(2026, 1, 1), 0, "month")),
        (
            "bad_weights",
            lambda: pattern("2026-01-01", "2026-01-31", weights=((date(2026, 1, 31), 0),)),
        ),
        (
            "weight_not_month_end",
            lambda: pattern("2026-01-01", "2026-01-31", weights=((date(2026, 1, 30), 1),)),
        ),
    ],
)
def test_refusals(code, attempt):
    with pytest.raises(RecognitionError) as caught:
        attempt()
    assert caught.value.code == code
    assert str(caught.value)


def test_floats_are_refused():
    with pytest.raises(TypeError):
        spread(12.5, pattern("2026-01-01", "2026-01-31"))


def test_examples_in_the_documentation():
    results = doctest.testmod(recognition)
    assert results.attempted
    assert not results.failed


# --- for any dates, amounts and roundings ------------------------------------------------------

days = st.dates(date(2000, 1, 1), date(2060, 12, 31))
roundings = st.sampled_from([D("0.01"), D("1"), D("0.05"), D("0.001")])


@st.composite
def patterns(draw):
    start = draw(days)
    end = start + timedelta(draw(st.integers(1, 2000)))
    method = draw(st.sampled_from(Method))
    weights = ()
    if method is Method.usage and draw(st.booleans()):
        ends = recognition.months_between(start, end - timedelta(1))
        quantities = draw(st.lists(st.integers(0, 50), min_size=len(ends), max_size=len(ends)))
        if sum(quantities):
            weights = tuple(zip(ends, quantities, strict=True))
    return Pattern(method, start, end, draw(st.sampled_from(Convention)), weights)


@st.composite
def totals(draw):
    rounding = draw(roundings)
    return draw(st.integers(-(10**9), 10**9)) * rounding, rounding


@given(patterns(), totals())
def test_the_parts_add_up(what, amount):
    total, rounding = amount
    parts = spread(total, what, rounding)
    assert sum((part.amount for part in parts), D(0)) == total
    assert all(part.period == month_end(part.period) for part in parts)
    assert [part.period for part in parts] == sorted({part.period for part in parts})
    assert all(part.amount % rounding == 0 for part in parts)
    assert all((part.amount > 0) == (total > 0) for part in parts)


@given(patterns(), totals())
def test_nothing_is_recognised_before_the_start_or_after_the_end(what, amount):
    parts = spread(*amount[:1], what, amount[1])
    for part in parts:
        assert part.period >= month_end(what.start)
        assert part.period <= month_end(what.end - timedelta(1))


@given(patterns(), totals(), totals(), st.integers(0, 70))
def test_an_adjustment_ends_at_the_new_amount(what, before, after, months):
    """Whatever was recognised until some month: the rest goes to open months, and adds up."""
    old, rounding = before
    new = after[0].quantize(rounding) if after[1] != rounding else after[0]
    first_open = month_end(what.start + timedelta(30 * months))
    closed = [part for part in spread(old, what, rounding) if part.period < first_open]
    done = sum((part.amount for part in closed), D(0))
    parts = respread(new, what, done, first_open, rounding)
    assert done + sum((part.amount for part in parts), D(0)) == new
    assert all(part.period >= first_open for part in parts)
    if old == new:
        assert closed + parts == spread(old, what, rounding)


@given(patterns(), totals(), days)
def test_what_is_recognised_is_close_to_what_is_rendered(what, amount, day):
    """No month end is further than half a rounding unit from the exact share."""
    total, rounding = amount
    steps, whole = recognition.shares(what)
    until = recognised_until(total, what, day, rounding)
    units = max((done for period, done in steps if period <= month_end(day)), default=0)
    assert abs(until - total * units / whole) <= rounding / 2


@given(totals(), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_the_shares_of_a_summed_line_add_up(amount, weights):
    total, rounding = amount
    parts = split(total, [D(weight) for weight in weights], rounding)
    assert len(parts) == len(weights)
    assert sum(parts, D(0)) == total


@given(days, st.integers(2, 900), st.data(), totals())
def test_a_service_cut_in_two_earns_the_same(start, length, data, amount):
    """Terminated on any day: what was earned and what is given back make the whole."""
    total, rounding = amount
    kept = data.draw(st.integers(1, length - 1))
    cut, end = start + timedelta(kept), start + timedelta(length)
    first, second = split(total, [D(kept), D(length - kept)], rounding)
    parts = [
        *spread(first, Pattern("daily", start, cut), rounding),
        *spread(second, Pattern("daily", cut, end), rounding),
    ]
    assert sum((part.amount for part in parts), D(0)) == total


@given(patterns(), totals(), st.integers(0, 120), st.integers(0, 30))
def test_what_credits_leave_adds_up(what, amount, percent, months):
    """Any credit of any rest: it is taken back in full, and never more of a month than is left."""
    total, rounding = amount
    first_open = month_end(what.start + timedelta(30 * months))
    left = [part for part in spread(total, what, rounding) if part.period > first_open]
    credit = -(total * percent / 100).quantize(rounding)
    parts = take_back(credit, left, first_open, rounding)
    assert sum((part.amount for part in parts), D(0)) == credit
    known = {part.period: part.amount for part in left}
    for part in parts:
        if part.period in known:
            assert abs(part.amount) <= abs(known[part.period]) + rounding


# === DAYS GIVEN BACK === #


def net(charge, credit):
    """What is left of each month, as ``{month: amount}``; nothing where that is zero."""
    months = {}
    for part in (*charge, *credit):
        months[part.period] = months.get(part.period, D(0)) + part.amount
    return {day: amount for day, amount in months.items() if amount}


def test_ended_in_january_leaves_no_cents_in_april_and_may():
    """500.00 a year, ended on 24 January: 32.88 in January, nothing after it."""
    year = pattern("2026-01-01", "2026-12-31")
    charge = spread(D("500.00"), year)
    days = (date(2026, 1, 25), date(2027, 1, 1))
    credit = give_back(D("-467.12"), charge, (year.start, year.end), days)
    assert sum(part.amount for part in credit) == D("-467.12")
    assert net(charge, credit) == {date(2026, 1, 31): D("32.88")}


def test_a_pause_over_whole_and_cut_months():
    year = pattern("2026-01-01", "2026-12-31")
    charge = spread(D("1200.00"), year)
    days = (date(2026, 7, 10), date(2026, 9, 21))
    credit = give_back(D("-240.00"), charge, (year.start, year.end), days)
    left = net(charge, credit)
    assert date(2026, 8, 31) not in left
    assert sum(left.values()) == D("960.00")
    assert left[date(2026, 7, 31)] == D("29.59")


def test_an_end_at_a_month_s_end_puts_the_odd_cent_into_that_month():
    year = pattern("2026-01-01", "2026-12-31")
    charge = spread(D("1000.00"), year)
    days = (date(2026, 7, 1), date(2027, 1, 1))
    credit = give_back(D("-504.12"), charge, (year.start, year.end), days)
    left = net(charge, credit)
    assert max(left) == date(2026, 6, 30)
    assert sum(left.values()) == D("495.88")


def test_all_days_given_back_for_less_than_all():
    year = pattern("2026-01-01", "2026-12-31")
    charge = spread(D("1000.00"), year)
    credit = give_back(D("-999.99"), charge, (year.start, year.end), (year.start, year.end))
    assert net(charge, credit) == {date(2026, 1, 31): D("0.01")}


@given(
    cents=st.integers(-(10**9), 10**9),
    start=st.dates(date(2020, 1, 1), date(2027, 12, 31)),
    length=st.integers(1, 1500),
    cut=st.tuples(st.integers(0, 1499), st.integers(1, 1500)),
    kept=st.integers(0, 100),
    method=st.sampled_from(["daily", "monthly", "usage"]),
    convention=st.sampled_from(list(Convention)),
    unit=st.sampled_from(["0.01", "0.001", "1"]),
)
def test_days_given_back_earn_nothing(cents, start, length, cut, kept, method, convention, unit):
    """Whatever is credited for them: parts add up, and months without a day left come to zero."""
    unit = D(unit)
    what = Pattern(method, start, start + timedelta(length), convention)
    first, last = cut[0] % length, min(length, cut[0] % length + cut[1])
    days = (start + timedelta(first), start + timedelta(last))
    total = cents * unit
    charge = spread(total, what, unit)
    amount = -round(total * (last - first) * (100 - kept) / 100 / length / unit) * unit
    credit = give_back(amount, charge, (what.start, what.end), days, unit)
    assert sum((part.amount for part in credit), D(0)) == amount
    left = net(charge, credit)
    assert sum(left.values()) == total + amount
    last_month = month_end(days[0] - timedelta(1)) if first else min(left, default=date.min)
    for day in left:
        begin, end = max(what.start, day.replace(day=1)), min(what.end, day + timedelta(1))
        has_days = begin < days[0] or end > days[1]
        assert has_days or day == last_month, f"no day of {day} is left"


def test_a_cent_stays_in_a_month_that_has_days_left():
    """Of a cent over 63 days February earns all; 1 January is the last day before those given."""
    what = Pattern("daily", date(2020, 1, 1), date(2020, 3, 4))
    charge = spread(D("0.01"), what)
    assert [(part.period, part.amount) for part in charge if part.amount] == [
        (date(2020, 2, 29), D("0.01"))
    ]
    credit = give_back(D(0), charge, (what.start, what.end), (date(2020, 1, 2), date(2020, 3, 1)))
    left = {day: amount for day, amount in net(charge, credit).items() if amount}
    assert left == {date(2020, 1, 31): D("0.01")}


def test_two_credits_of_one_service():
    """A pause in spring, and an end in autumn: what the second takes back knows of the first."""
    year = pattern("2026-01-01", "2026-12-31")
    charge = spread(D("1200.00"), year)
    pause = give_back(
        D("-200.55"), charge, (year.start, year.end), (date(2026, 3, 1), date(2026, 5, 1))
    )
    left = [Part(day, amount) for day, amount in sorted(net(charge, pause).items())]
    end = give_back(
        D("-300.00"), left, (year.start, year.end), (date(2026, 10, 5), date(2027, 1, 1))
    )
    assert {day.month for day in net(left, end)} == {1, 2, 5, 6, 7, 8, 9, 10}
