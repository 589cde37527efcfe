"""Terms: how long a contract runs, when it renews, until when the customer is committed.

A term is the half-open stretch ``[start, end)``. Its end is the renewal day: the first day of the
next term. Ends aim at the day of the month on which the contract started, or at the month's last
day where the month is shorter, so a contract of 29 February renews on 28 February and, four years
later, on the 29th again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from ...cn285_contract.engine.calendar import MONTHS, Unit, add_days, add_months, add_units, as_unit
from .errors import RenewalError


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time such as 12 months or 10 days; ``count`` 0 is no time at all.

    Raises ``duration_negative`` and ``unknown_unit``.
    """

    count: int
    unit: Unit = Unit.month

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", as_unit(self.unit))
        if not isinstance(self.count, int) or self.count < 0:
            raise RenewalError("duration_negative", count=self.count)

    @property
    def months(self) -> int | None:
        """Return the length in months, None for one of days or weeks."""
        return self.count * MONTHS[self.unit] if self.unit in MONTHS else None

    def after(self, day: date, anchor_day: int | None = None) -> date:
        """Return the day that lies this long after ``day``.

        ``anchor_day``: the day of the month aimed at, where ``day`` itself was clamped already.
        """
        if self.months is None:
            return add_units(day, self.count, self.unit)
        return add_months(day, self.months, anchor_day)

    def before(self, day: date) -> date:
        """Return the day that lies this long before ``day``: the same number, or the month's end.

        >>> Duration(1).before(date(2026, 3, 30))
        datetime.date(2026, 2, 28)
        """
        return add_units(day, -self.count, self.unit)


@dataclass(frozen=True, slots=True)
class Term:
    """The ``number``-th term of a contract (0: the first), the days ``[start, end)``."""

    number: int
    start: date
    end: date

    @property
    def last_day(self) -> date:
        """Return the term's last day, the one that users see."""
        return add_days(self.end, -1)


def first_term(start: date, length: Duration) -> Term:
    """Return the initial term; raise ``term_without_length``."""
    return Term(0, start, _positive(length).after(start))


def next_term(term: Term, renewal: Duration, anchor_day: int) -> Term:
    """Return the term that follows when ``term`` is renewed.

    ``anchor_day``: the day of the month on which the contract started, at which every renewal
    aims. Raises ``term_without_length``.
    """
    end = _positive(renewal).after(term.end, anchor_day)
    return Term(term.number + 1, term.end, end)


def iter_terms(start: date, length: Duration, renewal: Duration | None) -> Iterator[Term]:
    """Yield the initial term, then those that renewals would add, without end."""
    term = first_term(start, length)
    yield term
    while renewal is not None:
        term = next_term(term, renewal, start.day)
        yield term


def longest_end(
    start: date, length: Duration, renewal: Duration | None, most_renewals: int
) -> date | None:
    """Return the day after the last possible term, or None where renewals have no end.

    ``most_renewals``: how often the contract renews at most; 0 is without limit.
    """
    if renewal is None:
        return first_term(start, length).end
    if not most_renewals:
        return None
    return next(islice(iter_terms(start, length, renewal), most_renewals, None)).end


def later_terms(term: Term, renewal: Duration, anchor_day: int) -> Iterator[Term]:
    """Yield ``term``, then those that renewals would add, without end."""
    while True:
        yield term
        term = next_term(term, renewal, anchor_day)


def term_on(
    term: Term, renewal: Duration | None, anchor_day: int, day: date, most_renewals: int = 0
) -> Term:
    """Return the term in which a contract is on a day, if it was renewed whenever it could be.

    The first one, ``term``, for all days before its end; the last one that ``most_renewals`` (0:
    any number) allow, or the first where there is no ``renewal``, for all days after it.
    """
    if renewal is None:
        return term
    while day >= term.end and not (most_renewals and term.number >= most_renewals):
        term = next_term(term, renewal, anchor_day)
    return term


def end_of_renewals(
    term: Term, renewal: Duration | None, anchor_day: int, most_renewals: int
) -> date | None:
    """Return the day after the last term that may follow ``term``; None where there is no last.

    ``most_renewals``: how often the contract renews at most from its first term on; 0 is without
    limit. Without ``renewal`` the term is the last.
    """
    if renewal is None:
        return term.end
    if not most_renewals:
        return None
    left = max(most_renewals - term.number, 0)
    return next(islice(later_terms(term, renewal, anchor_day), left, None)).end


def commitment_end(start: date, commitment: Duration | None) -> date | None:
    """Return the first day on which the customer is free, None where there was no commitment."""
    if commitment is None or not commitment.count:
        return None
    return commitment.after(start)


def _positive(length: Duration) -> Duration:
    if not length.count:
        raise RenewalError("term_without_length")
    return length
