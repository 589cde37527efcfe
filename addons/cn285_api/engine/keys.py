"""Keys of programs: how they look, how they are kept, what they open."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from ipaddress import ip_address, ip_network

LIVE, TEST = "cn_live_", "cn_test_"
# 256 bits: nobody guesses one, so that a fast digest keeps it (slow ones are for passwords).
BYTES = 32
_FORM = re.compile(r"cn_(live|test)_[A-Za-z0-9_-]{43}")
#: So much of a key is shown in lists, to tell keys apart.
SHOWN = 12


def new_key(test: bool = False) -> str:
    """A fresh key; only whoever asked for it ever sees it.

    >>> key = new_key()
    >>> is_key(key), key.startswith("cn_live_"), is_test(new_key(test=True))
    (True, True, True)
    """
    return (TEST if test else LIVE) + secrets.token_urlsafe(BYTES)


def is_key(text: str) -> bool:
    """Whether a text has the form of a key."""
    return bool(_FORM.fullmatch(text))


def is_test(key: str) -> bool:
    """Whether a key is one for test databases."""
    return key.startswith(TEST)


def digest(key: str) -> str:
    """What is kept of a key: its SHA-256, in hexadecimal digits."""
    return hashlib.sha256(key.encode()).hexdigest()


def bearer(header: str | None) -> str | None:
    """The token of an ``Authorization`` header (RFC 6750); None where there is none.

    >>> bearer("Bearer abc"), bearer("bearer  abc "), bearer("Basic abc"), bearer(None)
    ('abc', 'abc', None, None)
    """
    scheme, _space, token = (header or "").strip().partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def parse_networks(text: str | None) -> list:
    """Networks from lines or commas: ``10.0.0.0/8, 2001:db8::/32, 203.0.113.7``.

    :raises ValueError: naming what is no network
    """
    return [ip_network(part, strict=False) for part in re.split(r"[\s,;]+", text or "") if part]


def is_within(address: str | None, networks: Iterable) -> bool:
    """Whether an address is in one of some networks; without networks every address is.

    >>> is_within("10.1.2.3", parse_networks("10.0.0.0/8")), is_within("::1", [])
    (True, True)
    >>> is_within("::ffff:10.1.2.3", parse_networks("10.0.0.0/8"))
    True
    >>> is_within("x", parse_networks("::/0"))
    False
    """
    networks = list(networks)
    if not networks:
        return True
    try:
        found = ip_address(address or "")
    except ValueError:
        return False
    # An IPv4 address as sockets for both versions tell it.
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found.version == one.version and found in one for one in networks)
