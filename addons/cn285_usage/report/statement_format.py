"""Numbers and dates of a statement in the words of a language; nothing here knows Odoo."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

# Beyond so many decimals a quantity or unit price is rounded for the eye (not for the sums).
MAX_DECIMALS = 10
_EXCEL_DATE = {
    "%d": "dd",
    "%m": "mm",
    "%Y": "yyyy",
    "%y": "yy",
    "%b": "mmm",
    "%B": "mmmm",
    "%H": "hh",
    "%I": "hh",
    "%M": "mm",
    "%S": "ss",
    "%p": "AM/PM",
    "%a": "ddd",
    "%A": "dddd",
}


@dataclass(frozen=True)
class Locale:
    """How a language writes numbers and dates; ``grouping`` as in Odoo's languages."""

    decimal_point: str = "."
    thousands_sep: str = ","
    grouping: tuple[int, ...] = (3, 0)
    date_format: str = "%Y-%m-%d"
    time_format: str = "%H:%M:%S"
    currency: str = ""
    currency_before: bool = False
    decimals: int = 2

    def number(self, value: Decimal | int, least: int = 0, most: int = MAX_DECIMALS) -> str:
        """A number with ``least`` to ``most`` decimals, digits in groups."""
        if not isinstance(value, Decimal):
            value = Decimal(value)
        if -value.as_tuple().exponent > most:
            value = round(value, most)
        sign, digits = ("-", f"{-value:f}") if value < 0 else ("", f"{value:f}")
        whole, _point, fraction = digits.partition(".")
        fraction = fraction.rstrip("0").ljust(least, "0")
        text = sign + (self._grouped(whole) if len(whole) > 3 else whole)
        return f"{text}{self.decimal_point}{fraction}" if fraction else text

    def money(self, value: Decimal | int) -> str:
        """An amount with the currency's decimals (more where it has more), without its sign."""
        return self.number(value, self.decimals)

    def priced(self, value: Decimal | int) -> str:
        """An amount with the sign of its currency, which stays on the same line."""
        text = self.money(value)
        if not self.currency:
            return text
        return f"{self.currency}{text}" if self.currency_before else f"{text}\u00a0{self.currency}"

    def day(self, value: date) -> str:
        """A date."""
        return _dated(value, self.date_format)

    def clock(self, value: time) -> str:
        """A time of day."""
        return value.strftime(self.time_format)

    def moment(self, value: datetime) -> str:
        """A date and a time of day."""
        return f"{_dated(value.date(), self.date_format)} {value.strftime(self.time_format)}"

    def text(self, value: Any, kind: str) -> str:
        """A value of a statement's column (see ``statement_fields.FIELDS``), or a total of it."""
        if value is None:
            return ""
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, date):
            return self.day(value)
        if isinstance(value, time):
            return self.clock(value)
        if isinstance(value, Decimal):
            # A count of rows stays a whole number in a column of amounts too: it is no Decimal.
            least = self.decimals if kind in ("amount", "price") else 0
            return self.number(value, least)
        if isinstance(value, int) and not isinstance(value, bool):
            return self.number(value) if kind != "any" else str(value)
        return str(value)

    def _grouped(self, whole: str) -> str:
        parts: list[str] = []
        size = 0
        for step in (*self.grouping, None):
            if step == -1:
                break
            # Zero repeats the size before it for the rest.
            repeat = step in (0, None)
            size = size if repeat else step
            if not size:
                break
            while len(whole) > size:
                parts.insert(0, whole[-size:])
                whole = whole[:-size]
                if not repeat:
                    break
        return self.thousands_sep.join([whole, *parts])


@lru_cache(maxsize=4096)
def _dated(value: date, pattern: str) -> str:
    return value.strftime(pattern)


def excel_date(pattern: str) -> str:
    """An Excel format that shows a date or time as the language writes it."""
    for code, excel in _EXCEL_DATE.items():
        pattern = pattern.replace(code, excel)
    return pattern


@dataclass(frozen=True)
class Labels:
    """The words of a statement, in its reader's language."""

    title: str = "Usage Statement"
    page: str = "Page"
    page_of: str = "of"
    total: str = "Total"
    grand_total: str = "Grand total"
    continued: str = "continued"
    none: str = "None"
    rows: str = "Rows"
    customer: str = "Customer"
    colon: str = ": "
    summary_sheet: str = "Statement"
    detail_sheet: str = "Detail"
    empty: str = "No usage in this period."


@dataclass(frozen=True)
class Party:
    """The company or the customer: name, address lines, and a logo as the bytes of an image."""

    name: str
    lines: tuple[str, ...] = ()
    logo: bytes | None = None


@dataclass(frozen=True)
class Header:
    """All that a statement says besides its rows.

    ``facts`` are pairs of label and text (invoice, contract, period, date); ``footer`` is the
    company's legal line. Texts are in the reader's language already.
    """

    company: Party
    customer: Party
    facts: tuple[tuple[str, str], ...] = ()
    footer: str = ""
    locale: Locale = field(default_factory=Locale)
    labels: Labels = field(default_factory=Labels)
    color: str = "#1f4e79"
    language: str = "en"
