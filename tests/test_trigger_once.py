"""What usage triggers is billed once: by the job, the scheduled action and a run at once."""

from pathlib import Path

from .once import Once


class TestTriggerOnce(Once):
    """The seeded database has events that trigger invoices."""

    WORKER = Path(__file__).with_name("trigger_worker.py")
    SAME = ("billed",)

    def check(self, report):
        assert set(report["codes"]) == {0}
        assert report["open"] == 0
        assert report["untaxed"] == report["rows"], "the invoices are the rows"
        assert report["posted"]

    def test_something_is_billed(self, undisturbed):
        assert undisturbed["billed"]

    def test_job_beside_scheduled_action_and_run(self, seeded, undisturbed):
        report = self.do(seeded, "twice")
        self.assert_same(report, undisturbed)
        assert report["lines"] == undisturbed["lines"]

    def test_beside_a_running_ingest(self, seeded):
        reports = [self.do(seeded, command) for command in ("apart", "beside")]
        for report in reports:
            self.check(report)
        apart, beside = map(self.deliveries, reports)
        assert apart == beside, "each delivery once, whenever it was seen"

    def deliveries(self, report):
        return sorted(row for _name, rows in report["billed"] for row in rows if "delivery" in row)
