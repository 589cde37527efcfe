"""An event counts once: recorded by two processes at once, or by one that is killed half-way."""

from pathlib import Path

import pytest

from .once import Once


class TestUsageOnce(Once):
    """The seeded database has items and a metric."""

    WORKER = Path(__file__).with_name("usage_worker.py")
    SAME = ("events", "different", "keys", "logged", "quantity", "content")

    def check(self, report):
        assert report["events"] == report["different"] == report["keys"] == 30_000
        assert report["events"] == report["logged"]

    @pytest.mark.parametrize("command", ["twice", "twice_whole"])
    def test_two_processes_at_once(self, seeded, undisturbed, command):
        report = self.do(seeded, command)
        assert report["codes"] == [0, 0]
        self.assert_same(report, undisturbed)

    def test_two_processes_at_once_while_spans_of_keys_begin(self, seeded, undisturbed):
        report = self.do(seeded, "turning")
        assert report["codes"] == [0, 0]
        assert report["turned"] == 3
        self.assert_same(report, undisturbed)

    def test_killed_at_random_steps_and_run_again(self, seeded, undisturbed):
        report = self.check_killed(seeded, undisturbed)
        assert any(0 < count < 30_000 for count in report["counts"]), "one must hit it half-way"
