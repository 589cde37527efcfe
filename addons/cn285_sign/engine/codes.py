"""One-time codes: six digits by mail, good for ten minutes and five tries."""

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

DIGITS = 6
VALID_FOR = timedelta(minutes=10)
TRIES = 5
# So many codes are sent to one signer within an hour, whoever asks.
MAILS_AN_HOUR = 5
# So many codes are asked for, and so many wrong ones typed, from one address of the network within
# an hour, whoever's they are: an office of many signers stays far below.
ASKED_AN_HOUR = 40
WRONG_AN_HOUR = 40


class Answer(Enum):
    """What became of a code that was typed."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"
    NONE = "none"


@dataclass(frozen=True)
class Code:
    """What is kept of a code: its hash, when it was sent (UTC), and how often it was tried."""

    hashed: str
    sent_at: datetime
    tries: int = 0


def new_code() -> str:
    """Return a code, by the system's own source of chance."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def hashed(code: str, secret: str) -> str:
    """Return what is kept of a code: a keyed hash, as six digits alone are soon tried through.

    :param secret: of the signer, and of nobody else
    """
    return hmac.new(secret.encode(), code.encode(errors="replace"), hashlib.sha256).hexdigest()


def check(typed: str, code: Code | None, secret: str, now: datetime) -> Answer:
    """Return what becomes of a code that was typed; blanks in it do not count.

    The caller counts the try, whatever comes of it.
    """
    if code is None:
        return Answer.NONE
    if code.tries >= TRIES:
        return Answer.EXHAUSTED
    if now - code.sent_at > VALID_FOR:
        return Answer.EXPIRED
    plain = "".join(typed.split())
    right = hmac.compare_digest(hashed(plain, secret), code.hashed)
    return Answer.RIGHT if right else Answer.WRONG


def may_send(sent: list[datetime], now: datetime) -> bool:
    """Whether one more code may be mailed, given when earlier ones were."""
    return sum(now - one < timedelta(hours=1) for one in sent) < MAILS_AN_HOUR


def may_try(asked: int, wrong: int) -> bool:
    """Whether an address of the network may go on, given what came from it within an hour.

    :param asked: codes that were asked for
    :param wrong: codes that were wrong
    """
    return asked < ASKED_AN_HOUR and wrong < WRONG_AN_HOUR


def network(address: str) -> str:
    """Return by what an address is counted: itself; of IPv6 the network of its first 64 bits, as
    whoever has one address of these has all of them (RFC 4291, 2.5.4).

    >>> network("203.0.113.9"), network("2001:db8::1:2:3:4"), network("::ffff:203.0.113.9")
    ('203.0.113.9', '2001:db8::/64', '203.0.113.9')
    >>> network("nowhere")
    'nowhere'
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found.packed[:8] + bytes(8), 64)))


def whence(address: str) -> dict[str, str]:
    """Return what the log keeps of where somebody came from: by what it is counted, where that is
    another text than the address.
    """
    counted = network(address)
    return {"address": address} if counted == address else {"address": address, "network": counted}
