"""The kinds of documents: a new one is a line here, or of another addon's ``_kinds()``."""

from typing import Any, NamedTuple

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class DocumentKind(NamedTuple):
    """A kind of documents.

    ``label``: what users read. ``is_for_customer``: customers see it unless told otherwise.
    ``by_hand``: users may file it. ``replaces``: a new one takes the place of the one before.
    """

    label: Any
    is_for_customer: bool = True
    by_hand: bool = True
    replaces: bool = False


KINDS = {
    "quote": DocumentKind(_lt("Quotation"), replaces=True),
    "contract": DocumentKind(_lt("Contract"), replaces=True),
    "amendment": DocumentKind(_lt("Amendment")),
    "terms": DocumentKind(_lt("Terms and Conditions"), replaces=True),
    "notice": DocumentKind(_lt("Renewal Notice"), by_hand=False),
    "termination": DocumentKind(_lt("Confirmation of an End")),
    "mandate": DocumentKind(_lt("Mandate")),
    "evidence": DocumentKind(_lt("Evidence"), is_for_customer=False),
    "other": DocumentKind(_lt("Other Document"), is_for_customer=False),
}
