"""The service period of a line: billed, own, expected life, and what is refused."""

from datetime import date

import pytest
from cn285_revrec_house.cn285_revrec.engine.errors import RecognitionError
from cn285_revrec_house.cn285_revrec.engine.recognition import Convention, Method
from cn285_revrec_house.cn285_revrec.engine.service import Facts, ServiceRule, pattern_of

BILLED = date(2026, 2, 1)
PERIOD = (date(2026, 1, 1), date(2026, 12, 31))
ACTIVATED = date(2026, 1, 15)
FACTS = Facts(BILLED, PERIOD, ACTIVATED)


def days(rule, facts=FACTS):
    found = pattern_of(rule, facts)
    return found.start.isoformat(), found.end.isoformat()


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (ServiceRule(Method.daily), ("2026-01-01", "2027-01-01")),
        (ServiceRule(Method.at_once), ("2026-02-01", "2026-02-02")),
        (ServiceRule(Method.at_date), ("2026-01-01", "2026-01-02")),
        (ServiceRule(Method.at_date, date_rule="end"), ("2026-12-31", "2027-01-01")),
        (
            ServiceRule(Method.at_date, date_rule="fixed", on_date=date(2026, 6, 30)),
            ("2026-06-30", "2026-07-01"),
        ),
        (ServiceRule(Method.daily, source="own", length=3), ("2026-02-01", "2026-05-01")),
        (
            ServiceRule(Method.daily, source="own", start_rule="activation", length=1, unit="year"),
            ("2026-01-15", "2027-01-15"),
        ),
        (
            ServiceRule(
                Method.daily,
                source="own",
                start_rule="date",
                start_date=date(2026, 4, 1),
                length=10,
                unit="day",
            ),
            ("2026-04-01", "2026-04-11"),
        ),
        (ServiceRule(Method.monthly, source="life", length=36), ("2026-01-15", "2029-01-15")),
    ],
)
def test_service_periods(rule, expected):
    assert days(rule) == expected


def test_a_period_given_for_the_line_goes_first():
    given = Facts(BILLED, PERIOD, ACTIVATED, (date(2026, 3, 1), date(2026, 3, 31)))
    for source in ("billed", "own", "life"):
        assert days(ServiceRule(Method.daily, source=source, length=5), given) == (
            "2026-03-01",
            "2026-04-01",
        )
    half = Facts(BILLED, PERIOD, ACTIVATED, (date(2026, 3, 1), None))
    assert days(ServiceRule(Method.daily, source="own", length=2), half) == (
        "2026-03-01",
        "2026-05-01",
    )


def test_refusals():
    with pytest.raises(RecognitionError) as caught:
        pattern_of(ServiceRule(Method.daily), Facts(BILLED))
    assert caught.value.code == "no_service_period"
    wrong = Facts(BILLED, service=(date(2026, 3, 2), date(2026, 3, 1)))
    with pytest.raises(RecognitionError) as caught:
        pattern_of(ServiceRule(Method.daily), wrong)
    assert caught.value.code == "service_ends_before_start"
    with pytest.raises(RecognitionError) as caught:
        pattern_of(ServiceRule(Method.daily, source="life"), FACTS)
    assert caught.value.code == "length_not_positive"


def test_usage_without_quantities_is_spread_by_day():
    nothing_used = ((date(2026, 1, 31), 0), (date(2026, 2, 28), 0))
    assert pattern_of(ServiceRule(Method.usage), FACTS, nothing_used).weights == ()
    assert pattern_of(ServiceRule(Method.usage), FACTS, ((date(2026, 1, 31), 4),)).weights
    assert (
        pattern_of(ServiceRule(Method.monthly, Convention.half), FACTS).convention
        is Convention.half
    )
