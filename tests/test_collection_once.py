"""Nobody is charged twice: run twice, at the same time, or killed at any step."""

from pathlib import Path

from .once import Once


class TestCollectionOnce(Once):
    WORKER = Path(__file__).with_name("collection_worker.py")
    SAME = ("charges", "booked", "invoices")

    def check(self, report):
        assert report["charges"] == report["booked"], "the bank's books are ours, to the cent"
        assert len(report["asked"]) == len(set(report["asked"])), "each was asked for once"
        assert report["open"] == 0, "it is known what became of each"
        assert report["unreconciled"] == 0

    def test_there_is_enough_to_collect(self, undisturbed):
        assert undisturbed["invoices"] == 24
        assert 10 < len(undisturbed["charges"]) < 24

    def test_two_processes_at_once(self, seeded, undisturbed):
        report = self.do(seeded, "twice")
        assert report["codes"] == [0, 0]
        self.assert_same(report, undisturbed)
