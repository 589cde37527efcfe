"""What banks tell, read: statements, notifications, returns and status reports."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from cn285_sepa_house.cn285_payment_sepa.engine.bank_files import (
    is_status,
    read_entries,
    read_status,
)
from cn285_sepa_house.cn285_payment_sepa.engine.errors import SepaError
from hypothesis import given
from hypothesis import strategies as st

IBAN = "FR7630006000011234567890189"


def camt(entries, version="camt.054.001.08", message="BkToCstmrDbtCdtNtfctn", kind="Ntfctn"):
    return (
        f'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}">'
        f"<{message}><GrpHdr><MsgId>B1</MsgId></GrpHdr><{kind}><Id>2026-12-30/1</Id>"
        f"<Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>{entries}</{kind}></{message}></Document>"
    ).encode()


def entry(amount, side, details="", more="", reference="BR1"):
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        "<BookgDt><Dt>2026-12-30</Dt></BookgDt><ValDt><Dt>2026-12-28</Dt></ValDt>"
        f"<AcctSvcrRef>{reference}</AcctSvcrRef>{more}{details}</Ntry>"
    )


RETURN = """<NtryDtls><TxDtls><Refs><EndToEndId>C17-1</EndToEndId><MndtId>RUM-1</MndtId></Refs>
<Amt Ccy="EUR">285.60</Amt><AmtDtls><InstdAmt><Amt Ccy="EUR">278.60</Amt></InstdAmt></AmtDtls>
<Chrgs><Rcrd><Amt Ccy="EUR">5.00</Amt></Rcrd><Rcrd><Amt Ccy="EUR">2.00</Amt></Rcrd></Chrgs>
<RltdPties><Dbtr><Pty><Nm>Zoe  Muller</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000
</IBAN></Id></DbtrAcct></RltdPties>
<RtrInf><Rsn><Cd>AM04</Cd></Rsn><AddtlInf>no funds</AddtlInf></RtrInf></TxDtls></NtryDtls>"""


def read(content):
    return list(read_entries(BytesIO(content)))


def test_a_return():
    (found,) = read(camt(entry("285.60", "DBIT", RETURN)))
    (payment,) = found.transactions
    assert found.amount == Decimal("-285.60") and found.account == IBAN and found.returns
    assert (found.day, found.value_day) == (date(2026, 12, 30), date(2026, 12, 28))
    assert (payment.end_to_end_id, payment.mandate) == ("C17-1", "RUM-1")
    assert (payment.return_code, payment.return_text) == ("AM04", "no funds")
    assert (payment.original, payment.fee) == (Decimal("278.60"), Decimal("7.00"))
    assert (payment.name, payment.iban) == ("Zoe Muller", "DE89370400440532013000")


def test_the_older_form():
    """Version 02: amounts in their details, a plain status, parties without a layer."""
    details = (
        "<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><AmtDtls><TxAmt>"
        '<Amt Ccy="EUR">120.00</Amt></TxAmt></AmtDtls><RltdPties><Dbtr><Nm>Alice</Nm></Dbtr>'
        "</RltdPties><RmtInf><Ustrd>INV/2026/00001</Ustrd><Strd><CdtrRefInf><Ref>RF18539</Ref>"
        "</CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls>"
    )
    content = camt(
        entry("120.00", "CRDT", details).replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>PDNG</Sts>"),
        "camt.053.001.02", "BkToCstmrStmt", "Stmt",
    )  # fmt: skip
    (found,) = read(content)
    (payment,) = found.transactions
    assert not found.booked and not found.returns
    assert payment.amount == Decimal("120.00") and payment.end_to_end_id == ""
    assert payment.name == "Alice" and payment.text == "INV/2026/00001 RF18539"


def test_a_batch_that_is_not_detailed():
    more = "<NtryDtls><Btch><PmtInfId>SDD-7-1</PmtInfId><NbOfTxs>120</NbOfTxs></Btch></NtryDtls>"
    (found,) = read(camt(entry("33432.00", "CRDT", more)))
    assert (found.lot, found.count, found.transactions) == ("SDD-7-1", 120, ())


def test_one_payment_takes_the_amount_of_its_entry():
    details = "<NtryDtls><TxDtls><Refs><EndToEndId>R5</EndToEndId></Refs></TxDtls></NtryDtls>"
    (found,) = read(camt(entry("59.90", "DBIT", details)))
    assert found.transactions[0].amount == Decimal("-59.90")


def test_keys_tell_entries_apart():
    both = camt(entry("1.00", "CRDT", reference="A") + entry("1.00", "CRDT", reference="B"))
    assert len({found.key for found in read(both)}) == 2
    bare = entry("1.00", "CRDT").replace("<AcctSvcrRef>BR1</AcctSvcrRef>", "")
    assert len({found.key for found in read(camt(bare + bare))}) == 2
    assert [e.key for e in read(both)] == [e.key for e in read(both)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b"<Document><Other/></Document>",
        b"<Document>&x;</Document>",
        camt(entry("1.00", "CRDT"))[:-20],
        camt(entry("1.00", "CRDT")).replace(b"</Ntry>", b"</Ntri>"),
    ],
)
def test_what_is_no_statement(content):
    with pytest.raises(SepaError):
        read(content)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (entry("1,00", "CRDT"), "no_such_amount"),
        (entry("-1.00", "CRDT"), "no_such_amount"),
        (entry("1e9", "CRDT"), "no_such_amount"),
        (entry("", "CRDT"), "no_such_amount"),
        (entry("NaN", "CRDT"), "no_such_amount"),
        (entry("1.00", "CRDT").replace('<Amt Ccy="EUR">1.00</Amt>', ""), "no_amount"),
        (entry("1.00", ""), "no_side"),
        (entry("1.00", "CREDIT"), "no_side"),
        (entry("1.00", "CRDT").replace("2026-12-30", "30/12/2026"), "no_such_date"),
        (entry("1.00", "CRDT").replace("2026-12-28", "2026-02-30"), "no_such_date"),
        ("<Ntry/>", "no_side"),
        (entry("&e;", "CRDT"), "no_such_amount"),
    ],
)
def test_an_entry_that_cannot_be_read_keeps_no_other(bad, code):
    """Those before and behind it are read; its place is told, the same each time."""
    content = camt(
        entry("1.00", "CRDT", reference="A") + bad + entry("2.00", "DBIT", reference="B")
    )
    found = read(content)
    assert [one.amount for one in found] == [Decimal(1), Decimal(0), Decimal(-2)]
    assert [one.problem and one.problem.code for one in found] == [None, code, None]
    assert found[1].key == read(content)[1].key
    assert len({one.key for one in found}) == 3


def test_a_payment_of_a_batch_that_cannot_be_read():
    parts = "".join(
        f"<TxDtls><Refs><EndToEndId>C{number}-1</EndToEndId></Refs>{amount}</TxDtls>"
        for number, amount in enumerate(
            ['<Amt Ccy="EUR">1.00</Amt>', "", '<Amt Ccy="EUR">x</Amt>', '<Amt Ccy="EUR">3.00</Amt>']
        )
    )
    (found,) = read(camt(entry("9.00", "DBIT", f"<NtryDtls>{parts}</NtryDtls>")))
    assert found.problem is None
    assert [one.amount for one in found.transactions] == [-1, 0, 0, -3]
    assert [one.problem and one.problem.code for one in found.transactions] == [
        None, "no_amount", "no_such_amount", None,
    ]  # fmt: skip
    assert found.transactions[1].end_to_end_id == "C1-1"


def test_payments_in_several_details():
    """Each with its own: a batch's payments are found wherever they stand."""
    one = '<NtryDtls><TxDtls><Amt Ccy="EUR">1.00</Amt></TxDtls></NtryDtls>'
    batch = "<NtryDtls><Btch><PmtInfId>L-1</PmtInfId><NbOfTxs>2</NbOfTxs></Btch></NtryDtls>"
    (found,) = read(camt(entry("2.00", "CRDT", one + one + batch)))
    assert (len(found.transactions), found.lot, found.count) == (2, "L-1", 2)


def test_reversals_and_days():
    taken_back, undated = read(
        camt(
            entry("1.00", "CRDT", more="<RvslInd>true</RvslInd>", reference="A")
            + "<Ntry><Amt>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>"
        )
    )
    assert taken_back.reversal and not undated.reversal
    assert undated.day is None and undated.booked
    (valued,) = read(
        camt(entry("1.00", "CRDT").replace("<BookgDt><Dt>2026-12-30</Dt></BookgDt>", ""))
    )
    assert valued.day == date(2026, 12, 28)


def test_what_was_ordered_in_another_currency_is_not_compared():
    foreign = RETURN.replace('<InstdAmt><Amt Ccy="EUR">', '<InstdAmt><Amt Ccy="USD">')
    (found,) = read(camt(entry("285.60", "DBIT", foreign)))
    assert found.transactions[0].original is None


@pytest.mark.parametrize("version", ["camt.053.001.02", "camt.053.001.08", "camt.053.001.13", ""])
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_any_namespace(version, prefix):
    content = camt(entry("285.60", "DBIT", RETURN), version, "BkToCstmrStmt", "Stmt").decode()
    if not version:
        content = content.replace(' xmlns="urn:iso:std:iso:20022:tech:xsd:"', "")
    elif prefix:
        content = content.replace("xmlns=", "xmlns:x=").replace("</", "</x:")
        content = re.sub(r"<(?=[A-Z])", "<x:", content)
    (found,) = read(content.encode())
    assert found.transactions[0].return_code == "AM04"


NAMED = "<NtryDtls><TxDtls><RltdPties><Dbtr><Nm>%s</Nm></Dbtr></RltdPties></TxDtls></NtryDtls>"


def named(name, encoding="utf-8", declared=None):
    content = camt(entry("1.00", "CRDT", NAMED % name)).decode()
    if declared:
        content = content.replace('version="1.0"', f'version="1.0" encoding="{declared}"')
    (found,) = read(content.encode(encoding))
    return found.transactions[0].name


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", None),
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("iso-8859-1", "ISO-8859-1"),
        ("cp1252", "windows-1252"),
        # Said, and not true.
        ("iso-8859-1", "UTF-8"),
        ("cp1252", None),
    ],
)
def test_any_encoding(encoding, declared):
    assert named("Zoé Müller", encoding, declared) == "Zoé Müller"


def test_signs_that_no_file_may_have():
    assert named("Zoe\x07 & Fils &#1;&amp; Co") == "Zoe & Fils & Co"


def test_entities_that_grow():
    """A file that wants to fill the memory does not."""
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    content = camt(entry("1.00", "CRDT", more="<AddtlNtryInf>&e11;</AddtlNtryInf>")).replace(
        b'<?xml version="1.0"?>',
        f'<?xml version="1.0"?><!DOCTYPE D [<!ENTITY e0 "x">{bomb}]>'.encode(),
    )
    try:
        (found,) = read(content)
    except SepaError:
        return
    assert found.text == ""


def test_which_files_are_status_reports():
    assert is_status(BytesIO(STATUS.encode()))
    assert is_status(BytesIO(f"<!--{'x' * 9000}-->{STATUS}".encode("utf-16")))
    assert not is_status(BytesIO(camt(entry("1.00", "CRDT", more="CstmrPmtStsRpt"))))
    with pytest.raises(SepaError):
        is_status(BytesIO(b""))


def test_entities_are_not_resolved():
    """A file that wants to have another one read gets nothing of it."""
    content = camt(entry("1.00", "CRDT", more="<AddtlNtryInf>&x;</AddtlNtryInf>")).replace(
        b'<?xml version="1.0"?>',
        b'<?xml version="1.0"?><!DOCTYPE D [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    )
    try:
        (found,) = read(content)
    except SepaError:
        return
    assert found.text == ""


STATUS = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<OrgnlGrpInfAndSts><OrgnlMsgId>SDD-7</OrgnlMsgId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>SDD-7-1</OrgnlPmtInfId><TxInfAndSts>
<OrgnlEndToEndId>C17-1</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn>
<AddtlInf>closed</AddtlInf></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>SDD-7-2</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts>
<StsRsnInf><Rsn><Cd>DT01</Cd></Rsn></StsRsnInf></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"""


def test_status_report():
    whole, payment, lot = read_status(BytesIO(STATUS.encode()))
    assert (whole.message_id, whole.status, whole.rejected) == ("SDD-7", "PART", False)
    assert (payment.lot, payment.end_to_end_id, payment.code) == ("SDD-7-1", "C17-1", "AC04")
    assert payment.rejected and payment.text == "closed"
    assert (lot.lot, lot.end_to_end_id, lot.code, lot.rejected) == ("SDD-7-2", "", "DT01", True)


@pytest.mark.parametrize("content", [b"", b"<a/>", camt(entry("1.00", "CRDT"))])
def test_what_is_no_status_report(content):
    with pytest.raises(SepaError):
        read_status(BytesIO(content))


@given(st.lists(st.tuples(st.integers(1, 10**9), st.sampled_from(["CRDT", "DBIT"])), max_size=20))
def test_sums(rows):
    content = camt("".join(entry(f"{cents / 100:.2f}", side) for cents, side in rows))
    signs = {"CRDT": 1, "DBIT": -1}
    total = sum(found.amount for found in read(content))
    assert total * 100 == sum(cents * signs[side] for cents, side in rows)
