"""A letter as a PDF, drawn with reportlab; wkhtmltopdf has no part in it.

One page or more of A4, the recipient where the window of a French envelope shows him, and what must
catch the eye in a box of its own.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

MARGIN = 20 * mm
# The window of a French envelope: left and top edge of the address.
WINDOW_LEFT, WINDOW_TOP = 110 * mm, 50 * mm
HEAD = 95 * mm
INK, SOFT = HexColor("#1c2833"), HexColor("#5d6d7e")


@dataclass(frozen=True)
class Box:
    """A framed text that catches the eye."""

    text: str


@dataclass(frozen=True)
class Facts:
    """A table of two columns: what, and its value."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Letter:
    """All that a letter says, as plain text; ``body`` holds paragraphs, boxes and facts.

    ``color`` is a colour code such as #714B67.
    """

    sender: Sequence[str]
    recipient: Sequence[str]
    place_and_date: str
    subject: str
    body: Sequence[str | Box | Facts]
    closing: str = ""
    footer: str = ""
    color: str = "#1c2833"
    language: str = "fr"


def letters_pdf(letters: Sequence[Letter], fonts: dict[str, str] | None = None) -> bytes:
    """Return the letters as one PDF document, each beginning on a page of its own.

    :param letters: at least one
    :param fonts: paths of TrueType files, ``regular`` and ``bold``; Helvetica without, which has
        the signs of western Europe only
    """
    names = _font_names(fonts or {})
    file = io.BytesIO()
    document = BaseDocTemplate(
        file,
        pagesize=A4,
        title=letters[0].subject,
        author=letters[0].sender[0] if letters[0].sender else "",
        creator="Cn285",
        lang=letters[0].language,
    )
    story: list[Flowable] = []
    for number, letter in enumerate(letters):
        document.addPageTemplates(_page_templates(number, letter, *names))
        if number:
            story += [NextPageTemplate(f"first-{number}"), PageBreak()]
        story.append(NextPageTemplate(f"others-{number}"))
        story += _story(letter, _styles(*names, letter.color))
    document.build(story)
    return file.getvalue()


def _page_templates(number, letter, regular, bold):
    """The first page of a letter, with the parties, and its other pages."""
    width, height = A4
    room, foot = width - 2 * MARGIN, MARGIN + 8 * mm
    first = Frame(MARGIN, foot, room, height - HEAD - foot + 4 * mm, 0, 0, 0, 0)
    others = Frame(MARGIN, foot, room, height - MARGIN - foot, 0, 0, 0, 0)

    def draw_first(canvas, _document):
        _draw_parties(canvas, letter, regular, bold)
        _draw_footer(canvas, letter, regular)

    def draw_other(canvas, _document):
        _draw_footer(canvas, letter, regular)

    return [
        PageTemplate(f"first-{number}", [first], onPage=draw_first),
        PageTemplate(f"others-{number}", [others], onPage=draw_other),
    ]


def _font_names(paths):
    if not all(Path(paths.get(weight, "")).is_file() for weight in ("regular", "bold")):
        return "Helvetica", "Helvetica-Bold"
    names = []
    for weight in ("regular", "bold"):
        name = f"cn285-letter-{Path(paths[weight]).stem}"
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(paths[weight])))
        names.append(name)
    return tuple(names)


def _styles(regular, bold, color):
    body = ParagraphStyle("body", fontName=regular, fontSize=10, leading=14, textColor=INK)
    return {
        "body": body,
        "subject": ParagraphStyle(
            "subject", parent=body, fontName=bold, fontSize=11, leading=15, spaceAfter=4 * mm
        ),
        "box": ParagraphStyle(
            "box",
            parent=body,
            fontName=bold,
            fontSize=12,
            leading=17,
            alignment=1,
            borderWidth=1.5,
            borderColor=HexColor(color),
            borderPadding=9,
        ),
        "label": ParagraphStyle("label", parent=body, textColor=SOFT),
        "value": ParagraphStyle("value", parent=body, fontName=bold),
    }


def _text(text):
    return escape(text).replace("\n", "<br/>")


def _story(letter, styles):
    story = [Paragraph(_text(letter.subject), styles["subject"])]
    for part in letter.body:
        if isinstance(part, Box):
            story += [Spacer(1, 6 * mm), Paragraph(_text(part.text), styles["box"])]
            story.append(Spacer(1, 7 * mm))
        elif isinstance(part, Facts):
            story += [_facts(part, styles), Spacer(1, 3 * mm)]
        else:
            story += [Paragraph(_text(part), styles["body"]), Spacer(1, 3 * mm)]
    if letter.closing:
        story += [Spacer(1, 4 * mm), Paragraph(_text(letter.closing), styles["body"])]
    return story


def _facts(facts, styles):
    rows = [
        [Paragraph(_text(label), styles["label"]), Paragraph(_text(value), styles["value"])]
        for label, value in facts.rows
    ]
    table = Table(rows, colWidths=[60 * mm, None], hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
            ]
        )
    )
    return table


def _draw_parties(canvas, letter, regular, bold):
    width, height = A4
    canvas.saveState()
    y = height - MARGIN
    for number, line in enumerate(letter.sender):
        canvas.setFont(bold if number == 0 else regular, 10 if number == 0 else 8.5)
        canvas.setFillColor(INK if number == 0 else SOFT)
        canvas.drawString(MARGIN, y, line)
        y -= 13 if number == 0 else 11
    y = height - WINDOW_TOP
    canvas.setFillColor(INK)
    for number, line in enumerate(letter.recipient):
        canvas.setFont(bold if number == 0 else regular, 10.5)
        canvas.drawString(WINDOW_LEFT, y, line)
        y -= 14
    canvas.setFont(regular, 10)
    canvas.drawRightString(width - MARGIN, height - HEAD + 8 * mm, letter.place_and_date)
    canvas.restoreState()


def _draw_footer(canvas, letter, regular):
    canvas.saveState()
    canvas.setFont(regular, 7.5)
    canvas.setFillColor(SOFT)
    canvas.drawCentredString(A4[0] / 2, 12 * mm, letter.footer)
    canvas.restoreState()
