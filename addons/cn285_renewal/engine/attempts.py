"""How often somebody may try to find a contract by name and number: guessers get nowhere."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Attempts that failed, within a time: of a visitor, and for one number by all visitors."""

    by_visitor: int = 10
    by_number: int = 30
    minutes: int = 60


def may_try(of_visitor: int, for_number: int, limits: Limits) -> bool:
    """Tell whether another attempt is looked at, after so many that failed.

    >>> may_try(9, 0, Limits()), may_try(10, 0, Limits()), may_try(0, 30, Limits())
    (True, False, False)
    """
    return of_visitor < limits.by_visitor and for_number < limits.by_number
