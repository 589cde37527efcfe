"""Nobody is debited twice: files, settlement and the bank's word, at once, or killed anywhere."""

from pathlib import Path

from .once import Once


class TestSepaOnce(Once):
    """Twelve debits of which four come back."""

    WORKER = Path(__file__).with_name("sepa_worker.py")
    SAME = ("executed", "booked", "returned", "states", "open", "lines")

    def check(self, report):
        assert report["twice"] == 0, "the bank executed each debit once"
        assert report["executed"] == report["booked"], "its books are ours, to the cent"
        assert report["unsettled"] == 0
        assert float(report["unbalanced"]) == 0

    def test_a_month(self, undisturbed):
        assert undisturbed["states"] == {"settled": 8, "returned": 4}
        assert undisturbed["lines"] == {"lot done": 1, "return done": 4}
        assert len(undisturbed["executed"]) == 12

    def test_two_processes_at_once(self, seeded, undisturbed):
        report = self.do(seeded, "twice")
        assert report["codes"] == [0, 0]
        assert sum(report["files"].values()) >= 1
        # Two files share the debits where both were there first: so may the lots.
        report["lines"].pop("lot done")
        expected = {**undisturbed, "lines": {"return done": 4}}
        self.assert_same(report, expected)

    def test_given_and_made_anew_at_once(self, seeded):
        """One of them: given and ordered, or withdrawn and waiting."""
        report = self.do(seeded, "clerks")
        assert report["codes"] == [0, 0]
        assert (report["files"], report["states"]) in (
            ({"sent": 1}, {"ordered": 12}),
            ({"withdrawn": 1}, {"waiting": 12}),
        )
