"""Orders as ISO 20022 messages: direct debits (pain.008) and transfers (pain.001).

Sources: ISO 20022 message definitions pain.008.001.02 and .08, pain.001.001.03 and .09; EPC130-08
(CORE), EPC131-08 (B2B) and EPC132-08 (transfers), implementation guidelines. Written in a stream:
an order is forgotten once it stands in the file.
"""

from typing import BinaryIO

from lxml import etree

from .errors import SepaError
from .identifiers import NAME_LENGTH, TEXT_LENGTH, check_reference, clean_text, needs_address
from .orders import FILE_REFERENCE_LENGTH, Debit, Lot, OrderFile, Party, Transfer, check_party

DIRECT_DEBIT = ("pain.008.001.08", "pain.008.001.02")
TRANSFER = ("pain.001.001.09", "pain.001.001.03")
# Formats in which a bank's code is still called BIC, and the day of execution stands alone.
_OLD = ("pain.008.001.02", "pain.001.001.03")


def write_direct_debits(stream: BinaryIO, file: OrderFile, form: str = DIRECT_DEBIT[0]) -> None:
    """Write an order of direct debits.

    :param form: an entry of :data:`DIRECT_DEBIT`
    :raises SepaError: for an unknown format, or what the bank would refuse
    """
    _check(file, form, DIRECT_DEBIT)
    _write(stream, file, form, "CstmrDrctDbtInitn", _debit_lot_head, _debit)


def write_transfers(stream: BinaryIO, file: OrderFile, form: str = TRANSFER[0]) -> None:
    """Write an order of transfers.

    :param form: an entry of :data:`TRANSFER`
    :raises SepaError: for an unknown format, or what the bank would refuse
    """
    _check(file, form, TRANSFER)
    _write(stream, file, form, "CstmrCdtTrfInitn", _transfer_lot_head, _transfer)


def _check(file, form, forms):
    if form not in forms:
        raise SepaError("unknown_format", value=form)
    if not file.count:
        raise SepaError("nothing_to_order")
    check_reference(file.reference)
    if len(file.reference) > FILE_REFERENCE_LENGTH:
        raise SepaError("bad_reference", value=file.reference)
    check_party(file.holder, file.reference)


def _write(stream, file, form, message, lot_head, order_element):
    namespace = f"urn:iso:std:iso:20022:tech:xsd:{form}"
    old = form in _OLD
    with etree.xmlfile(stream, encoding="UTF-8") as xml:
        xml.write_declaration()
        with xml.element("Document", nsmap={None: namespace}), xml.element(message):
            xml.write(_group_header(file))
            for lot in file.lots:
                with xml.element("PmtInf"):
                    for element in lot_head(file, lot, old):
                        xml.write(element)
                    for order in lot.orders:
                        xml.write(order_element(order, old))


def _group_header(file):
    header = _element("GrpHdr")
    _text(header, "MsgId", file.reference)
    _text(header, "CreDtTm", file.made.replace(microsecond=0, tzinfo=None).isoformat())
    _text(header, "NbOfTxs", file.count)
    _text(header, "CtrlSum", f"{file.total:.2f}")
    _text(_child(header, "InitgPty"), "Nm", clean_text(file.holder.name, NAME_LENGTH))
    return header


# --- direct debits ---------------------------------------------------------------------------


def _debit_lot_head(file: OrderFile, lot: Lot, old: bool):
    head = _element("PmtInf")
    _lot_start(head, lot, "DD")
    kind = _child(head, "PmtTpInf")
    _text(_child(kind, "SvcLvl"), "Cd", "SEPA")
    _text(_child(kind, "LclInstrm"), "Cd", lot.scheme.value)
    _text(kind, "SeqTp", lot.sequence)
    _text(head, "ReqdColltnDt", lot.day.isoformat())
    _party(head, "Cdtr", file.holder)
    _account(head, "CdtrAcct", file.holder)
    _agent(head, "CdtrAgt", file.holder, old)
    _text(head, "ChrgBr", "SLEV")
    private = _child(_child(_child(head, "CdtrSchmeId"), "Id"), "PrvtId")
    other = _child(private, "Othr")
    _text(other, "Id", file.creditor_identifier)
    _text(_child(other, "SchmeNm"), "Prtry", "SEPA")
    return list(head)


def _debit(debit: Debit, old: bool):
    element = _element("DrctDbtTxInf")
    _text(_child(element, "PmtId"), "EndToEndId", debit.reference)
    _amount(element, debit)
    mandate = debit.mandate
    related = _child(_child(element, "DrctDbtTx"), "MndtRltdInf")
    _text(related, "MndtId", mandate.reference)
    _text(related, "DtOfSgntr", mandate.signed.isoformat())
    if mandate.account_changed or mandate.former_reference:
        _text(related, "AmdmntInd", "true")
        details = _child(related, "AmdmntInfDtls")
        if mandate.former_reference:
            _text(details, "OrgnlMndtId", mandate.former_reference)
        if mandate.account_changed:
            account = _child(_child(details, "OrgnlDbtrAcct"), "Id")
            _text(_child(account, "Othr"), "Id", "SMNDA")
    _agent(element, "DbtrAgt", debit.debtor, old)
    _party(element, "Dbtr", debit.debtor)
    _account(element, "DbtrAcct", debit.debtor)
    _remittance(element, debit.text)
    return element


# --- transfers -------------------------------------------------------------------------------


def _transfer_lot_head(file: OrderFile, lot: Lot, old: bool):
    head = _element("PmtInf")
    _lot_start(head, lot, "TRF")
    _text(_child(_child(head, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    if old:
        _text(head, "ReqdExctnDt", lot.day.isoformat())
    else:
        _text(_child(head, "ReqdExctnDt"), "Dt", lot.day.isoformat())
    _party(head, "Dbtr", file.holder)
    _account(head, "DbtrAcct", file.holder)
    _agent(head, "DbtrAgt", file.holder, old)
    _text(head, "ChrgBr", "SLEV")
    return list(head)


def _transfer(transfer: Transfer, old: bool):
    element = _element("CdtTrfTxInf")
    _text(_child(element, "PmtId"), "EndToEndId", transfer.reference)
    _amount(_child(element, "Amt"), transfer)
    if transfer.creditor.bic:
        _agent(element, "CdtrAgt", transfer.creditor, old)
    _party(element, "Cdtr", transfer.creditor)
    _account(element, "CdtrAcct", transfer.creditor)
    _remittance(element, transfer.text)
    return element


# --- parts of both ---------------------------------------------------------------------------


def _lot_start(head, lot, method):
    _text(head, "PmtInfId", lot.reference)
    _text(head, "PmtMtd", method)
    _text(head, "BtchBookg", "true")
    _text(head, "NbOfTxs", len(lot.orders))
    _text(head, "CtrlSum", f"{lot.total:.2f}")


def _amount(parent, order):
    element = _text(parent, "InstdAmt", f"{order.amount:.2f}")
    element.set("Ccy", "EUR")


def _party(parent, tag, party: Party):
    element = _child(parent, tag)
    _text(element, "Nm", clean_text(party.name, NAME_LENGTH))
    # An address that nobody asks for is one more reason to refuse.
    if party.address and needs_address(_plain(party.iban)):
        address = _child(element, "PstlAdr")
        for name, value, length in (
            ("StrtNm", party.address.street, 70),
            ("PstCd", party.address.postcode, 16),
            ("TwnNm", party.address.town, 35),
        ):
            text = clean_text(value, length)
            if text:
                _text(address, name, text)
        _text(address, "Ctry", party.address.country)


def _account(parent, tag, party):
    _text(_child(_child(parent, tag), "Id"), "IBAN", _plain(party.iban))


def _agent(parent, tag, party, old):
    bank = _child(_child(parent, tag), "FinInstnId")
    if party.bic:
        _text(bank, "BIC" if old else "BICFI", _plain(party.bic))
    else:
        _text(_child(bank, "Othr"), "Id", "NOTPROVIDED")


def _remittance(parent, text):
    cleaned = clean_text(text, TEXT_LENGTH)
    if cleaned:
        _text(_child(parent, "RmtInf"), "Ustrd", cleaned)


def _plain(value):
    return "".join(value.split()).upper()


def _element(tag):
    return etree.Element(tag)


def _child(parent, tag):
    return etree.SubElement(parent, tag)


def _text(parent, tag, text):
    element = etree.SubElement(parent, tag)
    element.text = str(text)
    return element
