"""Finds the number after the last one that is taken, in few questions.

Numbers of a sequence have no gaps, but not all that are taken can be seen: other transactions have
taken some since this one began. Each question costs a statement, so they are not asked one by one.
"""

from collections.abc import Callable


def last_taken(is_taken: Callable[[int], bool], last: int, guess: int) -> int:
    """Return the last number that is taken, where all up to ``last`` are.

    Asks twice where the guess is right, and else about twice the logarithm of how far it is off.

    :param is_taken: tells of one number; of those above the last it says no.
    :param guess: the number that is probably the last one.
    """
    low, high = last, None
    if guess > last:
        if is_taken(guess):
            low = guess
        else:
            high = guess
    step = 1
    while high is None:
        if is_taken(low + step):
            low += step
            step *= 2
        else:
            high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        if is_taken(middle):
            low = middle
        else:
            high = middle
    return low
