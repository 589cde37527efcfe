"""Invariant "once" of wallets: two that draw at once never take more than there is."""

from pathlib import Path

from .once import Once


class TestWalletOnce(Once):
    """Eight open invoices of 60.00, and 250.00 in two lots."""

    WORKER = Path(__file__).with_name("wallet_worker.py")
    SAME = ("balance", "rests", "drawn", "books", "open")

    def check(self, report):
        assert report["least"] >= 0
        assert report["balance"] == report["rests"] == report["books"]

    def test_all_is_drawn(self, undisturbed):
        assert (undisturbed["balance"], undisturbed["drawn"]) == ("0.00", "250.00")
        assert undisturbed["open"] == "230.00"

    def test_two_draw_at_once(self, seeded, undisturbed):
        report = self.do(seeded, "draw")
        assert report["codes"] == [0, 0]
        self.assert_same(report, undisturbed)

    def test_two_redeem_at_once(self, seeded):
        """A pass for three contracts is redeemed by three of eight."""
        report = self.do(seeded, "redeem")
        assert report["codes"] == [0, 0]
        assert report["redeemed"] == [3, 3]
        assert report["discounts"] == 3
