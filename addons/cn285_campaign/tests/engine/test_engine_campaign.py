"""When customers are told something: tables, and properties that hold for all."""

from datetime import date, timedelta

import pytest
from cn285_campaign_house.cn285_campaign.engine.keeping import kept
from cn285_campaign_house.cn285_campaign.engine.limits import free_day, marketing_obstacle
from cn285_campaign_house.cn285_campaign.engine.reconcile import Key, Known, reconcile
from cn285_campaign_house.cn285_campaign.engine.timing import due_day, is_quiet, is_too_late
from hypothesis import given
from hypothesis import strategies as st

DAY = date(2026, 3, 2)  # a Monday
days = st.dates(date(2026, 1, 1), date(2026, 3, 31))


def weekdays(day):
    return day.weekday() < 5


@pytest.mark.parametrize(
    ("anchor", "delay", "is_working", "expected"),
    [
        ("2026-03-02", 0, None, "2026-03-02"),
        ("2026-03-07", 0, None, "2026-03-07"),
        ("2026-03-07", 0, weekdays, "2026-03-09"),
        ("2026-03-10", -3, weekdays, "2026-03-09"),
        ("2026-03-09", -1, weekdays, "2026-03-06"),  # not after the date that it announces
        ("2026-03-09", -2, weekdays, "2026-03-06"),
        ("2026-03-06", 1, weekdays, "2026-03-09"),
        ("2028-02-29", 366, None, "2029-03-01"),
        ("2026-03-07", 0, lambda day: False, "2026-03-07"),  # none is: the day itself
    ],
)
def test_due_day(anchor, delay, is_working, expected):
    anchor, expected = date.fromisoformat(anchor), date.fromisoformat(expected)
    assert due_day(anchor, delay, is_working) == expected


@given(days, st.integers(-40, 40))
def test_before_stays_before_and_after_stays_after(anchor, delay):
    due = due_day(anchor, delay, weekdays)
    assert weekdays(due)
    assert due < anchor if delay < 0 else due >= anchor
    assert abs((due - anchor).days - delay) <= 2


@pytest.mark.parametrize(
    ("hour", "start", "end", "expected"),
    [
        (7.99, 20, 8, True),
        (8, 20, 8, False),
        (19.99, 20, 8, False),
        (20, 20, 8, True),
        (12.5, 12, 13, True),
        (13, 12, 13, False),
        (5, 0, 0, False),
        (5, 9, 9, False),
    ],
)
def test_quiet_hours(hour, start, end, expected):
    assert is_quiet(hour, start, end) is expected


def test_too_late():
    assert not is_too_late(DAY, DAY + timedelta(3), 3)
    assert is_too_late(DAY, DAY + timedelta(4), 3)
    assert not is_too_late(DAY + timedelta(9), DAY, 0)


@pytest.mark.parametrize(
    ("told", "most", "span", "expected"),
    [
        ([], 1, 7, 0),
        ([0], 1, 7, 7),
        ([-6], 1, 7, 1),
        ([-7], 1, 7, 0),
        ([0, -1], 3, 7, 0),
        ([0, -1, -2], 3, 7, 5),
        ([0, 0], 2, 1, 1),
        ([0] * 9, 0, 7, 0),  # no limit
    ],
)
def test_limits(told, most, span, expected):
    told = [DAY + timedelta(days=one) for one in told]
    assert free_day(DAY, told, most, span) == DAY + timedelta(days=expected)


@pytest.mark.parametrize(
    ("notice", "gap", "expected"),
    [(0, 0, 0), (0, 2, 3), (2, 2, 5), (3, 2, 0), (-2, 2, 1), (-3, 2, 0)],
)
def test_no_marketing_near_a_legal_notice(notice, gap, expected):
    found = free_day(DAY, notices=[DAY + timedelta(days=notice)], gap=gap)
    assert found == DAY + timedelta(days=expected)


def test_what_waits_comes_on_a_working_day():
    told = [DAY - timedelta(days=2)]
    assert free_day(DAY, told, 1, 7, is_working=weekdays) == DAY + timedelta(days=7)
    assert free_day(DAY, is_working=lambda day: False) > DAY  # and it ends


@given(
    days,
    st.lists(days, max_size=12),
    st.integers(0, 3),
    st.integers(1, 30),
    st.lists(days, max_size=3),
    st.integers(0, 7),
)
def test_the_first_free_day(day, told, most, span, notices, gap):
    found = free_day(day, told, most, span, notices, gap)

    def is_free(one):
        first = one - timedelta(days=span - 1)
        few = not most or len([each for each in told if first <= each <= one]) < most
        return few and not (gap and any(abs((one - each).days) <= gap for each in notices))

    assert found >= day and is_free(found)
    between = (day + timedelta(days=number) for number in range((found - day).days))
    assert not any(is_free(one) for one in between)


@pytest.mark.parametrize(
    ("answer", "blacklisted", "professional", "without", "expected"),
    [
        ("yes", False, False, "nobody", None),
        ("yes", True, False, "everybody", "blacklisted"),
        ("no", False, True, "everybody", "refused"),
        (None, False, True, "nobody", "unasked"),
        (None, False, True, "professionals", None),
        (None, False, False, "professionals", "unasked"),
        (None, False, False, "everybody", None),
        (None, True, True, "everybody", "blacklisted"),
    ],
)
def test_consent(answer, blacklisted, professional, without, expected):
    assert marketing_obstacle(answer, blacklisted, professional, without) == expected


def test_a_moved_date_cancels_and_plans_anew():
    old, new = Key(1, 0, DAY), Key(1, 0, DAY + timedelta(30))
    known = {old: Known(7, "planned", DAY)}
    outcome = reconcile({new: new.anchor}, known, DAY, 7)
    assert (outcome.create, outcome.cancel) == ({new: new.anchor}, {7: "moved"})
    # Moved back: taken up again.
    known = {old: Known(7, "cancelled", DAY), new: Known(8, "planned", new.anchor)}
    outcome = reconcile({old: DAY}, known, DAY, 7)
    assert (outcome.reopen, outcome.cancel) == ({7: DAY}, {8: "moved"})


def test_what_was_done_stays_done():
    key = Key(1, 0, DAY)
    for state in ("done", "skipped", "failed"):
        known = {key: Known(7, state, DAY)}
        assert not reconcile({key: DAY + timedelta(1)}, known, DAY, 7)
        assert not reconcile({}, known, DAY, 7)


def test_who_left():
    key = Key(1, 0, DAY)
    known = {key: Known(7, "planned", DAY)}
    assert reconcile({}, known, DAY, 7).cancel == {7: "left"}
    assert not reconcile({}, known, DAY, 7, keep_left=True)


def test_nothing_is_planned_too_late():
    key = Key(1, 0, DAY)
    assert not reconcile({key: DAY}, {}, DAY + timedelta(8), 7)
    assert not reconcile({key: DAY}, {key: Known(7, "cancelled", DAY)}, DAY + timedelta(8), 7)


keys = st.builds(Key, st.integers(1, 3), st.integers(0, 2), days)
states = st.sampled_from(["planned", "cancelled", "done", "skipped", "failed"])


@given(
    st.dictionaries(keys, days, max_size=8),
    st.dictionaries(keys, st.tuples(states, days), max_size=8),
    days,
    st.integers(0, 40),
    st.booleans(),
)
def test_twice_is_nothing(wanted, there, today, late_days, keep_left):
    known = {key: Known(row, *told) for row, (key, told) in enumerate(there.items())}
    outcome = reconcile(wanted, known, today, late_days, keep_left)
    after = {}
    for key, row in known.items():
        state, due = row.state, row.due
        if row.row in outcome.cancel:
            state = "cancelled"
        if row.row in outcome.reopen:
            state, due = "planned", outcome.reopen[row.row]
        due = outcome.redate.get(row.row, due)
        after[key] = Known(row.row, state, due)
        if row.state not in ("planned", "cancelled"):
            assert after[key] == row
    for number, (key, due) in enumerate(outcome.create.items()):
        assert key not in after
        after[key] = Known(1000 + number, "planned", due)
    assert not reconcile(wanted, after, today, late_days, keep_left)


@given(st.decimals(0, 1000, places=2), st.decimals(-10, 2000, places=2))
def test_kept_is_part_of_what_was_at_stake(at_stake, after):
    assert 0 <= kept(at_stake, after) <= at_stake
