"""From the lines that a SmartCode returns to a rating, and what a replay needs to be told."""

import base64
import hashlib
import json
import zlib
from collections.abc import Sequence
from decimal import Decimal

from ...cn285_contract.engine.money import CENT, round_money
from .exact import EXACT, ZERO
from .rating import RatedLine, Rating
from .smartcode_contract import MacroInputs, MacroLine, decode, encode


def rate_macro(lines: Sequence[MacroLine], quantity: Decimal, rounding: Decimal = CENT) -> Rating:
    """Return the rating that a macro's lines make: each is rounded by itself, as on an invoice.

    A line is ``macro`` where it has a unit price, else ``macro_amount``; its label is the ``key``.
    ``quantity`` is what was used.
    """
    rated = []
    for line in lines:
        amount = round_money(line.exact, rounding)
        if line.amount is None:
            figures = ("macro", line.quantity, line.unit_price, ZERO)
        else:
            figures = ("macro_amount", line.quantity or ZERO, ZERO, line.amount)
        rated.append(RatedLine(*figures, amount, key=line.label))
    unrounded, amount = ZERO, round_money(0, rounding)
    for line in rated:
        unrounded = EXACT.add(unrounded, line.exact)
        amount = EXACT.add(amount, line.amount)
    return Rating(quantity, unrounded, amount, tuple(rated))


def pack_inputs(inputs: MacroInputs) -> tuple[str, str]:
    """Return inputs as a short text that :func:`unpack_inputs` reads, and their SHA-256.

    The same inputs give the same digest.
    """
    text = json.dumps(encode(inputs), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    data = text.encode()
    return base64.b64encode(zlib.compress(data)).decode(), hashlib.sha256(data).hexdigest()


def unpack_inputs(packed: str) -> MacroInputs:
    """Return the inputs that :func:`pack_inputs` was given."""
    return decode(json.loads(zlib.decompress(base64.b64decode(packed))))
