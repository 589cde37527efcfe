"""What is signed takes effect once, and is sealed once: at once, clicked twice, or killed."""

from pathlib import Path

from .once import Once


class TestSignOnce(Once):
    """Three contracts and two changes, each signed by its customer and the company."""

    WORKER = Path(__file__).with_name("sign_worker.py")
    SAME = ("contracts", "rows", "changes", "requests", "papers", "log", "done_mails")

    def check(self, report):
        assert report["rows_twice"] == 0, "no period is planned twice"
        assert report["filed_twice"] == 0
        assert report["broken"] == [], "each log is a whole chain"

    def test_what_comes_out(self, undisturbed):
        assert undisturbed["contracts"] == ["active"] * 5
        assert undisturbed["changes"] == ["scheduled"] * 2
        assert undisturbed["requests"] == [["signed", True, "bb", False]] * 5
        assert undisturbed["log"] == {"sent": 5, "signed": 10, "completed": 5, "sealed": 5}
        assert undisturbed["done_mails"] == 10

    def test_everybody_clicks_twice_at_once(self, seeded, undisturbed):
        """The same signers, completions and sealing jobs in two processes."""
        report = self.do(seeded, "twice")
        assert report["codes"] == [0, 0]
        self.assert_same(report, undisturbed)

    def test_two_signers_at_once(self, seeded, undisturbed):
        report = self.do(seeded, "both")
        assert report["codes"] == [0, 0]
        self.assert_same(report, undisturbed)

    def test_two_note_at_once(self, seeded):
        """Who has read the log before another wrote to it writes nothing that does not fit."""
        report = self.do(seeded, "stale")
        assert report["refused"] == 1
        assert report["broken"] == []
