"""A commercial document as it is printed: texts in the reader's language, in order.

Whatever is sold, credited or offered fits in: the columns of its table are given, figures are
texts. Nothing here is computed.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Party:
    """Somebody with a postal address: ``lines`` follow the name, ``facts`` are identifiers."""

    name: str
    lines: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    label: str = ""


@dataclass(frozen=True)
class Column:
    """A column of figures, aligned to the right; ``width`` in millimetres."""

    label: str
    width: float


@dataclass(frozen=True)
class Line:
    """A line: its texts, and a figure for each column (none: a heading or a note).

    ``details`` stand small below the title. ``style`` is ``line``, ``section``, ``subsection`` or
    ``note``.
    """

    title: str
    details: Sequence[str] = ()
    figures: Sequence[str] = ()
    style: str = "line"


@dataclass(frozen=True)
class Table:
    """A small table beside the totals, such as the tax by rate; the first column is text."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Total:
    """A row of the totals; a strong one is set off."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True)
class Notes:
    """Paragraphs under a heading, which may be empty; ``boxed`` in a frame.

    A boxed one may have the text of a QR code, drawn beside it over its label.
    """

    paragraphs: Sequence[str]
    heading: str = ""
    boxed: bool = False
    code: str = ""
    code_label: str = ""


@dataclass(frozen=True)
class Signature:
    """Where somebody signs, or has signed: ``image`` is the content of a picture's file.

    Without image and lines there is room for a signature by hand.
    """

    heading: str
    lines: Sequence[str] = ()
    image: bytes | None = None


@dataclass(frozen=True)
class Labels:
    """The document's own words; ``page`` takes ``{page}`` and ``{pages}``."""

    description: str
    page: str


@dataclass(frozen=True)
class Document:
    """All that a document says.

    :param title: what it is, with its number
    :param facts: what stands above the table, such as dates and references
    :param color: a colour code such as #714B67
    :param language: of the texts, such as ``fr``
    :param footer: the seller's legal identity, on every page
    :param logo: an image file's content
    """

    title: str
    seller: Party
    buyer: Party
    labels: Labels
    others: Sequence[Party] = ()
    facts: Sequence[tuple[str, str]] = ()
    columns: Sequence[Column] = ()
    lines: Sequence[Line] = ()
    table: Table | None = None
    totals: Sequence[Total] = ()
    notes: Sequence[Notes] = ()
    signature: Signature | None = None
    footer: Sequence[str] = ()
    color: str = "#1c2833"
    language: str = "en"
    logo: bytes | None = None
