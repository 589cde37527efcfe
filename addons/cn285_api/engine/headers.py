"""What headers of a request may say, and what those of an answer say."""

import hashlib
import re
import uuid
from collections.abc import Iterable

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{2}|-[0-9]{3})?")
_QUALITY = re.compile(r"[01](\.[0-9]{0,3})?")
_ENTITY_TAG = re.compile(r'\*|(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')

#: Versions of the API, by the day of their first release, the newest last.
VERSIONS = ("2026-12-01",)
LATEST = VERSIONS[-1]


def request_id(given: str | None) -> str:
    """The id under which a request is logged: the caller's where it is fit for a log.

    >>> request_id("job-7"), len(request_id("a b")), len(request_id(None))
    ('job-7', 32, 32)
    """
    return given if given and _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def is_idempotency_key(text: str) -> bool:
    """Whether a text can be an idempotency key: 1 to 255 visible ASCII characters."""
    return bool(_IDEMPOTENCY_KEY.fullmatch(text))


def fingerprint(method: str, path: str, query: bytes, body: bytes) -> str:
    """What tells one request from another: the same key must not serve two of them."""
    whole = hashlib.sha256()
    for part in (method.encode(), path.encode(), query, body):
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.hexdigest()


def entity_tag(representation: bytes) -> str:
    """The strong entity tag of a representation (RFC 9110, 8.8.3)."""
    return f'"{hashlib.sha256(representation).hexdigest()[:32]}"'


def parse_tags(header: str) -> list[str]:
    """The entity tags of ``If-Match`` or ``If-None-Match``.

    >>> parse_tags('"a", W/"b"'), parse_tags("*")
    (['"a"', 'W/"b"'], ['*'])

    :raises ValueError: where it is neither ``*`` nor a list of tags
    """
    tags = [part.strip() for part in header.split(",")]
    if not all(map(_ENTITY_TAG.fullmatch, tags)) or ("*" in tags and len(tags) > 1):
        raise ValueError(header)
    return tags


def has_tag(tag: str, tags: Iterable[str], weak: bool = False) -> bool:
    """Whether a strong tag is among others; weakly, as ``If-None-Match`` compares."""
    return any(one in ("*", tag) or (weak and one == f"W/{tag}") for one in tags)


def languages(header: str) -> list[str]:
    """The languages that ``Accept-Language`` asks for, the dearest first, as Odoo writes them.

    What cannot be read is left out: nobody is refused for his browser.

    >>> languages("fr;q=0.5, en-GB, de;q=0, *, x=;q=a")
    ['en_GB', 'fr']
    """
    found = []
    for part in header[:500].split(","):
        tag, _semicolon, quality = part.partition(";")
        tag, weight = tag.strip(), quality.strip().removeprefix("q=") if quality else "1"
        if _LANGUAGE.fullmatch(tag) and _QUALITY.fullmatch(weight) and float(weight) > 0:
            language, _hyphen, region = tag.partition("-")
            code = f"{language.lower()}_{region.upper()}" if region else language.lower()
            found.append((-float(weight), len(found), code))
    return [code for _weight, _place, code in sorted(found)]


def spoken(wanted: Iterable[str], installed: Iterable[str]) -> str | None:
    """The first of some languages that is installed, in that country or in another one.

    >>> spoken(["de", "fr"], ["en_US", "fr_FR"]), spoken(["it"], ["en_US"])
    ('fr_FR', None)
    """
    installed = list(installed)
    for code in wanted:
        if code in installed:
            return code
        language = code.partition("_")[0]
        for other in installed:
            if other.partition("_")[0] == language:
                return other
    return None
