"""A quotation that is paid: one contract, one paid invoice; told twice, two at once, killed."""

from pathlib import Path

from .once import Once


class TestQuotesPaidOnce(Once):
    WORKER = Path(__file__).with_name("quote_paid_worker.py")
    SAME = ("states", "activation", "amounts", "invoices")

    def check(self, report):
        assert set(report["states"]) == {"sale"}
        assert set(report["activation"]) == {"done"}
        assert report["linked"], "each quotation has its one contract"
        assert len(report["contracts"]) == len(report["states"])
        assert report["charges"] == report["booked"], "the bank's books are ours, to the cent"
        assert {len(moves) for moves in report["invoices"]} == {1}, "one invoice each"
        assert report["open"] == 0, "all that was billed is paid"
        assert report["left"] == 0, "all that was paid is used"

    def test_two_processes_at_once(self, seeded, undisturbed):
        """The customer's return and the provider's event, at once."""
        report = self.do(seeded, "twice")
        assert report["codes"] == [0, 0]
        self.assert_same(report, undisturbed)
