"""How often somebody may look for a contract by name and number: guessers get nowhere."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Attempts within a time: of a visitor, those that failed and all; and all for one number."""

    missed_by_visitor: int = 10
    by_visitor: int = 30
    by_number: int = 30
    minutes: int = 60


def may_try(missed: int, of_visitor: int, for_number: int, limits: Limits) -> bool:
    """Tell whether another attempt is looked at, after so many.

    >>> may_try(9, 9, 0, Limits()), may_try(10, 10, 0, Limits()), may_try(0, 0, 30, Limits())
    (True, False, False)
    >>> may_try(0, 30, 0, Limits())
    False
    """
    return (
        missed < limits.missed_by_visitor
        and of_visitor < limits.by_visitor
        and for_number < limits.by_number
    )
