"""The kinds of documents: a new one is a line here, or of another addon's ``_kinds()``.

No model is here.
"""

from typing import Any, NamedTuple

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class DocumentKind(NamedTuple):
    """A kind of documents.

    ``label``: what users read. ``code``: with what its numbers begin until somebody says otherwise.
    ``is_for_customer``: customers see it unless told otherwise. ``by_hand``: users may file it.
    ``replaces``: a new one takes the place of the one before.
    """

    label: Any
    code: str = "DOC"
    is_for_customer: bool = True
    by_hand: bool = True
    replaces: bool = False


KINDS = {
    "quote": DocumentKind(_lt("Quotation"), "DQ", replaces=True),
    "contract": DocumentKind(_lt("Contract"), "DC", replaces=True),
    "amendment": DocumentKind(_lt("Amendment"), "AM"),
    "terms": DocumentKind(_lt("Terms and Conditions"), "TC", replaces=True),
    "notice": DocumentKind(_lt("Renewal Notice"), "RN", by_hand=False),
    "termination": DocumentKind(_lt("Confirmation of an End"), "EN"),
    "mandate": DocumentKind(_lt("Mandate"), "MD"),
    "evidence": DocumentKind(_lt("Evidence"), "EV", is_for_customer=False),
    "other": DocumentKind(_lt("Other Document"), is_for_customer=False),
}


class Paper(NamedTuple):
    """A document to be filed.

    ``content``: the bytes of its file, or a function that makes them when it is told the number.
    ``values``: ``title``, ``kind``, ``contract_id`` or ``company_id``, ``file_name`` … ``source``:
    what it is made from, as text; the same source is filed once.
    """

    content: Any
    values: dict
    source: str | None = None
