"""A letter as a PDF, drawn with reportlab; wkhtmltopdf has no part in it.

One page or more of A4, the recipient where the window of a French envelope shows it, and what must
catch the eye in a box of its own.
"""

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from odoo.addons.cn285_contract.report.pdf_fonts import Fonts
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    Image,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

MARGIN = 20 * mm
# Of PDF: what is signed elsewhere has to have it (Yousign takes none below).
VERSION = (1, 6)
# The window of a French envelope: left and top edge of the address.
WINDOW_LEFT, WINDOW_TOP = 110 * mm, 50 * mm
HEAD = 95 * mm
LINE_OF_FOOTER = 9.5
ROOM = A4[0] - 2 * MARGIN
# As high as a picture is drawn.
TALLEST = 60 * mm
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
class Picture:
    """A picture of a file's bytes, at most as wide as ``width`` millimetres."""

    content: bytes
    width: float = 60


@dataclass(frozen=True)
class Letter:
    """All that a letter says, as plain text; ``body`` holds paragraphs, boxes, facts and pictures.

    ``reference`` stands on each page, with the page's number and how many there are. ``color`` is a
    colour code such as #714B67.
    """

    sender: Sequence[str]
    recipient: Sequence[str]
    place_and_date: str
    subject: str
    body: Sequence[str | Box | Facts | Picture]
    closing: str = ""
    footer: str = ""
    reference: str = ""
    color: str = "#1c2833"
    language: str = "fr"


def letters_pdf(letters: Sequence[Letter], fonts: dict[str, str] | None = None) -> bytes:
    """Return the letters as one PDF document, each beginning on a page of its own.

    :param letters: at least one
    :param fonts: paths of TrueType files, ``regular`` and ``bold``; Helvetica without, which has
        the signs of western Europe only
    """
    known = Fonts(fonts)
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
        styles = _styles(known, letter.color)
        document.addPageTemplates(_page_templates(number, letter, known, styles))
        if number:
            story += [NextPageTemplate(f"first-{number}"), PageBreak()]
        story.append(NextPageTemplate(f"others-{number}"))
        story += _story(letter, known, styles)
    marks = [letter.reference for letter in letters]
    numbered = partial(_NumberedCanvas, marks=marks, fonts=known, pdfVersion=VERSION)
    document.build(story, canvasmaker=numbered)
    return file.getvalue()


class _NumberedCanvas(Canvas):
    """A canvas that puts references and numbers on pages once it knows how many there are."""

    def __init__(self, *args, marks, fonts, **kwargs):
        super().__init__(*args, **kwargs)
        self.letter = 0
        self._marks, self._fonts, self._kept = marks, fonts, []

    def showPage(self):  # noqa: N802, reportlab's name
        """Keep the page until all are there."""
        if not any(self._marks):
            super().showPage()
            return
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self):  # pylint: disable=missing-return
        """Number the pages of each letter, and write them."""
        pages = Counter(page["letter"] for page in self._kept)
        seen = Counter()
        for page in self._kept:
            self.__dict__.update(page)
            mark = self._marks[self.letter]
            seen[self.letter] += 1
            if mark:
                text = f"{mark} · {seen[self.letter]}/{pages[self.letter]}"
                room = self._fonts.width(text, "regular", 7.5)
                line = self.beginText()
                self._fonts.put(line, A4[0] - MARGIN - room, 8 * mm, text, "regular", 7.5)
                self.setFillColor(SOFT)
                self.drawText(line)
            super().showPage()  # pylint: disable=super-method-mismatch
        super().save()


def _page_templates(number, letter, fonts, styles):
    """The first page of a letter, with the parties, and its other pages.

    Names and addresses that take more room than usual push down what follows.
    """
    width, height = A4
    sender, recipient, footer = _parties(letter, fonts, styles)
    head = max(HEAD, WINDOW_TOP + _height(recipient) + 18 * mm, MARGIN + _height(sender) + 18 * mm)
    room, foot = width - 2 * MARGIN, MARGIN + 8 * mm + max(0, _height(footer) - LINE_OF_FOOTER)
    first = Frame(MARGIN, foot, room, height - head - foot + 4 * mm, 0, 0, 0, 0)
    others = Frame(MARGIN, foot, room, height - MARGIN - foot, 0, 0, 0, 0)

    def draw_first(canvas, _document):
        _draw(canvas, sender, MARGIN, height - MARGIN + 8)
        _draw(canvas, recipient, WINDOW_LEFT, height - WINDOW_TOP + 9)
        place = [(Paragraph(fonts.markup(letter.place_and_date), styles["place"]), room)]
        _draw(canvas, place, MARGIN, height - head + 8 * mm + 11)
        draw_other(canvas, _document)

    def draw_other(canvas, _document):
        canvas.letter = number
        _draw(canvas, footer, MARGIN, 12 * mm + 8 + max(0, _height(footer) - LINE_OF_FOOTER))

    return [
        PageTemplate(f"first-{number}", [first], onPage=draw_first),
        PageTemplate(f"others-{number}", [others], onPage=draw_other),
    ]


def _parties(letter, fonts, styles):
    """Sender, recipient and footer, as lists of ``(paragraph, room)``: long names are broken."""
    left, right = WINDOW_LEFT - MARGIN - 8 * mm, A4[0] - WINDOW_LEFT - MARGIN / 2
    sender = [
        (_party_line(text, fonts, styles, "sender", number), left)
        for number, text in enumerate(letter.sender)
    ]
    recipient = [
        (_party_line(text, fonts, styles, "recipient", number), right)
        for number, text in enumerate(letter.recipient)
    ]
    footer = [(Paragraph(fonts.markup(letter.footer), styles["footer"]), A4[0] - 2 * MARGIN)]
    return sender, recipient, footer


def _party_line(text, fonts, styles, party, number):
    weight = "regular" if number else "bold"
    return Paragraph(fonts.markup(text, weight), styles[f"{party}_{weight}"])


def _height(lines):
    return sum(line.wrap(room, 1000)[1] for line, room in lines)


def _draw(canvas, lines, x, y):
    """Draw lines below one another, from the upper edge ``y``."""
    for line, room in lines:
        y -= line.wrap(room, 1000)[1]
        line.drawOn(canvas, x, y)


def _styles(fonts, color):
    regular, bold = fonts.name("regular"), fonts.name("bold")
    body = ParagraphStyle("body", fontName=regular, fontSize=10, leading=14, textColor=INK)
    soft = ParagraphStyle("soft", parent=body, fontSize=8.5, leading=11, textColor=SOFT)
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
        "sender_bold": ParagraphStyle("sender_bold", parent=body, fontName=bold, leading=13),
        "sender_regular": soft,
        "recipient_bold": ParagraphStyle(
            "recipient_bold", parent=body, fontName=bold, fontSize=10.5
        ),
        "recipient_regular": ParagraphStyle("recipient_regular", parent=body, fontSize=10.5),
        "place": ParagraphStyle("place", parent=body, alignment=TA_RIGHT),
        "footer": ParagraphStyle(
            "footer", parent=soft, fontSize=7.5, leading=LINE_OF_FOOTER, alignment=TA_CENTER
        ),
    }


def _story(letter, fonts, styles):
    bold = partial(fonts.markup, weight="bold")
    story = [Paragraph(bold(letter.subject), styles["subject"])]
    for part in letter.body:
        if isinstance(part, Box):
            story += [Spacer(1, 6 * mm), Paragraph(bold(part.text), styles["box"])]
            story.append(Spacer(1, 7 * mm))
        elif isinstance(part, Facts):
            story += [_facts(part, fonts, styles), Spacer(1, 3 * mm)]
        elif isinstance(part, Picture):
            story += [_picture(part), Spacer(1, 3 * mm)]
        else:
            story += [Paragraph(fonts.markup(part), styles["body"]), Spacer(1, 3 * mm)]
    if letter.closing:
        story += [Spacer(1, 4 * mm), Paragraph(fonts.markup(letter.closing), styles["body"])]
    return story


def _picture(picture):
    drawn = Image(io.BytesIO(picture.content), mask="auto", hAlign="LEFT")
    scale = picture.width * mm / drawn.imageWidth
    drawn.drawWidth, drawn.drawHeight = picture.width * mm, drawn.imageHeight * scale
    if drawn.drawHeight > TALLEST:
        drawn.drawWidth, drawn.drawHeight = drawn.drawWidth * TALLEST / drawn.drawHeight, TALLEST
    return drawn


def _facts(facts, fonts, styles):
    rows = [
        [
            Paragraph(fonts.markup(label), styles["label"]),
            Paragraph(fonts.markup(value, "bold"), styles["value"]),
        ]
        for label, value in facts.rows
    ]
    # A value longer than a page goes on on the next one.
    table = Table(rows, colWidths=[60 * mm, ROOM - 60 * mm], hAlign="LEFT", splitInRow=1)
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
