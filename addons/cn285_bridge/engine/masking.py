"""Secrets do not reach a log."""

import re
from collections.abc import Iterable

MASK = "***"
NAMES = (
    "account",
    "consumerKey",
    "consumerSecret",
    "nonce",
    "password",
    "password2",
    "signature",
    "token",
    "tokenSecret",
)


def mask(text: str, names: Iterable[str] = NAMES, secrets: Iterable[str] = ()) -> str:
    """``text`` with the content of secret elements and attributes, and ``secrets``, replaced.

    Understands XML elements (any prefix), JSON pairs and ``name=value``.

    >>> mask('<ns1:token>abc</ns1:token> token="abc" {"token": "abc"}', ["token"])
    '<ns1:token>***</ns1:token> token="***" {"token": "***"}'
    >>> mask("my key is k-123", [], ["k-123"])
    'my key is ***'
    """
    for secret in sorted((item for item in secrets if item), key=len, reverse=True):
        text = text.replace(secret, MASK)
    alternatives = "|".join(re.escape(name) for name in names)
    if not alternatives:
        return text
    text = re.sub(
        rf"(<(?:[\w.-]+:)?(?:{alternatives})(?:\s[^<>]*)?>)[^<]+(</)", rf"\1{MASK}\2", text
    )
    text = re.sub(rf'("(?:{alternatives})"\s*:\s*")[^"]*(")', rf"\1{MASK}\2", text)
    return re.sub(rf"""(\b(?:{alternatives})=(["']?))[^"'\s&<>]+""", rf"\1{MASK}", text)
