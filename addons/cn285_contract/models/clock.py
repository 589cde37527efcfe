"""What day it is, where that is not the day of the calendar: in previews, and in time travel."""

from contextlib import contextmanager
from contextvars import ContextVar

_imagined = ContextVar("cn285_imagined_day", default=None)


@contextmanager
def imagined_day(day):
    """Within this block every company's clock shows ``day``, and nothing is committed.

    For looking ahead inside a savepoint that is undone; only this thread of work sees it.
    """
    token = _imagined.set(day)
    try:
        yield
    finally:
        _imagined.reset(token)


def imagining():
    """The day that is imagined at the moment, None where time is what it is."""
    return _imagined.get()
