"""Numbers and dates as spreadsheets write them; what may be read in two ways is not guessed.

``1,234`` is 1.234 in one country and 1234 in another. A text that says by itself which it is
(``1.234,56``, ``12,50``, ``0,125``) is read as it says, and tells how its file writes numbers; one
that does not is read as its file does, and refused where that is not known.
"""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# Blanks that spreadsheets put between thousands: plain, no-break, figure, thin, narrow no-break.
BLANKS = " \u00a0\u2007\u2009\u202f"
_BLANK = re.compile(f"[{BLANKS}]")
_SHAPE = re.compile(r"[+-]?[0-9.,]*[0-9][0-9.,]*")
# Blanks, or apostrophes as in Switzerland, before each group of three digits.
_GROUPED = re.compile(rf"[+-]?\d{{1,3}}([{BLANKS}'’]\d{{3}})+([.,]\d*)?")
_CURRENCY = re.compile(r"^[€$£]\s*|\s*(€|\$|£|EUR|USD|GBP|CHF)$")
MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})
SEPARATORS = ".,"
DATE_ORDERS = ("ymd", "dmy", "mdy")
_DATE = {
    "ymd": re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"),
    "dmy": re.compile(r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})"),
    "mdy": re.compile(r"(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4})"),
}
_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})")
# What a spreadsheet adds to a day that it takes for a moment.
_MIDNIGHT = re.compile(r"[T ]0?0:00(:00(\.0+)?)?$")


class WrittenError(ValueError):
    """A text that is no number or date, or may be two.

    ``code``: ``not_a_number``, ``ambiguous_number``, ``other_separator``, ``not_a_date``.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Style:
    """How a file writes: its decimal separator (None: not known) and the order of its dates.

    ``certain``: whether somebody said so; then what is written otherwise is refused.
    """

    decimal: str | None = None
    dates: str = "ymd"
    certain: bool = False


PLAIN = Style(decimal=".", certain=False)


def bare(text: str) -> str:
    """Return a number's text without blanks between its thousands, currency, or odd minus signs.

    >>> bare("1\\u202f234,50 €"), bare("− 12"), bare("(5,00)")
    ('1234,50', '-12', '-5,00')
    """
    text = _CURRENCY.sub("", text.strip().translate(MINUS)).strip()
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1]
    if _GROUPED.fullmatch(text):
        return re.sub(rf"[{BLANKS}'’]", "", text)
    sign = text[:1] if text[:1] in ("-", "+") else ""
    return sign + text[len(sign) :].strip(BLANKS)


def decimal_of(text: str) -> str | None:
    """Return the decimal separator that a number shows by itself; None where it shows none.

    >>> [decimal_of(one) for one in ("1.234,56", "1,234,567", "12,50", "0,125", "1,234", "12")]
    [',', '.', ',', ',', None, None]
    >>> decimal_of("1 234,567"), decimal_of("1234,567"), decimal_of("Paris, 3")
    (',', ',', None)
    """
    number = bare(text)
    if not _SHAPE.fullmatch(number):
        return None
    digits = number.lstrip("+-")
    marks = [mark for mark in digits if mark in SEPARATORS]
    if not marks:
        return None
    if len(set(marks)) == 2:
        return marks[-1] if marks.count(marks[-1]) == 1 else None
    mark = marks[0]
    if len(marks) > 1:
        return _other(mark)
    before, after = digits.split(mark)
    grouped = _GROUPED.fullmatch(text.strip().translate(MINUS)) is not None
    may_group = len(after) == 3 and 1 <= len(before) <= 3 and before[0] != "0" and not grouped
    return None if may_group else mark


def style_of(texts: Iterable[str], given: Style) -> Style:
    """Return how a file writes its numbers, by those of them that show it, or as was ``given``.

    Where they show both, it is not known.

    >>> style_of(["1,234", "12,50"], Style()).decimal
    ','
    >>> style_of(["12.50", "12,50"], Style()).decimal is None
    True
    """
    if given.decimal:
        return given
    shown = {mark for text in texts if (mark := decimal_of(text))}
    return Style(shown.pop() if len(shown) == 1 else None, given.dates, certain=False)


def read_number(text: str, style: Style) -> Decimal:
    """Return the number that a text is.

    >>> read_number("1.234", Style(",")), read_number("1,234.5", Style())
    (Decimal('1234'), Decimal('1234.5'))

    Raises ``not_a_number``; ``ambiguous_number`` where the file does not show what ``1,234`` is;
    ``other_separator`` for ``12.50`` in a file that is said to write ``12,50``.
    """
    number = bare(text)
    if not _SHAPE.fullmatch(number):
        raise WrittenError("not_a_number", text)
    marks = {mark for mark in number if mark in SEPARATORS}
    shown = decimal_of(text)
    if len(marks) == 2 and shown is None:
        raise WrittenError("not_a_number", text)
    if marks and shown is None and style.decimal is None:
        raise WrittenError("ambiguous_number", text)
    if shown and style.certain and style.decimal and shown != style.decimal:
        raise WrittenError("other_separator", text)
    point = shown or style.decimal or "."
    whole, mark, rest = number.partition(point)
    if mark and any(one in rest for one in SEPARATORS):
        raise WrittenError("not_a_number", text)
    groups = whole.lstrip("+-").split(_other(point))
    if len(groups) > 1 and not (
        1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    ):
        raise WrittenError("not_a_number", text)
    digits = whole.replace(_other(point), "") + (f".{rest}" if rest else "")
    return Decimal(digits)


def read_date(text: str, order: str = "ymd") -> date:
    """Return the day that a text is: in ISO, or in the order that its file is said to write.

    >>> read_date("31/12/2026", "dmy"), read_date("2026-12-31 00:00:00", "mdy")
    (datetime.date(2026, 12, 31), datetime.date(2026, 12, 31))

    Raises ``not_a_date``: for years of two digits, and for what no calendar has, too.
    """
    day = _MIDNIGHT.sub("", text.strip())
    found = _ISO.fullmatch(day) or (order != "ymd" and _DATE[order].fullmatch(day)) or None
    if found:
        with suppress(ValueError):  # the 30th of February
            return date(int(found["y"]), int(found["m"]), int(found["d"]))
    raise WrittenError("not_a_date", text)


def _other(mark: str) -> str:
    return "," if mark == "." else "."
