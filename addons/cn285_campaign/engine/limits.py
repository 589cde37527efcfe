"""How often a customer is told something, not near a legal notice, and with his consent."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from .timing import IsWorking

# Days after which no free day is looked for any more.
_FAR = 800
# Why a customer gets no marketing.
REFUSED, BLACKLISTED, UNASKED = "refused", "blacklisted", "unasked"
# Who may get marketing without having been asked.
NOBODY, PROFESSIONALS, EVERYBODY = "nobody", "professionals", "everybody"


def free_day(
    day: date,
    told: Collection[date] = (),
    most: int = 0,
    span: int = 1,
    notices: Iterable[date] = (),
    gap: int = 0,
    is_working: IsWorking | None = None,
) -> date:
    """Return the first day from ``day`` on, on which one more message is within the limits.

    :param told: days of the messages that count, one entry for each
    :param most: how many within ``span`` days, that day included; 0: any number
    :param notices: days on which a legal notice leaves
    :param gap: days before and after a legal notice that are kept free; 0: none
    :param is_working: tells working days, where only these count

    >>> free_day(date(2026, 3, 2), [date(2026, 3, 1)], most=1, span=7)
    datetime.date(2026, 3, 8)
    >>> free_day(date(2026, 3, 2), notices=[date(2026, 3, 4)], gap=2)
    datetime.date(2026, 3, 7)
    """
    notices = set(notices) if gap else set()
    last = day + timedelta(days=_FAR)
    while day < last and not (
        _is_free(day, told, most, span)
        and not _is_near(day, notices, gap)
        and (is_working is None or is_working(day))
    ):
        day += timedelta(days=1)
    return day


def _is_free(day: date, told: Collection[date], most: int, span: int) -> bool:
    if most <= 0:
        return True
    first = day - timedelta(days=max(span, 1) - 1)
    return sum(first <= one <= day for one in told) < most


def _is_near(day: date, notices: Collection[date], gap: int) -> bool:
    return any(abs((day - one).days) <= gap for one in notices)


def marketing_obstacle(
    answer: str | None, is_blacklisted: bool, is_professional: bool, without_answer: str
) -> str | None:
    """Return why a customer gets no marketing: one of the reasons above; None where he may.

    Code des postes et des communications électroniques, L34-5: a person's own consent comes first;
    who has said no, by whatever way, is left alone.

    :param answer: ``yes``, ``no``, or none where nobody has asked
    :param is_blacklisted: whether the address is on the list of those who want no mailings
    :param without_answer: who gets it without having been asked, by the company's choice
    """
    if answer == "no":
        return REFUSED
    if is_blacklisted:
        return BLACKLISTED
    allowed = without_answer == EVERYBODY or (without_answer == PROFESSIONALS and is_professional)
    return None if answer == "yes" or allowed else UNASKED
