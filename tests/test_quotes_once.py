"""An accepted quotation is one contract, or changes one once: clicked twice, in two processes,
killed at any step.
"""

from pathlib import Path

from .once import Once


class TestQuotesOnce(Once):
    WORKER = Path(__file__).with_name("quote_worker.py")
    SAME = ("states", "activation", "contracts", "planned", "amended")

    def check(self, report):
        assert set(report["states"]) == {"sale"}
        assert set(report["activation"]) == {"done"}
        assert report["linked"], "each quotation has its one contract"
        assert len(report["contracts"]) == len(report["states"])
        assert all(report["planned"])
        assert len(report["amended"]) == 2
        for told in report["amended"]:
            assert told["state"] == ["sale", "done"]
            assert told["changes"] == [["quantity", "applied"], ["add_item", "applied"]]
            assert told["items"] == [7.0, 1.0]

    def test_two_processes_at_once(self, seeded, undisturbed):
        report = self.do(seeded, "twice")
        assert report["codes"] == [0, 0]
        self.assert_same(report, undisturbed)
