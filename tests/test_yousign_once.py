"""Signed at Yousign, each takes effect once: two workers at once, or killed at any step.

Real processes, real sockets: contracts and a change are sent, signed, declined, let expire and
cancelled there; messages come doubled and backwards.
"""

from pathlib import Path

from .once import Once


class TestYousignOnce(Once):
    WORKER = Path(__file__).with_name("yousign_worker.py")
    SAME = ("requests", "there", "contracts", "documents", "rows", "mails", "price", "kinds")

    def check(self, report):
        assert report["created"] == report["activated"] == 7, "one request at Yousign for each"
        assert not any(report["logs"]), "the chain of each log is whole"
        assert report["events"] == report["told"] > 10
        assert report["events_open"] == 0

    def test_what_becomes_of_each(self, undisturbed):
        assert undisturbed["requests"] == [
            ["changes", "signed", True],
            ["signs", "signed", True],
            ["signs.too", "signed", True],
            ["declines", "declined", False],
            ["expires", "expired", False],
            ["cancels", "cancelled", False],
            ["waits", "sent", False],
        ]
        active = {name for name, state in undisturbed["contracts"].items() if state == "active"}
        assert active == {"changes", "signs", "signs.too"}
        assert undisturbed["price"] == 120.0
        assert undisturbed["documents"]["signs"] == ["contract"] * 2 + ["evidence"] * 2

    def test_two_processes_at_once(self, seeded, undisturbed):
        report = self.do(seeded, "twice")
        assert report["codes"] == [0, 0]
        self.assert_same(report, undisturbed)

    def test_killed_whenever_yousign_has_done_something(self, seeded, undisturbed):
        """Between what was done there and what is known of it here."""
        report = self.do(seeded, "acts")
        assert report["killed"] >= 20
        assert report["codes"] == [0]
        self.assert_same(report, undisturbed)
