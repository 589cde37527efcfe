from odoo.tools import LazyTranslate

from ...report.letter_pdf import Facts
from .base import LetterKind, Parts

_lt = LazyTranslate(__name__)

# Of every letter about a change that ends a contract.
ENDING_WORDS = {
    "company": _lt("name of the company"),
    "customer": _lt("name of the customer"),
    "contract": _lt("number of the contract"),
    "received": _lt("day and time at which it was received"),
}
ENDING_BLOCKS = {"declaration": _lt("what the customer declared")}


def ending_parts(change):
    """What stands for the placeholders of :data:`ENDING_WORDS` and :data:`ENDING_BLOCKS`."""
    words = {
        "company": change.company_id.name,
        "customer": change.partner_id.name or "",
        "contract": change.contract_id.name,
        "received": change._received_text(),
    }
    return Parts(words, {"declaration": [Facts(change._declaration_facts())]})


class TerminationLetter(LetterKind):
    """Confirms a termination, with its last day and its effects."""

    name = "termination"
    label = _lt("Confirmation of a Termination")
    words = {**ENDING_WORDS, "last_day": _lt("last day of the contract")}
    blocks = {**ENDING_BLOCKS, "effects": _lt("effects, with refund and fee")}
    required = ("received", "declaration", "effects")
    required_in_box = ("last_day",)
    model = "cn285.contract.change"
    domain = (("type", "=", "terminate"), ("state", "in", ("scheduled", "applied")))

    def parts(self, record):
        words, blocks = ending_parts(record)
        return Parts(
            {**words, "last_day": record._end_text()}, {**blocks, "effects": record._effects()}
        )
