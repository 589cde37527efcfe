"""Invariant "once" of planning and pricing by jobs: no row is lost, none is there twice."""

from pathlib import Path

from .once import Once


class TestPlanningOnce(Once):
    """Items are to be planned two months further, and planned rows to be priced anew."""

    WORKER = Path(__file__).with_name("planning_worker.py")
    SAME = ("rows", "items")

    def check(self, report):
        places = [" ".join(row.split()[:4]) for row in report["rows"]]
        assert len(places) == len(set(places)), "no period is planned twice"
        assert report["prices"] == [7.0, 47.0], "all rows cost what the pricelist says now"
        assert len(set(report["items"])) == 1, "all are planned as far"
        assert report["left"] == 0

    def test_two_processes_do_the_same_jobs(self, seeded, undisturbed):
        report = self.do(seeded, "two")
        assert report["codes"] == [0, 0]
        self.assert_same(report, undisturbed)
