"""Texts that come from outside: what a database can hold, and what a spreadsheet may open."""

import re

# A text with one of these before it is a formula to some spreadsheet or other; also in full width.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(
    r"[+-]?(\d{1,3}([ \u00a0\u202f]\d{3})*|\d+)([.,]\d*)?([eE][+-]?\d+)?|[+-]?[.,]\d+"
)
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def is_text(value: object) -> bool:
    """Tell whether a value is a text that PostgreSQL can hold: no NUL, no half of a character.

    >>> [is_text(one) for one in ("é", "a\\0b", "\\ud83d", 5)]
    [True, False, False, False]
    """
    return isinstance(value, str) and _NO_TEXT.search(value) is None


def holds_text(data: object) -> bool:
    """Tell whether all texts within lists and objects are such, their names too; numbers are.

    >>> holds_text({"a": ["b", 5]}), holds_text({"a": ["b\\0"]}), holds_text({"\\0": 1})
    (True, False, False)
    """
    if isinstance(data, dict):
        return all(holds_text(key) and holds_text(value) for key, value in data.items())
    if isinstance(data, list | tuple):
        return all(map(holds_text, data))
    return is_text(data) if isinstance(data, str) else True


def cleaned(text: str) -> str:
    """Return a text without what no database can hold.

    >>> cleaned("a\\0b\\ud83d")
    'ab'
    """
    return _NO_TEXT.sub("", text)


def safe_cell(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe goes before a suspect.

    Numbers stay what they are, also those that are texts; so does all that is no text.

    >>> [safe_cell(one) for one in ("=1+1", " @x", "-12.50", "-12,50", -3.5, "-x", "a=b")]
    ["'=1+1", "' @x", '-12.50', '-12,50', -3.5, "'-x", 'a=b']
    """
    if not isinstance(cell, str) or not cell:
        return cell
    suspect = cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA)
    return f"'{cell}" if suspect and not _NUMBER.fullmatch(cell) else cell


def safe_row(cells: object) -> list[object]:
    """Return the cells of a row, each as :func:`safe_cell` has it."""
    return [safe_cell(cell) for cell in cells]


def unsafe_cell(cell: str) -> str:
    """Return a cell as it was before :func:`safe_cell`: of files that this program wrote.

    >>> [unsafe_cell(one) for one in ("'=1+1", "'+33 1 23 45 67 89", "'tis", "12")]
    ['=1+1', '+33 1 23 45 67 89', "'tis", '12']
    """
    if cell.startswith("'") and safe_cell(cell[1:]) == cell:
        return cell[1:]
    return cell
