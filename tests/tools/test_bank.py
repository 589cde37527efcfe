"""The bank that SEPA is tried against: its answers to an order, and the server that gives them."""

import threading
from datetime import date
from decimal import Decimal

import bank
import pytest
import requests
from serve_bank import Bank

ORDER = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"><CstmrDrctDbtInitn>
<GrpHdr><MsgId>CN285-7</MsgId></GrpHdr>%s</CstmrDrctDbtInitn></Document>"""
LOT = """<PmtInf><PmtInfId>CN285-7-%(lot)s</PmtInfId><ReqdColltnDt>2026-01-15</ReqdColltnDt>
<CdtrAcct><Id><IBAN>FR7610107001011234567890129</IBAN></Id></CdtrAcct>%(debits)s</PmtInf>"""
DEBIT = """<DrctDbtTxInf><PmtId><EndToEndId>C%(n)s-1</EndToEndId></PmtId>
<InstdAmt Ccy="EUR">%(amount)s</InstdAmt><DrctDbtTx><MndtRltdInf><MndtId>RUM%(n)s</MndtId>
</MndtRltdInf></DrctDbtTx><Dbtr><Nm>Zoe &amp; %(n)s</Nm></Dbtr><DbtrAcct><Id>
<IBAN>%(iban)s</IBAN></Id></DbtrAcct></DrctDbtTxInf>"""
IBANS = ("FR7630006000011234567890189", "DE89370400440532013004")


def order():
    """Two lots of two debits: 10.00 and 20.50, one of each pair from an account ending in 04."""
    lots = []
    for lot in (1, 2):
        debits = "".join(
            DEBIT % {"n": 2 * lot + n, "amount": amount, "iban": iban}
            for n, (amount, iban) in enumerate(zip(("10.00", "20.50"), IBANS, strict=True))
        )
        lots.append(LOT % {"lot": lot, "debits": debits})
    return (ORDER % "".join(lots)).encode()


def test_orders():
    first, *others = bank.orders(order())
    assert len(others) == 3
    assert (first.message, first.lot, first.day) == ("CN285-7", "CN285-7-1", date(2026, 1, 15))
    assert (first.reference, first.amount) == ("C2-1", Decimal("10.00"))
    assert (first.name, first.mandate) == ("Zoe & 2", "RUM2")


def test_answers_are_the_same_each_time():
    content = order()
    codes = bank.reasons(content)
    assert codes == {"C3-1": "AM04", "C5-1": "AM04"}
    for answer in (
        lambda: bank.accepted(content),
        lambda: bank.rejected(content, codes),
        lambda: bank.credited(content, detailed=True),
        lambda: bank.returned(content, codes, fee=Decimal("5")),
    ):
        assert answer() == answer()


def test_the_credit_of_each_lot():
    told = bank.credited(order()).decode()
    assert told.count("<Ntry>") == 2 and told.count('<Amt Ccy="EUR">30.50</Amt>') == 2


@pytest.fixture
def served():
    with Bank(port=0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.url
        server.shutdown()
        thread.join()


def test_over_http(served):
    """Taken once; what is asked for comes back."""
    taken = requests.post(f"{served}/orders", data=order(), timeout=5)
    assert (taken.status_code, taken.json()) == (
        201, {"message": "CN285-7", "debits": 4, "total": "61.00"},
    )  # fmt: skip
    assert requests.post(f"{served}/orders", data=order(), timeout=5).status_code == 409
    assert requests.post(f"{served}/orders", data=b"no XML", timeout=5).status_code == 400
    back = requests.get(f"{served}/CN285-7/returned.xml?C2-1=MD01", timeout=5)
    assert back.text.count("<Ntry>") == 1 and "<Cd>MD01</Cd>" in back.text
    assert "ACCP" in requests.get(f"{served}/CN285-7/accepted.xml", timeout=5).text
    assert requests.get(f"{served}/CN285-8/accepted.xml", timeout=5).status_code == 404
    assert requests.get(f"{served}/", timeout=5).json() == {"messages": ["CN285-7"]}
