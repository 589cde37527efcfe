"""When a call that failed is made again."""

from dataclasses import dataclass

FIRST_SECONDS = 30
LONGEST_SECONDS = 6 * 3600
SPREAD_PERCENT = 20


@dataclass(frozen=True)
class NextTry:
    """Either wait ``seconds`` and try again, or give up (``parked``)."""

    seconds: int = 0
    parked: bool = False


def next_try(
    attempts: int,
    max_attempts: int,
    *,
    chance: float = 0.5,
    first: int = FIRST_SECONDS,
    longest: int = LONGEST_SECONDS,
) -> NextTry:
    """What follows the ``attempts``-th failure in a row (1 is the first).

    Waiting doubles from ``first`` up to ``longest`` seconds. ``chance`` (0 to 1, random) moves it
    by up to 20 % either way, so that jobs that failed together do not come back together. After
    ``max_attempts`` failures the record is parked.

    >>> [next_try(n, 5).seconds for n in (1, 2, 3, 4)]
    [30, 60, 120, 240]
    >>> next_try(5, 5).parked
    True
    """
    if attempts < 1 or max_attempts < 1:
        raise ValueError("attempts are counted from 1")
    if attempts >= max_attempts:
        return NextTry(parked=True)
    plain = min(longest, first * 2 ** min(attempts - 1, 30))
    moved = plain * (100 - SPREAD_PERCENT + 2 * SPREAD_PERCENT * chance) / 100
    return NextTry(seconds=max(1, round(moved)))
