"""Which step a debtor is at: days, grace, threshold, notice, promises, missed days."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from cn285_payment_house.cn285_payment.engine.dunning import (
    Overdue,
    Policy,
    Progress,
    Step,
    age,
    by_age,
    coming,
    last_day_of_grace,
    may_reactivate,
    net_debts,
    overdue,
    take,
)
from hypothesis import given
from hypothesis import strategies as st

STEPS = (
    Step("first", 3, "mail"),
    Step("second", 7, "mail"),
    Step("call", 10, "task"),
    Step("off", 1, "deactivate"),
    Step("end", 1, "terminate"),
)
POLICY = Policy(STEPS, grace_days=15, threshold=Decimal(10), notice_days=8, terminate_after=60)
DUE = date(2026, 2, 10)


def day(text):
    return date.fromisoformat(f"2026-{text}")


def plan(today, amount="10.01", progress=None, policy=POLICY, **more):
    debt = Overdue(Decimal(amount), DUE)
    steps = coming(policy, debt, progress or Progress(), day(today), **more)
    return {one.step.key: one.day for one in steps}


def test_a_whole_story():
    assert plan("02-11") == {
        "first": day("02-13"),
        "second": day("02-17"),
        "call": day("02-20"),
        "off": day("02-26"),
        "end": day("04-27"),
    }


def test_the_last_day_of_grace():
    assert last_day_of_grace(DUE, 15) == day("02-25")
    only = Policy((Step("off", 1, "deactivate"),), grace_days=15, threshold=Decimal(10))
    assert plan("02-20", policy=only) == {"off": day("02-26")}


@pytest.mark.parametrize(("amount", "off"), [("10.00", False), ("10.01", True), ("0.01", False)])
def test_more_than_the_threshold_is_deactivated(amount, off):
    steps = plan("02-26", amount)
    assert ("off" in steps) is off
    assert ("end" in steps) is off
    assert "first" in steps


def test_exempt_customers_are_told_but_spared():
    assert plan("02-26", "5000.00", exempt=True).keys() == {"first", "second", "call"}


@pytest.mark.parametrize(
    ("own", "expected"), [(None, 15), (0, 5), (5, 5), (20, 20), (30, 30), (45, 30)]
)
def test_own_grace_stays_within_the_bounds(own, expected):
    policy = Policy((), grace_days=15, grace_least=5, grace_most=30)
    assert policy.grace(own) == expected


def test_usual_grace_stays_within_the_bounds():
    assert Policy((), grace_days=2, grace_least=5).grace() == 5
    assert Policy((), grace_days=40, grace_most=30).grace() == 30
    assert Policy((), grace_days=40).grace() == 40


def test_told_late_deactivated_late():
    """The notice left on 22 February only: eight days later."""
    progress = Progress({"first": day("02-22")}, told=[day("02-22")])
    assert plan("02-23", progress=progress)["off"] == day("03-02")
    # Told in time: the end of grace decides.
    progress = Progress({"first": day("02-13")}, told=[day("02-13")])
    assert plan("02-23", progress=progress)["off"] == day("02-26")


def test_nobody_told_nobody_deactivated():
    silent = Policy((Step("off", 1, "deactivate"),), grace_days=15, notice_days=8)
    assert plan("03-26", policy=silent) == {}


def test_missed_days_send_one_letter():
    """The server was down: the second reminder only, the task, and not yet the deactivation."""
    debt = Overdue(Decimal(100), DUE)
    steps = coming(POLICY, debt, Progress(), day("03-01"))
    taken, left_out = take(steps, day("03-01"))
    assert [step.key for step in taken] == ["second", "call"]
    assert [step.key for step in left_out] == ["first"]
    done = {"first": day("03-01"), "second": day("03-01"), "call": day("03-01")}
    steps = coming(POLICY, debt, Progress(done, [day("03-01")]), day("03-01"))
    assert (steps[0].step.key, steps[0].day) == ("off", day("03-09"))


def test_what_was_done_about_an_older_debt_is_done_again():
    done = {"first": day("02-13"), "second": day("02-17")}
    progress = Progress(done, told=[day("02-13"), day("02-17")])
    newer = Overdue(Decimal(100), day("02-20"))
    steps = {one.step.key: one.day for one in coming(POLICY, newer, progress, day("02-21"))}
    assert steps["first"] == day("02-23")
    # Due on the 15th: the reminder of the 17th was about it too, and the first one is over.
    older = Overdue(Decimal(100), day("02-15"))
    steps = {one.step.key: one.day for one in coming(POLICY, older, progress, day("02-21"))}
    assert "first" not in steps
    assert "second" not in steps
    assert steps["off"] == day("03-03")


def test_a_promise_holds_all_of_it():
    progress = Progress(promised=day("03-10"))
    assert set(plan("02-20", progress=progress).values()) - {day("05-18")} >= {day("03-11")}
    assert min(plan("02-20", progress=progress).values()) == day("03-11")


def test_termination_counts_from_the_deactivation():
    progress = Progress({"off": day("03-05")}, told=[day("02-13")], suspended=day("03-05"))
    steps = plan("03-06", progress=progress)
    assert "off" not in steps
    assert steps["end"] == day("05-04")
    forever = Policy(STEPS, grace_days=15)
    assert "end" not in plan("03-06", progress=progress, policy=forever)


def test_what_a_clerk_activated_is_not_deactivated_again():
    progress = Progress({"off": day("03-05")}, told=[day("02-13")], suspended=None)
    assert "off" not in plan("03-20", progress=progress)


@pytest.mark.parametrize(
    ("due", "name"),
    [
        ("03-31", "not_due"),
        ("03-30", "age_30"),
        ("03-01", "age_30"),
        ("02-28", "age_60"),
        ("01-30", "age_60"),
        ("01-29", "age_90"),
    ],
)
def test_ages(due, name):
    assert age(day(due), day("03-31")) == name
    assert age(date(2025, 12, 31), day("03-31")) == "age_90"
    assert age(date(2025, 12, 30), day("03-31")) == "age_more"


def test_credit_is_taken_off_the_oldest():
    debts = [(day("03-01"), Decimal(60)), (day("02-01"), Decimal(50))]
    assert overdue(net_debts(debts, Decimal(110)), day("03-31")) is None
    assert overdue(net_debts(debts), day("03-31")) == Overdue(Decimal(110), day("02-01"))
    assert overdue(net_debts(debts, Decimal(70)), day("03-31")) == Overdue(
        Decimal(40), day("03-01")
    )
    # On its day nothing is overdue.
    assert overdue(net_debts(debts, Decimal(50)), day("03-01")) is None


def test_reactivation():
    little = Overdue(Decimal(10), DUE)
    assert may_reactivate(None, Decimal(10), False)
    assert not may_reactivate(little, Decimal(10), False)
    assert may_reactivate(little, Decimal(10), True)
    assert not may_reactivate(Overdue(Decimal("10.01"), DUE), Decimal(10), True)


dates = st.dates(date(2024, 1, 1), date(2026, 12, 31))
money = st.decimals(Decimal("0.01"), Decimal(10**5), places=2)
debts_ = st.lists(st.tuples(dates, money), max_size=6)


@given(debts_, money, dates)
def test_ages_add_up(debts, credit, today):
    net = net_debts(debts, credit)
    owed = max(sum((amount for _due, amount in debts), start=Decimal(0)) - credit, Decimal(0))
    assert sum(by_age(net, today).values(), start=Decimal(0)) == owed
    late = overdue(net, today)
    assert (late.amount if late else Decimal(0)) == owed - by_age(net, today)["not_due"]


@given(st.integers(0, 60), st.integers(0, 30), st.integers(0, 200), dates)
def test_never_within_grace_nor_before_the_notice(grace, notice, later, due):
    """Day by day, whenever the work is begun."""
    policy = Policy(STEPS, grace_days=grace, notice_days=notice)
    today, done, told, off = due + timedelta(days=later), {}, [], None
    for _day in range(120):
        steps = coming(policy, Overdue(Decimal(100), due), Progress(done, told, off), today)
        taken, left_out = take(steps, today)
        for step in left_out + taken:
            done = {**done, step.key: today}
        if any(step.action == "mail" for step in taken):
            told = [*told, today]
        if any(step.action == "deactivate" for step in taken):
            assert off is None
            off = today
        today += timedelta(days=1)
    assert off is not None
    assert off > due + timedelta(days=grace)
    assert not notice or off >= told[0] + timedelta(days=notice)
    assert done.keys() == {"first", "second", "call", "off"}
