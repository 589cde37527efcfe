"""Nobody is charged twice: run twice, at the same time, or killed at any step.

``CN285_KILLS=100`` in the environment kills so often, at random steps between attempt, commit, call
and booking, of as many months as that takes: five minutes.
"""

import os
from pathlib import Path

from .once import Once


class TestCollectionOnce(Once):
    WORKER = Path(__file__).with_name("collection_worker.py")
    SAME = ("charges", "booked", "invoices")

    def check(self, report):
        assert report["charges"] == report["booked"], "the bank's books are ours, to the cent"
        assert len(report["asked"]) == len(set(report["asked"])), "each was asked for once"
        assert report["open"] == 0, "it is known what became of each"
        assert report["unreconciled"] == 0

    def test_there_is_enough_to_collect(self, undisturbed):
        assert undisturbed["invoices"] == 24
        assert 10 < len(undisturbed["charges"]) < 24

    def test_two_processes_at_once(self, seeded, undisturbed):
        report = self.do(seeded, "twice")
        assert report["codes"] == [0, 0]
        self.assert_same(report, undisturbed)

    def test_killed_for_months(self, seeded):
        kills = int(os.environ.get("CN285_KILLS", "12"))
        report = self.do(seeded, "months", str(kills))
        assert report["killed"] == kills
        assert report["codes"] == [0]
        assert len(report["charges"]) >= 10
        self.check(report)
