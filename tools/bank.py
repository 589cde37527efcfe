"""A bank to try SEPA against: what it answers to an order of direct debits, as files to be read.

Functions of the order's bytes (pain.008, any version): :func:`accepted` and :func:`rejected` answer
by a status report (pain.002), :func:`credited` by the credit of each lot and :func:`returned` by
what came back (camt.054). The same order gets the same answer, entry by entry, so that files may be
read twice. ``python tools/bank.py ORDER.xml [--return C7-1=AM04 …]`` writes all of them beside the
order; :mod:`serve_bank` answers over HTTP.
"""

import argparse
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

from lxml import etree

# Reasons by the last two digits of a payer's account, for who has no other wish.
BY_ACCOUNT = {"01": "AC01", "04": "AM04", "06": "MD06", "11": "MD01", "24": "AC04"}


@dataclass(frozen=True)
class Order:
    """One debit of an order, with the lot and the message that it stands in."""

    message: str
    lot: str
    day: date
    account: str
    reference: str
    amount: Decimal
    mandate: str
    name: str
    iban: str


def orders(content: bytes) -> list[Order]:
    """The debits of a pain.008, in their order."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    message = _text(root, ".//{*}GrpHdr/{*}MsgId")
    found = []
    for lot in root.iterfind(".//{*}PmtInf"):
        for debit in lot.iterfind("{*}DrctDbtTxInf"):
            found.append(
                Order(
                    message=message,
                    lot=_text(lot, "{*}PmtInfId"),
                    day=date.fromisoformat(_text(lot, "{*}ReqdColltnDt")),
                    account=_text(lot, "{*}CdtrAcct/{*}Id/{*}IBAN"),
                    reference=_text(debit, "{*}PmtId/{*}EndToEndId"),
                    amount=Decimal(_text(debit, "{*}InstdAmt")),
                    mandate=_text(debit, "{*}DrctDbtTx/{*}MndtRltdInf/{*}MndtId"),
                    name=_text(debit, "{*}Dbtr/{*}Nm"),
                    iban=_text(debit, "{*}DbtrAcct/{*}Id/{*}IBAN"),
                )
            )
    return found


def reasons(content: bytes) -> dict[str, str]:
    """Which debits of an order come back and why, by the last digits of the payers' accounts."""
    return {
        one.reference: BY_ACCOUNT[one.iban[-2:]]
        for one in orders(content)
        if one.iban[-2:] in BY_ACCOUNT
    }


def accepted(content: bytes) -> bytes:
    """A status report: the bank takes the whole file."""
    return _report(orders(content)[0].message, "<GrpSts>ACCP</GrpSts>", "")


def rejected(content: bytes, refused: dict[str, str] | None = None) -> bytes:
    """A status report: the bank takes the file, but for some debits.

    :param refused: ``{end-to-end reference: reason}``; None: it refuses the whole file (FF01)
    """
    known = orders(content)
    if refused is None:
        reason = "<StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>"
        return _report(known[0].message, f"<GrpSts>RJCT</GrpSts>{reason}", "")
    lots: dict[str, list[str]] = {}
    for one in known:
        if one.reference in refused:
            lots.setdefault(one.lot, []).append(
                f"<TxInfAndSts><OrgnlEndToEndId>{one.reference}</OrgnlEndToEndId>"
                f"<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>{refused[one.reference]}</Cd></Rsn>"
                "</StsRsnInf></TxInfAndSts>"
            )
    parts = "".join(
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{lot}</OrgnlPmtInfId>{''.join(payments)}"
        "</OrgnlPmtInfAndSts>"
        for lot, payments in lots.items()
    )
    return _report(known[0].message, "<GrpSts>PART</GrpSts>", parts)


def credited(content: bytes, day: date | None = None, detailed: bool = False) -> bytes:
    """A notification: the sum of each lot comes in.

    :param day: of the booking; None: each lot's own
    :param detailed: whether each debit is told too, as some banks do
    """
    lots: dict[str, list[Order]] = {}
    for one in orders(content):
        lots.setdefault(one.lot, []).append(one)
    entries = []
    for lot, debits in lots.items():
        details = f"<Btch><PmtInfId>{lot}</PmtInfId><NbOfTxs>{len(debits)}</NbOfTxs></Btch>"
        if detailed:
            details += "".join(_payment(one) for one in debits)
        total = sum((one.amount for one in debits), Decimal())
        booked = day or debits[0].day
        entries.append(_entry(f"CR-{lot}", total, "CRDT", booked, details))
    return _notification(orders(content), "C", entries)


def returned(
    content: bytes,
    codes: dict[str, str],
    day: date | None = None,
    fee: Decimal = Decimal(),
) -> bytes:
    """A notification: debits that came back, an entry each.

    :param codes: ``{end-to-end reference: reason}``
    :param day: of the booking; None: two days after each debit
    :param fee: what the payer's bank charges for it, on top of the amount
    """
    entries = [
        _entry(
            f"RT-{one.reference}",
            one.amount + fee,
            "DBIT",
            day or one.day + timedelta(days=2),
            _payment(one, codes[one.reference], fee),
        )
        for one in orders(content)
        if one.reference in codes
    ]
    return _notification(orders(content), "R", entries)


def _payment(one, code="", fee=Decimal()):
    """What is told of one debit; its amount and charges where it comes back with some."""
    back = f"<RtrInf><Rsn><Cd>{code}</Cd></Rsn></RtrInf>" if code else ""
    charges = f'<Chrgs><Rcrd><Amt Ccy="EUR">{fee:.2f}</Amt></Rcrd></Chrgs>' if fee else ""
    return (
        f"<TxDtls><Refs><EndToEndId>{one.reference}</EndToEndId>"
        f"<MndtId>{escape(one.mandate)}</MndtId></Refs>"
        f'<Amt Ccy="EUR">{one.amount + fee:.2f}</Amt>'
        f'<AmtDtls><InstdAmt><Amt Ccy="EUR">{one.amount:.2f}</Amt></InstdAmt></AmtDtls>{charges}'
        f"<RltdPties><Dbtr><Pty><Nm>{escape(one.name)}</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>"
        f"{one.iban}</IBAN></Id></DbtrAcct></RltdPties>{back}</TxDtls>"
    )


def _entry(reference, amount, side, day, details):
    return (
        f'<Ntry><Amt Ccy="EUR">{amount:.2f}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{reference}</AcctSvcrRef><NtryDtls>{details}</NtryDtls></Ntry>"
    )


def _notification(known, kind, entries):
    first = known[0]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>'
        f"<GrpHdr><MsgId>{kind}-{first.message}</MsgId></GrpHdr><Ntfctn>"
        f"<Id>{kind}-{first.message}</Id><Acct><Id><IBAN>{first.account}</IBAN></Id></Acct>"
        f"{''.join(entries)}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
    ).encode()


def _report(message, status, parts):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId>{status}</OrgnlGrpInfAndSts>"
        f"{parts}</CstmrPmtStsRpt></Document>"
    ).encode()


def _text(element, path):
    return (element.findtext(path) or "").strip()


def main(arguments=None):
    """Write the bank's answers to an order beside it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("order", type=Path, help="a pain.008, as downloaded")
    parser.add_argument(
        "--return",
        dest="returns",
        action="append",
        default=[],
        metavar="REFERENCE=CODE",
        help="a debit that comes back; without any, the last digits of accounts say which",
    )
    options = parser.parse_args(arguments)
    content = options.order.read_bytes()
    codes = dict(one.split("=", 1) for one in options.returns) or reasons(content)
    answers = {
        "accepted": accepted(content),
        "credited": credited(content),
        "returned": returned(content, codes),
    }
    for name, answer in answers.items():
        path = options.order.with_suffix(f".{name}.xml")
        path.write_bytes(answer)
        print(path)


if __name__ == "__main__":
    sys.exit(main())
