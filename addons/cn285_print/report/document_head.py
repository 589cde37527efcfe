"""The head of a document: who sells and who buys, what it is, and what is known of it."""

import io
from functools import lru_cache

import PIL.Image
from reportlab.lib.units import inch, mm
from reportlab.platypus import Flowable, Image, Paragraph, Spacer, Table, TableStyle

from .document_texts import parts, shortened

# The window of a French envelope: left and top edge of the address.
WINDOW_LEFT, WINDOW_TOP = 110 * mm, 48 * mm
LOGO_WIDTH, LOGO_HEIGHT = 60 * mm, 20 * mm
LOGO_DPI = 400
# Facts that are longer stand below the others, over the whole width, and go on to the next page.
LONG_FACT = 120
# An address has not so many lines.
MOST_LINES = 8
# Names may be longer than other lines.
MOST_OF_NAME = 300


class Head:
    """Seller and buyer, the title, and what is known of the document before its lines.

    :param margin: left and upper margin of the page in points
    :param width: the room between the margins
    """

    def __init__(self, document, fonts, styles, margin, width):
        self._document, self._fonts, self._styles = document, fonts, styles
        self._margin, self._width = margin, width

    def story(self) -> list[Flowable]:
        """The flowables of the head."""
        document = self._document
        return [
            self._parties(),
            Spacer(1, 6 * mm),
            Paragraph(self._fonts.markup(document.title, "bold"), self._styles["title"]),
            Spacer(1, 2 * mm),
            *self._facts(),
            *self._long_facts(),
            *self._others(),
            Spacer(1, 4 * mm),
        ]

    def _parties(self):
        document, left = self._document, WINDOW_LEFT - self._margin
        seller = [*self._logo(), self._bold(document.seller.name, "seller")]
        seller += [self._text(line, "small") for line in document.seller.lines[:MOST_LINES]]
        seller += self._identifiers(document.seller)
        buyer = [
            Spacer(1, WINDOW_TOP - self._margin),
            self._bold(document.buyer.name, "buyer_name"),
            *(self._text(line, "buyer") for line in document.buyer.lines[:MOST_LINES]),
            Spacer(1, 1.5 * mm),
            *self._identifiers(document.buyer),
        ]
        return self._plain_table([[seller, buyer]], [left, self._width - left])

    def _logo(self):
        logo = small_picture(self._document.logo) if self._document.logo else None
        if not logo:
            return []
        content, width, height = logo
        scale = min(LOGO_WIDTH / width, LOGO_HEIGHT / height)
        image = Image(io.BytesIO(content), width * scale, height * scale, hAlign="LEFT")
        return [image, Spacer(1, 3 * mm)]

    def _identifiers(self, party):
        return [self._text(f"{label} {text}", "small") for label, text in party.facts]

    def _facts(self):
        """Two facts beside one another, their values in bold."""
        facts = [fact for fact in self._document.facts if len(fact[1]) <= LONG_FACT]
        if not facts:
            return []
        half = (len(facts) + 1) // 2
        rows = []
        for number in range(half):
            row = []
            for label, text in facts[number::half][:2]:
                row += [self._text(label, "small"), self._bold(text, "bold")]
            rows.append([*row, *[""] * (4 - len(row))])
        label, value = 30 * mm, self._width / 2 - 30 * mm
        return [self._plain_table(rows, [label, value, label, value], padding=1.2)]

    def _long_facts(self):
        """Facts of any length, such as all the invoices that a credit note corrects."""
        return [
            Paragraph(
                f"{self._fonts.markup(label if number == 0 else '')} "
                f"{self._fonts.markup(part, 'bold')}",
                self._styles["long_fact"],
            )
            for label, text in self._document.facts
            if len(text) > LONG_FACT
            for number, part in enumerate(parts(text))
        ]

    def _others(self):
        """Further parties, such as whom was delivered to."""
        others = self._document.others
        if not others:
            return []
        cells = [
            [
                self._text(party.label, "small"),
                self._bold(party.name, "bold"),
                *(self._text(line, "note") for line in party.lines[:MOST_LINES]),
                *self._identifiers(party),
            ]
            for party in others
        ]
        rows = [
            [*cells[number : number + 2], *[""] * (2 - len(cells[number : number + 2]))]
            for number in range(0, len(cells), 2)
        ]
        return [Spacer(1, 3 * mm), self._plain_table(rows, [self._width / 2] * 2, padding=1.2)]

    def _plain_table(self, rows, widths, padding=0):
        table = Table(rows, colWidths=widths, hAlign="LEFT")
        table.setStyle(
            TableStyle(
                [
                    ("FONTNAME", (0, 0), (-1, -1), self._fonts.name("regular")),
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("LEFTPADDING", (0, 0), (-1, -1), 0),
                    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                    ("TOPPADDING", (0, 0), (-1, -1), padding),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), padding),
                ]
            )
        )
        return table

    def _text(self, text, style):
        return Paragraph(self._fonts.markup(shortened(text)), self._styles[style])

    def _bold(self, text, style):
        return Paragraph(
            self._fonts.markup(shortened(text, MOST_OF_NAME), "bold"), self._styles[style]
        )


@lru_cache(maxsize=8)
def small_picture(content):
    """A picture with no more points than print shows, its width and height; None: unreadable."""
    try:
        with PIL.Image.open(io.BytesIO(content)) as picture:
            # Alone these two know transparency, and are read by whatever reads PDF.
            shown = picture.convert("RGBA" if _is_transparent(picture) else "RGB")
        shown.thumbnail([int(side / inch * LOGO_DPI) for side in (LOGO_WIDTH, LOGO_HEIGHT)])
        file = io.BytesIO()
        shown.save(file, "PNG")
    except (OSError, ValueError, SyntaxError, PIL.Image.DecompressionBombError):
        return None  # one that cannot be read does not stop a document
    return file.getvalue(), *shown.size


def _is_transparent(picture):
    return "A" in picture.getbands() or "transparency" in picture.info
