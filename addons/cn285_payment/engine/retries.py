"""When a refused invoice is tried again: the policy's days, and where it ends.

Days are counted from the first refusal of the present means; new or renewed means start anew, and
at once. The networks limit repeated charges of one card and amount within 30 days (Visa: 15 in its
Stop Payment and Data Quality programmes); we stop before.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from .declines import CONFIG, CUSTOMER, DECLINED, HARD, OPEN

# Default days after the first refusal.
CARD_DAYS = (1, 3, 7, 14)
# Direct debits: TARGET days after the refusal.
SEPA_DAYS = (5, 10)
# The attempt of a card and amount within the window that is not made any more.
NETWORK_CAP = 15
NETWORK_WINDOW = 30

# Why there is no further attempt.
EXHAUSTED = "exhausted"
NETWORK = "network"
REASONS = (HARD, CUSTOMER, CONFIG, EXHAUSTED, NETWORK)


@dataclass(frozen=True)
class Failure:
    """One refusal: its day and its class (:mod:`declines`)."""

    day: date
    outcome: str = DECLINED


@dataclass(frozen=True)
class Verdict:
    """The day of the next attempt, or None and why there is none."""

    day: date | None
    reason: str = ""


def plain_days(day: date, count: int) -> date:
    """``count`` calendar days later."""
    return day + timedelta(days=count)


def next_attempt(
    failures: Sequence[Failure],
    policy_days: Sequence[int] = CARD_DAYS,
    *,
    attempts: Iterable[date] = (),
    later: Callable[[date, int], date] = plain_days,
) -> Verdict:
    """Return when an invoice is tried again after these refusals of the present means.

    :param failures: refusals of these means since they came or were renewed, in order
    :param policy_days: days after the first refusal, ascending
    :param attempts: days of all attempts of these means and this amount, for the networks' limit
    :param later: how days are counted, such as in TARGET days
    :returns: a day after the last refusal, or the reason why there is none; after an answer that
        leaves open whether money moved, neither: that attempt is not over
    """
    if not failures:
        return Verdict(None)
    last = failures[-1]
    if last.outcome in OPEN:
        return Verdict(None)
    if last.outcome in (HARD, CUSTOMER, CONFIG):
        return Verdict(None, last.outcome)
    counted = [failure for failure in failures if failure.outcome not in (*OPEN, CONFIG)]
    if len(counted) > len(policy_days):
        return Verdict(None, EXHAUSTED)
    planned = later(counted[0].day, policy_days[len(counted) - 1])
    day = max(planned, last.day + timedelta(days=1))
    if over_network_cap(attempts, day):
        return Verdict(None, NETWORK)
    return Verdict(day)


def over_network_cap(
    attempts: Iterable[date],
    day: date,
    *,
    cap: int = NETWORK_CAP,
    window: int = NETWORK_WINDOW,
) -> bool:
    """Whether one more attempt on a day would be number ``cap`` within ``window`` days.

    :param attempts: days of the attempts of the same means and amount
    """
    since = day - timedelta(days=window)
    return sum(since < done <= day for done in attempts) >= cap - 1


def parse_days(text: str) -> tuple[int, ...]:
    """Days of a policy as people write them, such as ``1, 3, 7, 14``; empty: no retries.

    :raises ValueError: where they are no ascending whole numbers from 1 to 365
    """
    days = tuple(int(part) for part in text.replace(";", ",").split(",") if part.strip())
    ascending = all(first < second for first, second in pairwise(days))
    if not ascending or any(not 1 <= day <= 365 for day in days):
        raise ValueError(text)
    return days
