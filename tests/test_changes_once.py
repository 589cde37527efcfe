"""Invariant "once" of contract changes: none is lost, none is applied twice."""

from pathlib import Path

from .once import Once


class TestChangesOnce(Once):
    """Of the seeded, billed contracts two changes each are due."""

    WORKER = Path(__file__).with_name("change_worker.py")
    SAME = ("states", "items", "credits")

    def check(self, report):
        assert report["days"], "no day is billed twice"

    def test_all_are_applied(self, undisturbed):
        assert set(undisturbed["states"]) == {"applied"}

    def test_two_changes_of_one_contract_at_once(self, seeded):
        """Neither is lost: the item has the one's quantity and the other's price."""
        report = self.do(seeded, "two")
        assert report["codes"] == [0, 0]
        assert report["states"].count("applied") == 2
        [changed] = [item for item in report["items"] if item[:2] != [1.0, 31.0]]
        assert changed[:2] == [3.0, 62.0]
        self.check(report)

    def test_two_processes_apply_what_is_due(self, seeded, undisturbed):
        report = self.do(seeded, "due")
        assert report["codes"] == [0, 0]
        self.assert_same(report, undisturbed)
