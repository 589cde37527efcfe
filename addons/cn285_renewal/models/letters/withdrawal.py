from odoo.tools import LazyTranslate, format_date

from .base import LetterKind, Parts
from .termination import ENDING_BLOCKS, ENDING_WORDS, ending_parts

_lt = LazyTranslate(__name__)


class WithdrawalLetter(LetterKind):
    """Acknowledges a withdrawal, with its content, and the day and time of its receipt."""

    name = "withdrawal"
    label = _lt("Acknowledgement of a Withdrawal")
    words = {
        **ENDING_WORDS,
        "consequence": _lt("what becomes of the contract, or of the item"),
        "refund": _lt("what is refunded by when, where something was paid"),
    }
    blocks = ENDING_BLOCKS
    required = ("received", "declaration")
    model = "cn285.contract.change"
    domain = (("type", "=", "withdraw"), ("state", "=", "applied"))

    def parts(self, record):
        words, blocks = ending_parts(record)
        return Parts(
            {**words, "consequence": record._consequence(), "refund": self._refund(record)},
            blocks,
        )

    def _refund(self, change):
        if not change.refund_amount or not change.contract_id._portal_shows_prices():
            return ""
        return change.env._(
            "What you have paid, %(amount)s, is refunded by %(refund_by)s.",
            amount=change.currency_id.format(change.refund_amount),
            refund_by=format_date(change.env, change.date_refund_due),
        )
