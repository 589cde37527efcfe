"""A load of files comes to the same, killed at any step and gone on with, or in two processes."""

from pathlib import Path

from .once import Once


class TestLoadOnce(Once):
    WORKER = Path(__file__).with_name("load_worker.py")
    SAME = (
        *("state", "rows", "batches", "counts", "refused", "names", "made"),
        *("contracts", "schedule", "partners"),
    )

    def check(self, report):
        assert report["state"] == "done"
        assert report["batches"][0] == report["batches"][1] > 5
        assert report["partners"] == 14
        assert len(report["contracts"]) == 16
        # Those without items, and the one of which an item was refused, are no running contracts.
        assert [one[2] for one in report["contracts"]].count("draft") == 3
        assert len(report["refused"]) == 5

    def test_two_processes_at_once(self, seeded, undisturbed):
        report = self.do(seeded, "twice")
        assert report["codes"] == [0, 0]
        self.assert_same(report, undisturbed)
