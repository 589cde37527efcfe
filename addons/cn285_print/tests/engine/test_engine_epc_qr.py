"""What QR codes ask banks to pay, by the lines of EPC069-12."""

import doctest
from decimal import Decimal

import pytest
from cn285_print_engine import epc_qr
from cn285_print_engine.epc_qr import Transfer, payload

IBAN = "FR7630006000011234567890189"


def lines(**values):
    values = {"name": "Cn285", "iban": IBAN, "amount": Decimal("120"), **values}
    return payload(Transfer(**values)).split("\n")


def test_the_lines_of_the_standard():
    """Service, version, characters, kind, BIC, name, account, amount, purpose, reference, text."""
    assert lines(bic="AGRIFRPP882", reference="INV/2026/00001") == [
        "BCD", "002", "1", "SCT", "AGRIFRPP882", "Cn285", IBAN, "EUR120.00", "", "",
        "INV/2026/00001",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "reference", ["RF18539007547034", "RF18 5390 0754 7034", "rf18 5390 0754 7034"]
)
def test_a_creditor_reference_stands_in_its_own_line(reference):
    """And nothing behind it: the two lines exclude one another."""
    assert lines(reference=reference)[8:] == ["", "RF18539007547034"]


def test_one_that_does_not_check_is_text():
    assert lines(reference="RF19 5390 0754 7034")[9:] == ["", "RF19 5390 0754 7034"]


@pytest.mark.parametrize(
    ("amount", "told"),
    [("0.01", "EUR0.01"), ("70", "EUR70.00"), ("1234.5", "EUR1234.50"),
     ("999999999.99", "EUR999999999.99")],
)  # fmt: skip
def test_amounts(amount, told):
    assert lines(amount=Decimal(amount))[7] == told


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "12.345", "1000000000", "NaN", "Infinity"])
def test_what_cannot_be_transferred(amount):
    assert lines(amount=Decimal(amount)) == [""]


@pytest.mark.parametrize(
    "iban",
    ["", "123456789", "FR7630006000011234567890188", "TN5910006035183598478831", "US00", "FR76 é"],
)
def test_no_account_of_the_area(iban):
    assert lines(iban=iban) == [""]


def test_what_is_written_otherwise_is_put_right():
    told = lines(
        name="  Société\nÉlan\r\n", iban="fr76 3000 6000 0112 3456 7890 189", bic="none at all"
    )
    assert told[4:7] == ["", "Société Élan", IBAN]
    assert lines(name=" \n ") == [""]


def test_nothing_is_longer_than_the_standard_allows():
    told = lines(name="x" * 99, reference="y" * 200)
    assert (len(told[5]), len(told[10])) == (70, 140)
    told = payload(Transfer("É" * 70, IBAN, Decimal("999999999.99"), "é" * 140, "AGRIFRPP882"))
    assert len(told.encode()) <= 331
    assert IBAN in told and "EUR999999999.99" in told


def test_no_line_behind_the_last():
    assert lines()[-1] == "EUR120.00"


def test_examples():
    assert doctest.testmod(epc_qr).failed == 0
