"""Debtors are written to, deactivated and charged fees once: run twice, at once, or killed."""

from pathlib import Path

from .once import Once


class TestDunningOnce(Once):
    """A month of daily runs over debtors, professionals among them; some pay meanwhile."""

    WORKER = Path(__file__).with_name("dunning_worker.py")
    SAME = ("cases", "events", "mails", "letters", "changes", "fees", "notes", "asked", "states")

    def check(self, report):
        for name in ("cases", "taken", "changes", "fees"):
            assert len(report[name]) == len({tuple(row) for row in report[name]}), name
        assert report["posted"] == report["note_total"]

    def test_there_is_enough_to_dun(self, undisturbed):
        # Reminders; deactivations; interest and indemnity of professionals.
        assert len(undisturbed["cases"]) == 10
        assert len(undisturbed["mails"]) >= 16
        assert len(undisturbed["letters"]) == 8
        assert len([row for row in undisturbed["changes"] if row[1] == "deactivate"]) == 10
        assert len([row for row in undisturbed["changes"] if row[1] == "activate"]) == 3
        assert {row[1] for row in undisturbed["fees"]} == {"indemnity", "penalty"}

    def test_two_processes_at_once(self, seeded, undisturbed):
        report = self.do(seeded, "twice")
        assert report["codes"] == [0]
        self.assert_same(report, undisturbed)
