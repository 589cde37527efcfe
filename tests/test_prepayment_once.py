"""One activation, one invoice, one payment: told twice, two at once, killed at any step."""

from pathlib import Path

from .once import Once


class TestPrepaymentOnce(Once):
    WORKER = Path(__file__).with_name("prepayment_worker.py")
    SAME = ("charges", "booked", "states", "active")

    def check(self, report):
        assert report["charges"] == report["booked"], "the bank's books are ours, to the cent"
        assert len(report["invoices"]) == report["active"], "one invoice each"
        assert report["payments"] == report["active"], "one payment each"
        assert set(report["states"]) <= {"done", "open"}, "refused means wait, all else is done"
        assert report["open"] == 0, "all that was billed is paid"
        assert report["left"] == 0, "all that was paid is used"

    def test_there_is_enough_to_start(self, undisturbed):
        assert undisturbed["active"] == 3, "one of four is refused"

    def test_two_processes_at_once(self, seeded, undisturbed):
        report = self.do(seeded, "twice")
        assert report["codes"] == [0, 0]
        self.assert_same(report, undisturbed)
