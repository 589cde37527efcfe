"""The FEC layout: what is written is in order, and what is not in order is found."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from cn285_revrec_house.cn285_revrec.engine.fec import (
    COLUMNS,
    harmless,
    of_odoo,
    problems,
    text,
)

DAY = date(2026, 1, 31)


def row(debit="0", credit="0", **values):
    filled = {
        "JournalCode": "RVREC",
        "JournalLib": "Revenue",
        "EcritureNum": "RVREC/2026/01/0001",
        "EcritureDate": DAY,
        "CompteNum": "487000",
        "CompteLib": "Deferred",
        "PieceRef": "January",
        "PieceDate": DAY,
        "EcritureLib": "Revenue\tof | January\n",
        "Debit": Decimal(debit),
        "Credit": Decimal(credit),
        "ValidDate": DAY,
        **values,
    }
    return [filled.get(name) for name in COLUMNS]


@pytest.mark.parametrize("separator", ["\t", "|"])
def test_a_balanced_entry(separator):
    content = text([row(debit="101.9"), row(credit="101.9")], separator)
    assert problems(content) == []
    header, first, _second = content.splitlines()
    assert len(header.split(separator)) == 18
    cells = dict(zip(COLUMNS, first.split(separator), strict=True))
    assert cells["EcritureDate"] == "20260131"
    assert cells["Debit"] == "101,90"
    assert separator not in cells["EcritureLib"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"CompteNum": ""}, "CompteNum is empty"),
        ({"EcritureDate": "2026-01-31"}, "no date"),
        ({"PieceDate": "20260231"}, "no date"),
        ({"Montantdevise": "12.50"}, "no amount"),
        ({"EcritureLet": "A"}, "lettering"),
        ({"Debit": Decimal(5), "Credit": Decimal(5)}, "both debit and credit"),
        ({"Debit": Decimal(5)}, "out of balance by 5.00"),
    ],
)
def test_what_breaks_the_rules_is_found(change, problem):
    content = text([row(**change)])
    assert any(problem in found for found in problems(content)), problems(content)


def test_opening_balances_are_left_out():
    body = text([row(debit="1"), row(credit="1")], "|")
    header, rest = body.split("\r\n", 1)
    opening = "OUV|Balance initiale|OUVERTURE/2026|20260101|487000|Deferred" + "|" * 12
    # Odoo's file ends without a line break.
    assert of_odoo("\r\n".join([header, opening, rest.rstrip("\r\n")])) == body


def test_an_entry_without_reference_refers_to_itself():
    """Odoo writes a hyphen; what the law asks for is the piece that justifies the entry."""
    made = text([row(debit="1", PieceRef="-"), row(credit="1", PieceRef="BC-1")], "|")
    first, second = [line.split("|") for line in of_odoo(made).splitlines()[1:]]
    place = COLUMNS.index("PieceRef")
    assert (first[place], second[place]) == ("RVREC/2026/01/0001", "BC-1")


def test_another_header_or_width():
    assert problems("") == ["the header is not that of the layout"]
    assert problems("\t".join(COLUMNS[:17])) == ["the header is not that of the layout"]
    assert problems(text([row()[:17]])) == ["line 2 has 17 columns"]


def test_free_texts_are_no_formulas_and_figures_stay():
    cells = row(credit="12.50", EcritureLib="=HYPERLINK(1)", CompAuxLib="@x", PieceRef="-7")
    made = harmless(text([cells, row(debit="12.50")]))
    assert problems(made) == []
    line = dict(zip(COLUMNS, made.split("\r\n")[1].split("\t"), strict=True))
    assert (line["EcritureLib"], line["CompAuxLib"]) == ("'=HYPERLINK(1)", "'@x")
    assert (line["PieceRef"], line["Credit"]) == ("-7", "12,50")


# All that ends a line for Python, for a spreadsheet or for a terminal, and both separators.
BREAKS = "\t\n\r\x00\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029|"
TEXTS = (
    "JournalCode", "JournalLib", "EcritureNum", "CompteNum", "CompteLib", "CompAuxNum",
    "CompAuxLib", "PieceRef", "EcritureLib", "EcritureLet", "Idevise",
)  # fmt: skip


@pytest.mark.parametrize("separator", ["\t", "|"])
@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("sign", BREAKS, ids=ascii)
def test_no_field_breaks_a_line(separator, name, sign):
    more = {"DateLet": DAY} if name == "EcritureLet" else {}
    content = text([row(**{name: f"one{sign}two", **more})], separator)
    _header, line = content.splitlines()
    assert dict(zip(COLUMNS, line.split(separator), strict=True))[name] == "one two"
    assert problems(content) == []


def test_a_label_of_breaks_alone_is_not_empty():
    assert problems(text([row(EcritureLib="\u2028\x0b")])) == []


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0.005", "0,01"),
        ("0.015", "0,02"),
        ("2.675", "2,68"),
        ("-0.125", "-0,13"),
        ("1.004", "1,00"),
    ],
)
def test_half_cents_are_rounded_away_from_zero(amount, written):
    content = text([row(Montantdevise=Decimal(amount), Idevise="TND")])
    assert content.splitlines()[1].split("\t")[16] == written


def test_what_odoo_puts_into_quotes():
    """Its export writes CSV: a break that it keeps, or a quotation mark, comes in quotes."""
    buffer = io.StringIO()
    label = 'Say "hello"\u2028and\x0bgood\x85bye'
    cells = ["20260131" if value == DAY else str(value or "") for value in row(EcritureLib=label)]
    cells[COLUMNS.index("CompAuxNum")] = "C1\nC2"
    csv.writer(buffer, delimiter="|", lineterminator="\r\n").writerows([COLUMNS, cells])
    _header, line = of_odoo(buffer.getvalue()[:-2]).splitlines()
    found = dict(zip(COLUMNS, line.split("|"), strict=True))
    assert found["EcritureLib"] == 'Say "hello" and good bye'
    assert found["CompAuxNum"] == "C1 C2"
