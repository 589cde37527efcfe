"""Why what is due here is not what was billed there."""

from decimal import Decimal

import pytest
from cn285_engine.comparing import Due, compare

FEE, SEAT = Due("fee", Decimal("100")), Due("seat", Decimal("12.50"))
OLD = Due("fee of 2024", Decimal("100"), late=True)


@pytest.mark.parametrize(
    ("there", "rows", "code", "difference", "texts"),
    [
        ("112.50", [FEE, SEAT], "agrees", "0", ()),
        (None, [], "agrees", "0", ()),
        ("112.52", [FEE, SEAT], "cents", "-0.02", ()),
        ("135", [FEE, SEAT], "with_tax", "-22.50", ()),
        ("100", [FEE, SEAT], "row", "12.50", ("seat",)),
        ("100", [FEE, OLD, OLD], "late", "200", ("fee of 2024", "fee of 2024")),
        (None, [FEE], "nothing_there", "100", ()),
        ("100", [], "nothing_here", "-100", ()),
        ("80", [FEE], "other", "20", ()),
    ],
)
def test_reasons(there, rows, code, difference, texts):
    here = sum((row.amount for row in rows), start=Decimal(0))
    found = compare(there and Decimal(there), rows, here * Decimal("1.2"))
    assert (found.code, found.difference, found.texts) == (code, Decimal(difference), texts)


def test_tolerance():
    assert compare(Decimal("99.99"), [FEE], Decimal(120), Decimal("0.01")).code == "agrees"
