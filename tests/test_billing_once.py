"""Invariant "once": the same invoices, run twice, in parallel, or killed half-way."""

from pathlib import Path

from .once import Once


class TestBillingOnce(Once):
    WORKER = Path(__file__).with_name("billing_worker.py")
    SAME = ("invoices", "rows")

    def check(self, report):
        assert report["gapless"], "numbers follow each other without a hole"
        assert report["rows"] == report["lines"]
        assert report["sums"], "what is kept of the schedule is what its rows come to"
        assert report["due"] == 0

    def test_there_is_enough_to_bill(self, undisturbed):
        assert len(undisturbed["invoices"]) > 100

    def test_two_processes_at_once(self, seeded, undisturbed):
        report = self.do(seeded, "twice")
        assert report["codes"] == [0, 0]
        self.assert_same(report, undisturbed)

    def test_two_processes_at_the_same_run(self, seeded, undisturbed):
        report = self.do(seeded, "same")
        assert report["codes"] == [0, 0]
        self.assert_same(report, undisturbed)
