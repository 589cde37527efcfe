"""Confirmations: by what way one goes, and to which address.

Code de la consommation, D215-2, I, 2°: the e-mail address, or else the postal address, that allows
the receipt to be confirmed is the one that is declared. Where none is declared, the one that is
known counts; where there is none either, nobody is told anything, and that is said.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Channel = Literal["email", "letter", "none"]
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,63}")


@dataclass(frozen=True, slots=True)
class Route:
    """By which channel, and to which lines of an address; those of an e-mail are one."""

    channel: Channel
    to: tuple[str, ...] = ()


def is_email(text: str) -> bool:
    """Tell whether a text is one e-mail address and nothing else.

    >>> is_email("a@b.example"), is_email("3 rue des Lilas"), is_email("a@b.example, c@d.example")
    (True, False, False)
    """
    return bool(_EMAIL.fullmatch((text or "").strip()))


def postal_lines(text: str) -> tuple[str, ...]:
    """Return the lines of a postal address that was written in one or in several.

    >>> postal_lines("3 rue des Lilas, 69003 Lyon")
    ('3 rue des Lilas', '69003 Lyon')
    """
    parts = (text or "").splitlines() if "\n" in (text or "").strip() else (text or "").split(",")
    return tuple(part.strip() for part in parts if part.strip())


def confirmation_route(
    declared: str = "", known_email: str = "", known_postal: Sequence[str] = (), *, mails: bool
) -> Route:
    """Return where a confirmation goes.

    ``declared``: what the customer gave on the form, an e-mail or a postal address;
    ``known_postal``: the lines of the address on file; ``mails``: whether the company can send
    e-mails at all, else it writes letters.
    """
    declared = (declared or "").strip()
    if declared and not is_email(declared):
        return Route("letter", postal_lines(declared))
    email = declared or (known_email or "").strip()
    if mails and is_email(email):
        return Route("email", (email,))
    lines = tuple(line for line in known_postal if line)
    return Route("letter", lines) if lines else Route("none")
