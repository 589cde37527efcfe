"""Which day an invoice bears."""

from datetime import date

from cn285_engine.issue import issue_day

JANUARY, JUNE, JULY = date(2026, 1, 1), date(2026, 6, 10), date(2026, 7, 1)


def test_late_is_dated_on_the_day_of_issue():
    assert issue_day(JANUARY, JUNE, "issue") == JUNE
    assert issue_day(JUNE, JUNE, "issue") == JUNE


def test_ahead_keeps_its_day():
    assert issue_day(JULY, JUNE, "issue") == JULY


def test_dates_of_the_schedule():
    assert issue_day(JANUARY, JUNE, "schedule") == JANUARY
    assert issue_day(JULY, JUNE, "schedule") == JULY
