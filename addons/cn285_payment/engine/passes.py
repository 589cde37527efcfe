"""Promotion passes: who may redeem one, until when, and which periods cost less."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Pass:
    """The terms of a pass. Limits of 0 are none; both days of the validity count."""

    active: bool = True
    first_day: date | None = None
    last_day: date | None = None
    most: int = 0
    most_each: int = 1


@dataclass(frozen=True, slots=True)
class Uses:
    """How often a pass was redeemed: by all, by this customer, and on this contract."""

    all: int = 0
    customer: int = 0
    contract: int = 0


def refusal(terms: Pass, uses: Uses, day: date) -> str | None:
    """Return why a pass is not redeemed on that day, as a code; None if it is.

    A contract takes the same pass once.

    >>> refusal(Pass(last_day=date(2026, 3, 31)), Uses(), date(2026, 3, 31))
    >>> refusal(Pass(last_day=date(2026, 3, 31)), Uses(), date(2026, 4, 1))
    'over'
    >>> refusal(Pass(most=100), Uses(all=100), date(2026, 3, 31))
    'used_up'
    """
    if not terms.active:
        return "unknown"
    if terms.first_day and day < terms.first_day:
        return "early"
    if terms.last_day and day > terms.last_day:
        return "over"
    if uses.contract:
        return "redeemed"
    if terms.most and uses.all >= terms.most:
        return "used_up"
    if terms.most_each and uses.customer >= terms.most_each:
        return "customer_limit"
    return None


def next_periods(
    periods: Sequence[tuple[date, date]], today: date, count: int
) -> tuple[date, date | None] | None:
    """Return the days of the next billing periods: from the first that begins today or later.

    :param periods: first and last day of the periods that are not billed yet, in order
    :param count: how many periods; 0: all that follow, without end
    :returns: first and last day; the last one is None where there is no end; None where no period
        follows

    >>> months = [(date(2026, 2, 1), date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 3, 31))]
    >>> next_periods(months, date(2026, 1, 15), 1)
    (datetime.date(2026, 2, 1), datetime.date(2026, 2, 28))
    """
    following = [period for period in periods if period[0] >= today]
    if not following:
        return None
    if not count:
        return following[0][0], None
    return following[0][0], following[min(count, len(following)) - 1][1]


def clean_code(text: str) -> str:
    """Return a code as it is compared: without spaces and dashes, in capitals.

    >>> clean_code(" spring-2026 ")
    'SPRING2026'
    """
    return "".join(letter for letter in text.upper() if letter.isalnum())
