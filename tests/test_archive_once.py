"""A month leaves the database for a file, once and whole, whenever the process is killed."""

from pathlib import Path

from .once import Once


class TestArchiveOnce(Once):
    """The seeded database has a month of events that nothing needs."""

    WORKER = Path(__file__).with_name("archive_worker.py")
    SAME = ("state", "events", "content")

    def check(self, report):
        assert (report["state"], report["events"]) == ("dropped", 6_000)

    def test_killed_at_random_steps_and_run_again(self, seeded, undisturbed):
        report = self.check_killed(seeded, undisturbed)
        assert set(report["states"]) & {"exported", "restored"}, "some must be killed in between"
