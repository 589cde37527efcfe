"""What is sent to Yousign: a request, its signers, where each one's signature stands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

# Yousign's own limits.
LONGEST_TITLE = 128
LONGEST_NAME = 100
LOCALES = frozenset({"en", "fr", "de", "it", "nl", "es", "pl"})
# The smallest field of a signature, in points; the most that one page has beside another.
FIELD_WIDTH, FIELD_HEIGHT, FIELDS_IN_A_ROW = 85, 37, 4
# Points from the left edge of an A4 page; from its top, between the text of letters and the footer.
FIRST_X, FOOT_Y, STEP_X = 57, 758, 130
# Levels by their names here; who signs by which code.
LEVELS = {"simple": "electronic_signature", "advanced": "advanced_electronic_signature"}
CODES = {"mail": "otp_email", "sms": "otp_sms", "none": "no_otp"}
# E.164: with the country, digits alone.
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_NOT_IN_NAMES = re.compile(r"[^\w .,'’&()-]|_")


@dataclass(frozen=True)
class Person:
    """Somebody who signs."""

    name: str
    email: str
    phone: str = ""
    lang: str = ""


def request_order(
    external_id: str, title: str, expires_on: date, timezone: str, locale: str
) -> dict:
    """Return the order of a request: a draft, whose signers sign one after the other.

    :param expires_on: the last day on which it can be signed
    """
    return {
        "name": title[:LONGEST_TITLE],
        "delivery_mode": "email",
        "ordered_signers": True,
        "timezone": timezone,
        "expiration_date": expires_on.isoformat(),
        "external_id": external_id,
        "signers_allowed_to_decline": True,
        "audit_trail_locale": locale_of(locale, ("fr", "en")),
    }


def signer_order(person: Person, level: str, code: str, fields: Sequence[dict]) -> dict:
    """Return the order of a signer.

    :param level: ``simple`` or ``advanced``; advanced ones sign by a code by text message
    :param code: ``mail``, ``sms`` or ``none``
    :raises ValueError: where a text message is to be sent and there is no number
    """
    first, last = split_name(person.name)
    info = {
        "first_name": first,
        "last_name": last,
        "email": person.email,
        "locale": locale_of(person.lang),
    }
    by_text = needs_phone(level, code)
    if by_text:
        info["phone_number"] = phone_of(person.phone)
        if not info["phone_number"]:
            raise ValueError(person.name)
    return {
        "info": info,
        "signature_level": LEVELS[level],
        "signature_authentication_mode": "otp_sms" if by_text else CODES[code],
        "fields": list(fields),
    }


def needs_phone(level: str, code: str) -> bool:
    """Whether who signs needs a number for text messages."""
    return level == "advanced" or code == "sms"


def signature_field(document: str, page: int, place: int) -> dict:
    """Return where a signature stands: at the foot of a page, one beside the other.

    :param page: from 1
    :param place: of the signer, from 0
    """
    row, column = divmod(place, FIELDS_IN_A_ROW)
    return {
        "document_id": document,
        "type": "signature",
        "page": page,
        "x": FIRST_X + column * STEP_X,
        "y": FOOT_Y - row * (FIELD_HEIGHT + 3),
        "width": FIELD_WIDTH,
        "height": FIELD_HEIGHT,
    }


def split_name(name: str) -> tuple[str, str]:
    """Return first and last name, as Yousign wants both; of one word, that word twice.

    >>> split_name("Camille  Martin Durand"), split_name("Acme"), split_name("Jean <b>")
    (('Camille', 'Martin Durand'), ('Acme', 'Acme'), ('Jean', 'b'))
    """
    words = _NOT_IN_NAMES.sub(" ", name).split() or ["-"]
    first, last = words[0], " ".join(words[1:]) or words[0]
    return first[:LONGEST_NAME], last[:LONGEST_NAME]


def phone_of(text: str) -> str:
    """Return a number as Yousign takes it (E.164); empty where it is none.

    >>> phone_of("+33 6 12 34 56 78"), phone_of("06 12 34 56 78"), phone_of("+33 (0)6 1")
    ('+33612345678', '', '')
    """
    plain = re.sub(r"[ .\-/\u00a0\u202f]", "", text or "")
    return plain if PHONE.fullmatch(plain) else ""


def locale_of(lang: str, known: Sequence[str] | frozenset = LOCALES) -> str:
    """Return a language as Yousign names it; English where it has none.

    >>> locale_of("fr_CA"), locale_of("ja_JP"), locale_of("")
    ('fr', 'en', 'en')
    """
    short = (lang or "")[:2]
    return short if short in known else "en"
