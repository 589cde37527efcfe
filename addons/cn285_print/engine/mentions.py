"""Which sentences the law wants on an invoice, by seller, buyer and taxes; codes, not words.

Sources, for a seller in France: Code général des impôts, annex II, article 242 nonies A (contents
of an invoice; "Autoliquidation"; option for debits); article 293 B (small businesses); articles
259-1, 262 I and 262 ter I (services and goods to other countries); directive 2006/112/EC, articles
196 and 226; Code de commerce, L441-9 and L441-10 (discount, penalties) and D441-5 (40 EUR).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

# Departments and territories whose sellers write invoices by French law.
FRENCH = frozenset(
    ("FR", "GP", "MQ", "GF", "RE", "YT", "MC", "BL", "MF", "PM", "WF", "PF", "NC", "TF")
)
SIREN_DIGITS, SIRET_DIGITS = 9, 14


class Mention(str, Enum):
    """A sentence that stands on the document."""

    REVERSE_CHARGE = "reverse_charge"
    SERVICE_ABROAD = "service_abroad"
    GOODS_TO_UNION = "goods_to_union"
    GOODS_EXPORTED = "goods_exported"
    NO_VAT = "no_vat"
    ON_DEBITS = "on_debits"
    ON_RECEIPTS = "on_receipts"
    NO_DISCOUNT = "no_discount"
    PENALTIES = "penalties"
    INDEMNITY = "indemnity"


class Category(str, Enum):
    """What kind of operation is invoiced (242 nonies A, I-8° ter)."""

    SERVICES = "services"
    GOODS = "goods"
    MIXED = "mixed"


@dataclass(frozen=True)
class LineTax:
    """A tax as it stands on a line.

    :param rate: percent
    :param is_service: whether a service is sold
    :param on_payment: whether it falls due when the customer pays
    """

    rate: Decimal
    is_service: bool
    on_payment: bool = False


@dataclass(frozen=True)
class Case:
    """Who sells to whom, and how it is taxed.

    :param seller_country: code, such as ``FR``
    :param buyer_in_union: whether the buyer is in another member state of the Union
    :param is_professional: whether the buyer acts professionally
    :param untaxed: whether some line has no tax at all
    :param has_discount: whether the terms of payment grant a discount for early payment
    :param by_buyer: whether the buyer makes the document out (CGI art. 289 I-2)
    """

    seller_country: str
    seller_has_vat_number: bool
    buyer_country: str
    buyer_in_union: bool
    buyer_has_vat_number: bool
    is_professional: bool
    is_credit: bool = False
    taxes: Sequence[LineTax] = ()
    untaxed: bool = False
    has_discount: bool = False
    by_buyer: bool = False


def mentions(case: Case) -> tuple[Mention, ...]:
    """Return what a French seller's document says, in order; other sellers' laws are not known.

    Terms of payment are no matter of credit notes, nor penalties one of consumers.
    """
    if case.seller_country not in FRENCH:
        # Of a seller abroad the buyer owes the tax (283-2), and says so where it writes itself.
        abroad = case.by_buyer and case.buyer_country in FRENCH and case.taxes
        return (Mention.REVERSE_CHARGE,) if abroad else ()
    found = [*_about_tax(case)]
    if not case.is_credit and case.is_professional:
        if not case.has_discount:
            found.append(Mention.NO_DISCOUNT)
        found += [Mention.PENALTIES, Mention.INDEMNITY]
    return tuple(dict.fromkeys(found))


def _about_tax(case):
    for tax in case.taxes:
        if tax.rate:
            if tax.is_service and tax.on_payment:
                yield Mention.ON_RECEIPTS
            elif tax.is_service and not case.by_buyer:
                # Whether somebody else has opted for debits, the buyer does not know.
                yield Mention.ON_DEBITS
        elif why := zero_rate(case, tax):
            yield why
    if case.untaxed and not case.seller_has_vat_number:
        yield Mention.NO_VAT


def zero_rate(case: Case, tax: LineTax) -> Mention | None:
    """Why no tax is due, as far as the places of both tell; None: the tax itself has to say so."""
    if case.seller_country not in FRENCH or tax.rate or case.buyer_country in ("", "FR", "MC"):
        return None
    if case.buyer_in_union:
        if not case.buyer_has_vat_number:
            return None
        return Mention.REVERSE_CHARGE if tax.is_service else Mention.GOODS_TO_UNION
    return Mention.SERVICE_ABROAD if tax.is_service else Mention.GOODS_EXPORTED


def category(are_services: Sequence[bool]) -> Category | None:
    """What kind of operation lines make together; None where there are none."""
    kinds = set(are_services)
    if not kinds:
        return None
    if len(kinds) > 1:
        return Category.MIXED
    return Category.SERVICES if True in kinds else Category.GOODS


def siren(registry: str) -> str:
    """The SIREN in a number of the French register (SIREN or SIRET), in groups; "" if none is."""
    digits = re.sub(r"\s", "", registry)
    if not digits.isdigit() or len(digits) not in (SIREN_DIGITS, SIRET_DIGITS):
        return ""
    return " ".join(digits[start : start + 3] for start in range(0, SIREN_DIGITS, 3))


def siret(registry: str) -> str:
    """The SIRET in groups; "" where the number is not one."""
    digits = re.sub(r"\s", "", registry)
    if not digits.isdigit() or len(digits) != SIRET_DIGITS:
        return ""
    return f"{siren(digits)} {digits[SIREN_DIGITS:]}"


def siren_of_vat(number: str) -> str:
    """The SIREN in a French VAT number, in groups; "" where the number is not one."""
    match = re.fullmatch(r"FR\w{2}(\d{9})", re.sub(r"\s", "", number))
    return siren(match[1]) if match else ""
