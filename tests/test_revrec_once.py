"""Invariant "once" of revenue: the same entries, run again, in parallel, or killed half-way."""

from pathlib import Path

import pytest

from .once import Once


class TestRevrecOnce(Once):
    """The seeded database has invoices whose revenue is to be recognised in two months."""

    WORKER = Path(__file__).with_name("revrec_worker.py")
    SAME = ("items", "lines", "positions", "schedules", "runs_done")

    def check(self, report):
        assert report["linked"], "each line knows its journal item"
        assert report["differences"] == [0, 0]

    def test_there_is_enough_to_recognise(self, undisturbed):
        assert len(undisturbed["items"]) > 100
        assert undisturbed["runs_done"] == 2

    @pytest.mark.parametrize(
        ("command", "processes"),
        [("again", 3), ("twice", 2), ("same", 3)],
        ids=["run_again", "two_processes_at_once", "two_processes_at_the_same_run"],
    )
    def test_several(self, seeded, undisturbed, command, processes):
        report = self.do(seeded, command)
        assert report["codes"] == [0] * processes
        self.assert_same(report, undisturbed)
