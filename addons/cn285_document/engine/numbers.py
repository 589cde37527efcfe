"""What the number of a document looks like: a prefix with parts of its day, and a count."""

import re
from datetime import date

# Parts of a day that a prefix may name, as ``%(year)s``.
PARTS = {"year": "%Y", "y": "%y", "month": "%m", "day": "%d"}
_PART = re.compile(r"%\((\w+)\)s")
MOST_DIGITS = 12
LONGEST_PREFIX = 40


def unknown_part(prefix: str) -> str | None:
    """Return what of a prefix is no part of a day, and not to be printed; None where all is good.

    >>> unknown_part("DC/%(year)s/"), unknown_part("%(week)s-"), unknown_part("100%")
    (None, '%(week)s', '%')
    """
    for found in _PART.finditer(prefix):
        if found.group(1) not in PARTS:
            return found.group(0)
    rest = _PART.sub("", prefix)
    if "%" in rest:
        return "%"
    return next((repr(sign) for sign in rest if not sign.isprintable()), None)


def number_text(prefix: str, digits: int, day: date, count: int) -> str:
    """Return the number of a document of a day.

    :param prefix: without :func:`unknown_part`
    :param digits: filled up with zeros to so many

    >>> number_text("DC/%(year)s/", 5, date(2026, 1, 5), 12)
    'DC/2026/00012'
    """
    head = _PART.sub(lambda found: day.strftime(PARTS[found.group(1)]), prefix)
    return f"{head}{count:0{digits}d}"
