"""What stands on each page of a document: a short head on further ones, the foot, the number."""

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph

SOFT = HexColor("#5d6d7e")
SIZE = 7


class PageTotal(Flowable):
    """The last thing in a document: how many pages it has, for the foot of all of them."""

    def __init__(self, fonts):
        super().__init__()
        self._fonts = fonts

    def wrap(self, _width, _height):
        """It takes no room."""
        return 0, 0

    def draw(self):
        """Draw the form that the feet of all pages show."""
        self.canv.beginForm("pages", 0, -5, 60, 15)
        text = self.canv.beginText()
        text.setFillColor(SOFT)
        self._fonts.put(text, 0, 0, str(self.canv.getPageNumber()), "regular", SIZE)
        self.canv.drawText(text)
        self.canv.endForm()


def draw_short_head(canvas, document, fonts, margin):
    """On further pages: whose document this is, and which."""
    width, height = A4
    canvas.saveState()
    text = canvas.beginText()
    text.setFillColor(SOFT)
    shown = f"{document.seller.name} · {document.title}"
    shown = fonts.cut(shown, "regular", 8, width - 2 * margin)
    fonts.put(text, margin, height - margin - 2, shown, "regular", 8)
    canvas.drawText(text)
    canvas.restoreState()


def footer_height(document, fonts, styles, width):
    """How much room the foot of a page takes, in points."""
    parts = (Paragraph(fonts.markup(line), styles["footer"]) for line in document.footer)
    return sum((part.wrap(width, 1000)[1] for part in parts), start=6 * mm)


def draw_footer(canvas, document, fonts, styles, place):
    """The seller's legal identity, and which page of how many this is.

    :param place: left edge and width
    """
    left, width = place
    canvas.saveState()
    canvas.setStrokeColor(HexColor("#d5dbe1"))
    canvas.setLineWidth(0.5)
    base = footer_height(document, fonts, styles, width) + 4 * mm
    canvas.line(left, base, left + width, base)
    y = base - 2
    for line in document.footer:
        part = Paragraph(fonts.markup(line), styles["footer"])
        _wide, high = part.wrap(width, 1000)
        y -= high
        part.drawOn(canvas, left, y)
    _draw_number(canvas, document, fonts, left + width, base - 9)
    canvas.restoreState()


def _draw_number(canvas, document, fonts, right, base):
    """The page's number; how many there are is drawn when it is known, as wide as two digits."""
    number = canvas.getPageNumber()
    before, _total, after = document.labels.page.format(page=number, pages="|").partition("|")
    room = fonts.width("00", "regular", SIZE)
    end = right - room - fonts.width(after, "regular", SIZE)
    text = canvas.beginText()
    text.setFillColor(SOFT)
    fonts.put(text, end - fonts.width(before, "regular", SIZE), base, before, "regular", SIZE)
    if after:
        fonts.put(text, end + room, base, after, "regular", SIZE)
    canvas.drawText(text)
    canvas.saveState()
    canvas.translate(end, base)
    canvas.doForm("pages")
    canvas.restoreState()
