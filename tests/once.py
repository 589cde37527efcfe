"""What the tests of the invariant "once" have in common.

Real processes on real databases, copied from the template that ``make test`` names: one that
nobody disturbs says what comes out, and the same comes out of several at once and of those that
were killed.
"""

import os

import pytest

from .processes import copied, work_warm


class Once:
    """Tests of a worker script that knows the commands seed, once and kill.

    Subclasses are named Test…, say which WORKER, and what is the SAME in each report, however the
    work was done.
    """

    WORKER = None
    SAME = ()

    @pytest.fixture(scope="class")
    @classmethod
    def seeded(cls):
        """A database with work to do."""
        with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
            work_warm(cls.WORKER, name, "seed")
            yield name

    @pytest.fixture(scope="class")
    @classmethod
    def undisturbed(cls, seeded):
        """What one process makes of it that nobody disturbs."""
        report = cls.do(seeded, "once")
        assert report["codes"] == [0]
        return report

    @classmethod
    def do(cls, seeded, *command):
        """Run a command of the worker in a copy of the seeded database; returns its report."""
        with copied(seeded) as name:
            return work_warm(cls.WORKER, name, *command)

    def check(self, report):
        """What holds of each report."""

    def assert_same(self, report, undisturbed):
        for name in self.SAME:
            assert report[name] == undisturbed[name], name
        self.check(report)

    def test_undisturbed(self, undisturbed):
        self.check(undisturbed)

    def test_killed_at_random_steps_and_run_again(self, seeded, undisturbed):
        self.check_killed(seeded, undisturbed)

    def check_killed(self, seeded, undisturbed):
        """Killed again and again it comes to the same; returns the report."""
        report = self.do(seeded, "kill", str(undisturbed["steps"]))
        assert report["killed"] >= 3, "the kills must hit the work"
        assert set(report["codes"]) == {0}
        self.assert_same(report, undisturbed)
        return report
