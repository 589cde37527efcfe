"""Orders to banks: valid by the ISO schemas, by the rules beyond them, and the same each time."""

from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from io import BytesIO

import pytest
from cn285_sepa_house.cn285_payment_sepa.engine import order_xml
from cn285_sepa_house.cn285_payment_sepa.engine.errors import SepaError
from cn285_sepa_house.cn285_payment_sepa.engine.mandate import Scheme
from cn285_sepa_house.cn285_payment_sepa.engine.order_xml import (
    write_direct_debits,
    write_transfers,
)
from cn285_sepa_house.cn285_payment_sepa.engine.orders import (
    Address,
    Debit,
    Mandate,
    OrderFile,
    Party,
    Transfer,
    lots_of_debits,
    lots_of_transfers,
)
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

CREDITOR = Party("Énergie & Réseaux // SARL", "FR76 3000 6000 0112 3456 7890 189", "AGRIFRPP")
DEBTOR = Party("Zoë Müller", "DE89370400440532013000")
SWISS = Party("Ürs AG", "CH9300762011623852957", address=Address("CH", "Zürich", "Bahnhofstr. 1"))
MADE = datetime(2026, 12, 1, 9, 30, 15, 123456)
DAY = date(2026, 12, 28)
SIGNED = date(2025, 1, 2)


def debit(reference="C17-1", amount="278.60", **values):
    values = {
        "day": DAY,
        "debtor": DEBTOR,
        "mandate": Mandate("RUM-1", SIGNED),
        "text": "INV/2026/00042",
    } | values
    return Debit(reference, Decimal(amount), **values)


def written(debits, form=order_xml.DIRECT_DEBIT[0], reference="SDD-7"):
    stream = BytesIO()
    lots = lots_of_debits(reference, debits)
    write_direct_debits(stream, OrderFile(reference, MADE, CREDITOR, lots, "FR72ZZZ123456"), form)
    return stream.getvalue()


def transferred(transfers, form=order_xml.TRANSFER[0], reference="SCT-7"):
    stream = BytesIO()
    lots = lots_of_transfers(reference, transfers)
    write_transfers(stream, OrderFile(reference, MADE, CREDITOR, lots), form)
    return stream.getvalue()


def schema_errors(content, form):
    schema = etree.XMLSchema(etree.parse(str(files("sepaxml") / "schemas" / f"{form}.xsd")))
    schema.validate(etree.fromstring(content))
    return [error.message for error in schema.error_log]


def texts(content, path):
    steps = "/".join(f"{{*}}{name}" for name in path.split("/"))
    return [element.text for element in etree.fromstring(content).findall(f".//{steps}")]


MIXED = [
    debit(),
    debit("C18-1", "0.01", debtor=SWISS),
    debit("C19-2", "999999999.99", mandate=Mandate("RUM-2", SIGNED, Scheme.B2B)),
    debit("C20-1", "5", mandate=Mandate("RUM-3", SIGNED, one_off=True)),
    debit("C21-1", "12.50", mandate=Mandate("RUM-4", SIGNED, account_changed=True)),
    debit("C22-1", "1.10", mandate=Mandate("RUM-5", SIGNED, former_reference="OLD/5"), text=""),
    debit("C23-1", "1", day=date(2026, 12, 29)),
]


@pytest.mark.parametrize("form", order_xml.DIRECT_DEBIT)
def test_direct_debits_are_valid(form):
    content = written(MIXED, form)
    assert schema_errors(content, form) == []
    assert texts(content, "GrpHdr/NbOfTxs") == ["7"]
    assert texts(content, "GrpHdr/CtrlSum") == ["1000000298.20"]
    assert texts(content, "GrpHdr/CreDtTm") == ["2026-12-01T09:30:15"]
    # B2B, CORE one-off, CORE recurrent on the 28th; CORE recurrent on the 29th.
    assert texts(content, "PmtInf/PmtInfId") == [f"SDD-7-{n}" for n in (1, 2, 3, 4)]
    assert texts(content, "LclInstrm/Cd") == ["B2B", "CORE", "CORE", "CORE"]
    assert texts(content, "SeqTp") == ["RCUR", "OOFF", "RCUR", "RCUR"]
    assert texts(content, "PmtInf/CtrlSum") == ["999999999.99", "5.00", "292.21", "1.00"]
    assert texts(content, "PmtInf/ReqdColltnDt")[-1] == "2026-12-29"
    assert texts(content, "CdtrSchmeId/Id/PrvtId/Othr/Id") == ["FR72ZZZ123456"] * 4


@pytest.mark.parametrize("form", order_xml.TRANSFER)
def test_transfers_are_valid(form):
    content = transferred(
        [
            Transfer("R5-1", Decimal("59.90"), DAY, DEBTOR, "Avoir RINV/2026/3"),
            Transfer("R6-1", Decimal("10.00"), date(2026, 12, 30), SWISS),
        ],
        form,
    )
    assert schema_errors(content, form) == []
    assert texts(content, "GrpHdr/CtrlSum") == ["69.90"]
    assert texts(content, "RmtInf/Ustrd") == ["Avoir RINV/2026/3"]


def test_the_same_each_time():
    assert written(MIXED) == written(list(reversed(MIXED)))


def test_what_the_schema_does_not_see():
    content = written(MIXED)
    # Names without accents; an address only outside the EEA, with its town and country.
    assert "Energie + Reseaux / SARL" in texts(content, "Cdtr/Nm")
    assert len(texts(content, "PstlAdr/TwnNm")) == 1
    assert texts(content, "PstlAdr/Ctry") == ["CH"]
    assert not texts(content, "AdrLine")
    # A changed account is told once, by the one that changed.
    assert texts(content, "OrgnlDbtrAcct/Id/Othr/Id") == ["SMNDA"]
    assert texts(content, "OrgnlMndtId") == ["OLD/5"]
    assert texts(content, "AmdmntInd") == ["true", "true"]


@pytest.mark.parametrize(
    ("debits", "code"),
    [
        ([], "nothing_to_order"),
        ([debit(), debit()], "doubled_reference"),
        ([debit("C17/")], "bad_reference"),
        ([debit("a//b")], "bad_reference"),
        ([debit("é")], "bad_reference"),
        ([debit("x" * 36)], "bad_reference"),
        ([debit(amount="0")], "bad_amount"),
        ([debit(amount="-5")], "bad_amount"),
        ([debit(amount="1.005")], "bad_amount"),
        ([debit(amount="1000000000")], "bad_amount"),
        ([debit(amount="NaN")], "bad_amount"),
        ([debit(debtor=Party("A", "DE88370400440532013000"))], "bad_iban"),
        ([debit(debtor=Party("A", "BR1500000000000010932840814P2"))], "not_sepa"),
        ([debit(debtor=Party("A", "DE89370400440532013000", "NOBIC"))], "bad_bic"),
        ([debit(debtor=Party("A", "CH9300762011623852957"))], "address_needed"),
        ([debit(debtor=Party("…", "DE89370400440532013000"))], "no_name"),
        ([debit(mandate=Mandate("RUM/", SIGNED))], "bad_reference"),
    ],
)
def test_refused(debits, code):
    with pytest.raises(SepaError) as refused:
        lots_of_debits("SDD-7", debits)
    assert refused.value.code == code


def test_references_of_lots_fit():
    with pytest.raises(SepaError):
        written([debit()], reference="x" * 31)


CENTS = st.integers(1, 10**7).map(lambda cents: Decimal(cents) / 100)
NAMES = st.text(min_size=1, max_size=80).map(lambda text: "A" + text)


@given(st.lists(st.tuples(CENTS, NAMES, NAMES, st.booleans()), min_size=1, max_size=8))
def test_any_names(rows):
    """Whatever customers are called, the file is valid and its sums are right."""
    debits = [
        debit(
            f"C{number}-1",
            amount,
            debtor=Party(name, "DE89370400440532013000"),
            mandate=Mandate(f"RUM-{number}", SIGNED, Scheme.B2B if firm else Scheme.CORE),
            text=text,
        )
        for number, (amount, name, text, firm) in enumerate(rows)
    ]
    content = written(debits)
    assert schema_errors(content, order_xml.DIRECT_DEBIT[0]) == []
    amounts = sum(map(Decimal, texts(content, "InstdAmt")))
    assert texts(content, "GrpHdr/CtrlSum") == [f"{amounts:.2f}"]
    assert amounts == sum(row[0] for row in rows)
