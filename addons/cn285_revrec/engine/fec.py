"""The layout of the French FEC (article A47 A-1 of the Livre des procédures fiscales).

18 columns with a header row, one separator, dates as AAAAMMJJ, amounts with a decimal comma.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from ...cn285_import.engine.text import safe_cell

COLUMNS = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)
# How Odoo's export writes the journal, its name and the number of an opening balance.
OPENING = ("OUV", "Balance initiale", "OUVERTURE/")
_CENT = Decimal("0.01")
# What ends a line or a field for somebody: control characters (also the vertical tab and the next
# line of Unicode), the separators of lines and paragraphs, and the separators of this layout.
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029|]+")
_DATES = ("EcritureDate", "PieceDate", "DateLet", "ValidDate")
_AMOUNTS = ("Debit", "Credit", "Montantdevise")
# Free texts, in which users may have written anything.
_TEXTS = ("JournalLib", "CompteLib", "CompAuxLib", "EcritureLib")
_REQUIRED = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "ValidDate",
)


def text(rows: Iterable[Sequence[object]], separator: str = "\t") -> str:
    """Return the file: header and rows, each row in the order of :data:`COLUMNS`.

    Dates and decimals are written as the law wants them, half cents away from zero as Odoo rounds;
    separators, line breaks of any alphabet and control characters in any field become blanks.
    """
    lines = [separator.join(COLUMNS)]
    lines += [separator.join(map(_cell, row)) for row in rows]
    return "\r\n".join(lines) + "\r\n"


def _cell(value: object) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, date):
        return value.strftime("%Y%m%d")
    if isinstance(value, Decimal):
        return f"{value.quantize(_CENT, ROUND_HALF_UP):.2f}".replace(".", ",")
    # A text of nothing but breaks is still a text: what must not be empty is not.
    return _BREAKS.sub(" ", str(value)).strip() or ("-" if value else "")


def of_odoo(content: str) -> str:
    """Return a file of Odoo's own export, every field in one line, without opening balances.

    Odoo keeps some line breaks, and puts the field into quotes then. A file of some journals and
    days has no opening balances: they are those of the whole books. An entry without a reference
    of another document refers to itself by its number, where Odoo writes a hyphen.
    """
    _header, *rows = csv.reader(io.StringIO(content, newline=""), delimiter="|")
    kept = [row for row in rows if row and not _is_opening(row)]
    number, piece = COLUMNS.index("EcritureNum"), COLUMNS.index("PieceRef")
    for row in kept:
        if row[piece] == "-":
            row[piece] = row[number]
    return text(kept, "|")


def _is_opening(row: Sequence[str]) -> bool:
    code, name, number = OPENING
    return row[0] == code and row[1] == name and row[2].startswith(number)


def harmless(content: str) -> str:
    """Return a file whose labels and names no spreadsheet takes for formulas.

    Only what is free text is touched: numbers, codes, dates and amounts are those of the books.
    """
    header, *lines = content.split("\r\n")
    separator = "|" if "|" in header else "\t"
    names = header.split(separator)
    texts = [place for place, name in enumerate(names) if name in _TEXTS]
    result = [header]
    for line in lines:
        cells = line.split(separator)
        if len(cells) == len(names):
            for place in texts:
                cells[place] = str(safe_cell(cells[place]))
        result.append(separator.join(cells))
    return "\r\n".join(result)


def problems(content: str) -> list[str]:
    """Return what in a file breaks the rules, in English; nothing where it is in order.

    Checked: header, separator, 18 columns, what must not be empty, dates, amounts, debit or credit
    but not both, and that each entry, and so the file, balances.
    """
    lines = content.splitlines()
    header = lines[0] if lines else ""
    separator = "|" if "|" in header else "\t"
    if tuple(header.split(separator)) != COLUMNS:
        return ["the header is not that of the layout"]
    found = []
    balances: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split(separator)
        if len(cells) != len(COLUMNS):
            found.append(f"line {number} has {len(cells)} columns")
            continue
        row = dict(zip(COLUMNS, cells, strict=True))
        found += [f"line {number}: {reason}" for reason in _row_problems(row)]
        balances[row["JournalCode"], row["EcritureNum"]] += _amount(row["Debit"]) - _amount(
            row["Credit"]
        )
    found += [
        f"entry {number} of journal {journal} is out of balance by {balance}"
        for (journal, number), balance in balances.items()
        if balance
    ]
    return found


def _row_problems(row: dict[str, str]) -> Iterable[str]:
    for name in _REQUIRED:
        if not row[name]:
            yield f"{name} is empty"
    for name in _DATES:
        if row[name] and not _is_date(row[name]):
            yield f"{name} is no date: {row[name]}"
    for name in _AMOUNTS:
        if row[name] and not re.fullmatch(r"\s*-?\d+,\d{2}", row[name]):
            yield f"{name} is no amount: {row[name]}"
    if _amount(row["Debit"]) and _amount(row["Credit"]):
        yield "both debit and credit"
    if bool(row["EcritureLet"]) != bool(row["DateLet"]):
        yield "lettering without a date, or the reverse"


def _is_date(value: str) -> bool:
    try:
        return len(value) == 8 and bool(date(int(value[:4]), int(value[4:6]), int(value[6:])))
    except ValueError:
        return False


def _amount(value: str) -> Decimal:
    clean = value.strip().replace(",", ".")
    return Decimal(clean) if re.fullmatch(r"-?\d+(\.\d+)?", clean) else Decimal(0)
