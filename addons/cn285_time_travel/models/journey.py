"""What is known while a journey is on its way: whose it is, and which e-mails it held back."""

from contextlib import contextmanager
from contextvars import ContextVar

_journey = ContextVar("cn285_journey", default=None)


class Journey:
    """A company's clock on its way."""

    def __init__(self, company_id):
        self.company_id = company_id
        self._held = 0

    def hold(self, count):
        """Count e-mails that were not sent."""
        self._held += count

    def take_held(self):
        """How many e-mails were held since it was last asked."""
        count, self._held = self._held, 0
        return count


@contextmanager
def on_journey(company):
    """Within this block no e-mail leaves, whatever the database's settings say, and scheduled
    actions work for this company alone; only this thread of work is concerned.

    :returns: the :class:`Journey`
    """
    journey = Journey(company.id)
    token = _journey.set(journey)
    try:
        yield journey
    finally:
        _journey.reset(token)


def current_journey():
    """The journey that this thread of work is on, None where time is what it is."""
    return _journey.get()


@contextmanager
def no_commits(cr):
    """Within this block a commit of the cursor only writes, and a rollback of all is refused.

    For scheduled actions that commit by themselves: days are committed together. queue_job does
    the same to the cursor of a job.
    """

    def refuse():
        raise RuntimeError("What a scheduled action did on a journey is undone by the journey.")

    commit, rollback = cr.commit, cr.rollback
    cr.commit, cr.rollback = cr.flush, refuse
    try:
        yield
    finally:
        cr.commit, cr.rollback = commit, rollback
