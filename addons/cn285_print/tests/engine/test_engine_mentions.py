"""Which sentences stand on an invoice, without Odoo."""

from dataclasses import replace
from decimal import Decimal

import pytest
from cn285_print_engine.mentions import (
    Case,
    Category,
    LineTax,
    Mention,
    category,
    mentions,
    siren,
    siren_of_vat,
    siret,
)

TWENTY = LineTax(Decimal(20), is_service=True, on_payment=True)
ZERO = LineTax(Decimal(0), is_service=True)
HOME = Case("FR", True, "FR", False, True, True, taxes=(TWENTY,))
LATE = (Mention.NO_DISCOUNT, Mention.PENALTIES, Mention.INDEMNITY)


def abroad(country, service=True, union=False, number=True):
    tax = replace(ZERO, is_service=service)
    return replace(
        HOME,
        buyer_country=country,
        buyer_in_union=union,
        buyer_has_vat_number=number,
        taxes=(tax,),
    )


# Who buys makes the document out: whether the seller opted for debits, it does not know.
SELF_BILLED = replace(HOME, by_buyer=True)
CASES = [
    (SELF_BILLED, (Mention.ON_RECEIPTS, *LATE)),
    (replace(SELF_BILLED, taxes=(replace(TWENTY, on_payment=False),)), LATE),
    (replace(SELF_BILLED, seller_country="DE"), (Mention.REVERSE_CHARGE,)),
    (replace(SELF_BILLED, seller_country="DE", buyer_country="BE"), ()),
    (
        replace(SELF_BILLED, seller_has_vat_number=False, taxes=(), untaxed=True),
        (Mention.NO_VAT, *LATE),
    ),
    (HOME, (Mention.ON_RECEIPTS, *LATE)),
    (replace(HOME, taxes=(replace(TWENTY, on_payment=False),)), (Mention.ON_DEBITS, *LATE)),
    # Tax on goods is due on delivery: there is no option to tell of.
    (replace(HOME, taxes=(replace(TWENTY, is_service=False, on_payment=False),)), LATE),
    (replace(HOME, is_professional=False), (Mention.ON_RECEIPTS,)),
    (replace(HOME, has_discount=True), (Mention.ON_RECEIPTS, *LATE[1:])),
    (replace(HOME, is_credit=True), (Mention.ON_RECEIPTS,)),
    (abroad("DE", union=True), (Mention.REVERSE_CHARGE, *LATE)),
    (abroad("DE", union=True, service=False), (Mention.GOODS_TO_UNION, *LATE)),
    (abroad("DE", union=True, number=False), LATE),
    (abroad("CH"), (Mention.SERVICE_ABROAD, *LATE)),
    (abroad("US", service=False), (Mention.GOODS_EXPORTED, *LATE)),
    # A rate of zero at home is the tax's own matter.
    (replace(HOME, taxes=(ZERO,)), LATE),
    (replace(HOME, taxes=(), untaxed=True, seller_has_vat_number=False), (Mention.NO_VAT, *LATE)),
    (replace(HOME, taxes=(), untaxed=True), LATE),
    # Two taxes of one kind: the sentence stands once.
    (replace(HOME, taxes=(TWENTY, TWENTY)), (Mention.ON_RECEIPTS, *LATE)),
    (replace(HOME, seller_country="GP"), (Mention.ON_RECEIPTS, *LATE)),
    # Of other countries' laws nothing is known.
    (replace(HOME, seller_country="DE"), ()),
]


@pytest.mark.parametrize("case, expected", CASES)
def test_mentions(case, expected):
    assert mentions(case) == expected


@pytest.mark.parametrize(
    "kinds, expected",
    [
        ([], None),
        ([True], Category.SERVICES),
        ([False, False], Category.GOODS),
        ([True, False], Category.MIXED),
    ],
)
def test_category(kinds, expected):
    assert category(kinds) == expected


@pytest.mark.parametrize(
    "number, expected_siren, expected_siret",
    [
        ("99912345600012", "999 123 456", "999 123 456 00012"),
        ("999123456", "999 123 456", ""),
        ("999 123 456 00012", "999 123 456", "999 123 456 00012"),
        ("12345", "", ""),
        ("RCS 999", "", ""),
        ("", "", ""),
    ],
)
def test_numbers_of_the_register(number, expected_siren, expected_siret):
    assert (siren(number), siret(number)) == (expected_siren, expected_siret)


def test_siren_in_a_vat_number():
    assert siren_of_vat("FR 12 999123456") == "999 123 456"
    assert siren_of_vat("DE136695976") == ""
    assert siren_of_vat("") == ""
