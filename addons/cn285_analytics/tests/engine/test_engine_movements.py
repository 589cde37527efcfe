"""How customers move, and what months come to: the golden table and what always holds."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from cn285_analytics_house.cn285_analytics.engine.movements import (
    Entry,
    customer_movements,
    revaluations,
)
from cn285_analytics_house.cn285_analytics.engine.roll import (
    Roll,
    cohorts,
    months_of,
    next_month,
    roll_of,
)
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

FAR = date(2030, 1, 1)
JUNE = date(2026, 6, 30)


def entry(day, net, cause="terms", item=1, full=None, **more):
    net = Decimal(net)
    full = net if full is None else Decimal(full)
    return Entry(item, date.fromisoformat(day), net, full, cause, **more)


def values(*steps, item=1):
    """Entries from the values of days."""
    result, before = [], 0
    for day, value in steps:
        result.append(entry(day, value - before, item=item))
        before = value
    return result


def moved(entries, until=FAR, pause_days=90):
    return customer_movements(entries, until, pause_days)


def told(rows):
    return [
        (row.day.isoformat(), row.kind, str(row.company.normalize().__format__("f")), row.logos)
        for row in rows
    ]


# Five customers of six months.
FIVE = {
    "A": values(("2026-01-01", 100), ("2026-03-10", 150), ("2026-05-01", 0)),
    "B": values(("2026-01-15", 200), ("2026-04-01", 120)),
    "C": values(("2026-02-01", 50), ("2026-03-20", 0), ("2026-06-05", 60)),
    "D": values(("2026-03-01", 80)),
    "E": values(("2026-04-10", 30), ("2026-04-25", 0)),
}


def month_of(number):
    start = date(2026, number, 1)
    rolls = [
        roll_of(moved(entries), start, start + relativedelta(months=1)) for entries in FIVE.values()
    ]
    return sum(rolls, start=Roll())


def percent(share):
    return "–" if share is None else f"{float(100 * share):.2f}"


def plain(share):
    return "–" if share is None else f"{float(share):.2f}"


@pytest.mark.parametrize(
    (
        "month",
        "opening",
        "new",
        "react",
        "exp",
        "con",
        "churn",
        "closing",
        "logos",
        "logo_churn",
        "gross",
        "net",
        "nrr",
        "quick",
        "arpa",
    ),
    [
        (1, 0, 300, 0, 0, 0, 0, 300, (0, 2), "–", "–", "–", "–", "–", "150.00"),
        (2, 300, 50, 0, 0, 0, 0, 350, (2, 3), "0.00", "0.00", "0.00", "100.00", "–", "116.67"),
        (
            *(3, 350, 80, 0, 50, 0, 50, 430, (3, 3)),
            *("33.33", "14.29", "0.00", "100.00", "2.60", "143.33"),
        ),
        (
            *(4, 430, 30, 0, 0, 80, 30, 350, (3, 3)),
            *("0.00", "18.60", "18.60", "81.40", "0.27", "116.67"),
        ),
        (
            *(5, 350, 0, 0, 0, 0, 150, 200, (3, 2)),
            *("33.33", "42.86", "42.86", "57.14", "0.00", "100.00"),
        ),
        (6, 200, 0, 60, 0, 0, 0, 260, (2, 3), "0.00", "0.00", "0.00", "100.00", "–", "86.67"),
    ],
)
def test_the_months_of_five_customers(
    month,
    opening,
    new,
    react,
    exp,
    con,
    churn,
    closing,
    logos,
    logo_churn,
    gross,
    net,
    nrr,
    quick,
    arpa,
):
    roll = month_of(month)
    assert (roll.opening, roll.closing) == (opening, closing)
    assert (roll.new, roll.reactivation) == (new, react)
    assert (roll.expansion, roll.contraction, roll.churn) == (exp, con, churn)
    assert (roll.logos_opening, roll.logos_closing) == logos
    assert percent(roll.logo_churn) == logo_churn
    assert (percent(roll.gross_churn), percent(roll.net_churn)) == (gross, net)
    assert percent(roll.nrr) == nrr
    assert percent(roll.grr) == ("–" if gross == "–" else f"{100 - float(gross):.2f}")
    assert (plain(roll.quick_ratio), plain(roll.arpa)) == (quick, arpa)


def test_a_quarter_is_of_its_own_opening():
    """Not the mean of its months: of A, B, C in April only A and B are left in June, and C back."""
    rows = [moved(entries) for entries in FIVE.values()]
    spans = [roll_of(one, date(2026, 4, 1), date(2026, 7, 1)) for one in rows]
    roll = sum(spans, start=Roll())
    assert (roll.opening, roll.closing, roll.logos_opening) == (430, 260, 3)
    # A lost 150, B 80; E came and went within it.
    assert roll.base_loss == 230
    assert percent(roll.gross_churn) == "53.49"
    assert percent(roll.logo_churn) == "33.33"


def test_cohorts_keep_who_came_back():
    months = [month for entries in FIVE.values() for month in months_of(moved(entries), JUNE)]
    found = cohorts(months)
    january = date(2026, 1, 1)
    assert (found[january, 0].logos, found[january, 0].value) == (2, 300)
    assert (found[january, 5].logos, found[january, 5].value) == (1, 120)
    # C is of February still.
    assert (found[date(2026, 2, 1), 4].logos, found[date(2026, 2, 1), 4].value) == (1, 60)
    assert not [key for key in found if key[0] > date(2026, 4, 1)]


def test_months_one_by_one_are_those_of_spans():
    for entries in FIVE.values():
        rows = moved(entries)
        for month in months_of(rows, JUNE):
            end = month.start + relativedelta(months=1)
            assert month.roll == roll_of(rows, month.start, end)


def test_a_month_in_which_nothing_moves():
    rows = moved(FIVE["D"])
    months = list(months_of(rows, JUNE))
    assert next_month(months[1]) == months[2]


def test_more_seats_of_one_and_fewer_of_another_are_one_movement():
    rows = moved(
        [
            entry("2026-01-01", 100, "start", 1),
            entry("2026-01-01", 50, "start", 2),
            entry("2026-02-01", 60, "quantity", 1),
            entry("2026-02-01", -20, "quantity", 2),
        ]
    )
    assert told(rows) == [
        ("2026-01-01", "new", "100", 1),
        ("2026-01-01", "new", "50", 0),
        ("2026-02-01", "expansion", "40", 0),
        ("2026-02-01", "internal", "20", 0),
        ("2026-02-01", "internal", "-20", 0),
    ]


def test_another_product_in_its_place_is_no_churn():
    rows = moved(
        [
            entry("2026-01-01", 100, "start", 1),
            entry("2026-02-01", -100, "product", 1),
            entry("2026-02-01", 70, "product", 2),
        ]
    )
    assert [row[1:] for row in told(rows)] == [
        ("new", "100", 1),
        ("contraction", "-30", 0),
        ("internal", "-70", 0),
        ("internal", "70", 0),
    ]


def test_a_pause_is_no_churn():
    month = date(2025, 11, 1)
    rows = moved(
        [
            entry("2025-01-01", 100, "start"),
            entry("2025-11-20", -100, "pause"),
            entry("2025-12-21", 100, "resume"),
        ]
    )
    assert [row[1:] for row in told(rows)] == [
        ("new", "100", 1),
        ("pause", "-100", 0),
        ("pause", "100", 0),
    ]
    november = roll_of(rows, month, date(2025, 12, 1))
    assert (november.logos_opening, november.logos_closing, november.logos_paying) == (1, 1, 0)
    assert (november.pause, november.closing, november.logo_churn) == (-100, 0, 0)


def test_a_pause_of_91_days_is_churn_on_the_91st():
    start = date(2025, 11, 20)
    entries = [entry("2025-01-01", 100, "start"), entry("2025-11-20", -100, "pause")]
    assert len(moved(entries, until=start + timedelta(days=89))) == 2
    day = (start + timedelta(days=90)).isoformat()
    rows = moved(entries)
    assert told(rows)[2:] == [(day, "pause", "100", 0), (day, "churn", "-100", -1)]
    # And who returns later is won back.
    rows = moved([*entries, entry("2026-06-01", 100, "resume")])
    assert told(rows)[-1] == ("2026-06-01", "reactivation", "100", 1)


def test_a_price_that_rose_during_a_pause():
    rows = moved(
        [
            entry("2026-01-01", 100, "start"),
            entry("2026-02-01", -100, "pause"),
            entry("2026-03-01", 120, "resume"),
        ]
    )
    assert [row[1:] for row in told(rows)[2:]] == [("pause", "100", 0), ("expansion", "20", 0)]


def test_who_is_served_for_nothing_stays():
    rows = moved(
        [
            entry("2026-01-01", 100, "start"),
            entry("2026-02-01", -100, "discount_start", full=0),
            entry("2026-03-01", 100, "discount_end", full=0),
            entry("2026-04-01", -100, "discount_start", full=0),
            entry("2026-05-01", 0, "end", full=-100),
        ]
    )
    assert [row[1:] for row in told(rows)] == [
        ("new", "100", 1),
        ("contraction", "-100", 0),
        ("expansion", "100", 0),
        ("contraction", "-100", 0),
        ("churn", "0", -1),
    ]


def test_a_first_month_that_is_free_is_not_new_yet():
    rows = moved(
        [
            entry("2026-01-01", 0, "start", full=100),
            entry("2026-02-01", 100, "discount_end", full=0),
        ]
    )
    assert told(rows) == [("2026-02-01", "new", "100", 1)]


def test_a_contract_that_changes_hands():
    old = moved([entry("2026-01-01", 100, "start"), entry("2026-02-01", -100, "transfer")])
    new = moved([entry("2026-02-01", 100, "transfer"), entry("2026-03-01", 20, "quantity")])
    assert [row[1:] for row in told(old)] == [("new", "100", 1), ("transfer", "-100", -1)]
    assert [row[1:] for row in told(new)] == [("transfer", "100", 1), ("expansion", "20", 0)]
    february = [roll_of(rows, date(2026, 2, 1), date(2026, 3, 1)) for rows in (old, new)]
    both = sum(february, start=Roll())
    assert (both.opening, both.transfer, both.closing, both.logos_lost) == (100, 0, 100, 0)
    assert (both.logos_opening, both.logos_closing) == (1, 1)


def test_a_currency_has_a_line_of_its_own():
    rate = Decimal("0.8")
    rows = moved([entry("2026-01-10", 100, "start", rate=rate)])
    ends = [
        (date(2026, 1, 31), Decimal("0.9")),
        (date(2026, 2, 28), Decimal("0.9")),
        (date(2026, 3, 31), Decimal("0.7")),
    ]
    lines = revaluations(rows, ends)
    assert [(row.day.month, str(row.company)) for row in lines] == [
        (1, "10.000000"),
        (3, "-20.000000"),
    ]
    roll = roll_of([*rows, *lines], date(2026, 3, 1), date(2026, 4, 1))
    assert (roll.opening, roll.currency, roll.closing) == (90, -20, 70)


ENTRIES = st.lists(
    st.tuples(
        st.integers(0, 300),
        st.integers(1, 3),
        st.integers(0, 200),
        st.sampled_from(["terms", "pause", "resume", "transfer", "end", "quantity"]),
    ),
    max_size=14,
)


def of_values(given_values):
    """Entries of items whose values are never below zero."""
    before, result = defaultdict(int), []
    for number, item, value, cause in sorted(given_values):
        change = value - before[item]
        before[item] = value
        if change:
            day = date(2026, 1, 1) + timedelta(days=number)
            result.append(entry(day.isoformat(), change, cause, item))
    return result


@given(ENTRIES)
def test_movements_are_what_changed(given_values):
    entries = of_values(given_values)
    rows = moved(entries)
    for item in {one.item for one in entries}:
        for until in {one.day for one in entries}:
            changed = sum(one.net for one in entries if one.item == item and one.day <= until)
            said = [row for row in rows if row.item == item and row.day <= until]
            assert sum(row.amount for row in said) == changed
            assert sum(row.company for row in said) == changed
    days = {row.day for row in rows}
    for day in days:
        today = [row for row in rows if row.day == day]
        assert sum(row.company for row in today if row.kind == "internal") == 0
        assert sum(row.logos for row in today) in (-1, 0, 1)
        assert sum(row.logos for row in rows if row.day <= day) in (0, 1)
    for row in rows:
        if row.kind in ("new", "reactivation", "expansion"):
            assert row.company > 0
        if row.kind in ("churn", "contraction"):
            assert row.company <= 0


@given(ENTRIES, st.randoms())
def test_the_order_of_entry_does_not_matter(given_values, order):
    entries = of_values(given_values)
    shuffled = list(entries)
    order.shuffle(shuffled)
    one = {(row.item, row.day, row.kind, row.company) for row in moved(entries)}
    days = {(item.item, item.day) for item in entries}
    if len(days) == len(entries):
        other = {(row.item, row.day, row.kind, row.company) for row in moved(shuffled)}
        assert one == other


@given(ENTRIES)
def test_roll_forwards_close(given_values):
    rows = moved(of_values(given_values))
    months = list(months_of(rows, date(2027, 1, 31)))
    for month in months:
        roll = month.roll
        assert (
            roll.opening
            + (roll.new + roll.reactivation + roll.expansion)
            - (roll.contraction + roll.churn)
            + (roll.transfer + roll.pause + roll.currency)
            == roll.closing
        )
        assert roll.logos_opening in (0, 1) and roll.logos_closing in (0, 1)
        assert not (roll.opening == 0 and roll.nrr is not None)
    assert (months[-1].roll.closing if months else 0) == sum(
        row.company for row in rows if row.day <= date(2027, 1, 31)
    ) or not months[-1].roll.closing


def test_what_was_corrected_is_one_change():
    rows = moved(
        [
            entry("2026-01-01", 100, "start"),
            entry("2026-02-01", 50, "quantity"),
            entry("2026-02-01", -50, "correction"),
            entry("2026-02-01", 30, "quantity"),
        ]
    )
    assert told(rows)[1:] == [("2026-02-01", "expansion", "30", 0)]
    assert rows[-1].cause == "quantity"
