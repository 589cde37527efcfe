"""Invariant "once" at the API: a POST with a key is done once, by twins and after a kill."""

from pathlib import Path

from .once import Once


class TestApiOnce(Once):
    WORKER = Path(__file__).with_name("api_worker.py")
    SAME = (
        "customers",
        "contracts",
        "changes",
        "credit_notes",
        "runs",
        "hooks",
        "jobs",
        "answers",
        "claims",
    )

    def check(self, report):
        assert report["customers"] == 1
        assert report["contracts"] == 2
        assert report["credit_notes"] == 2
        assert report["hooks"] == 1
        assert report["answers"] == report["claims"] == 7

    def test_two_programs_with_the_same_keys(self, seeded, undisturbed):
        report = self.do(seeded, "twice")
        assert report["codes"] == [0, 0]
        self.assert_same(report, undisturbed)
