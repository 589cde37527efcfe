"""A statement as a PDF, drawn page by page with reportlab; wkhtmltopdf has no part in it."""

import io
from dataclasses import replace
from functools import lru_cache

from odoo.addons.cn285_contract.report.pdf_fonts import Fonts
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ..engine.statement_fields import NUMBERS
from .statement_format import Header

MM = 72 / 25.4
MARGIN = 15 * MM
FOOTER = 16 * MM
PADDING = 3
BODY, SMALL = 8.0, 7.0
LINE = 10.0
ROW = 14.0
# Up to so many characters of columns stand upright; more need the wide page.
PORTRAIT_WIDTH = 105
MAX_CELL_LINES = 4
# A company's name is told whole: it is part of who it is.
MAX_NAME_LINES = 8
INK, SOFT, RULE = "#1c2833", "#5d6d7e", "#d5dbe1"


class StatementPdf:
    """Takes a statement and writes an A4 document to a binary file.

    Letterhead with logos and names on the first page, a short one on the others; the heading of the
    table and the open groups are repeated on every page, and pages are numbered "x of y". A last
    row is never parted from the totals below it. Text too long for its column is broken into lines.
    """

    def __init__(self, file, spec, header: Header, font_paths=None):
        self._spec, self._header = spec, header
        self._labels, self._locale = header.labels, header.locale
        self._fonts = Fonts(font_paths)
        self.wants_lines = spec.detail
        self._columns = _shown(spec)
        wide = sum(column.width for column in self._columns) > PORTRAIT_WIDTH
        self._size = landscape(A4) if wide and spec.detail else A4
        self._canvas = Canvas(file, pagesize=self._size, pageCompression=1, lang=header.language)
        self._canvas.setTitle(header.labels.title)
        self._canvas.setAuthor(header.company.name)
        self._canvas.setSubject(header.customer.name)
        self._canvas.setCreator("Cn285")
        self._color = _color(header.color)
        self._tints = _tint(header.color, 0.12), _tint(header.color, 0.06)
        self._lead = len(spec.lead)
        self._places = self._place_columns()
        self._page = 0
        self._path = []
        self._shade = False
        # Room that the totals below a last row will need.
        self._reserve = ROW * (len(spec.groups) + 1) + 8
        self._begin_page()

    # --- What the statement calls -------------------------------------------------------------

    def open_group(self, level, value):
        """A heading; of a summary's innermost groups only the totals are shown."""
        text = self._group_text(level, value)
        if self._spec.detail or level + 1 < len(self._spec.groups):
            # A page that begins here continues the groups around it, not this one.
            self._need(ROW * (len(self._spec.groups) - level) + 2 * ROW)
            self._draw_heading(level, text)
        self._path.append(text)

    def line(self, values):
        """One row."""
        cells = [
            self._fit(self._locale.text(value, column.kind), place)
            for value, column, place in zip(
                values[self._lead :], self._columns, self._places, strict=True
            )
        ]
        height = ROW + LINE * (max(map(len, cells)) - 1)
        self._need(height)
        if self._shade:
            self._fill(height, "#f6f8fa")
        self._shade = not self._shade
        self._draw_cells(cells, "regular", height)

    def close_group(self, level, value, totals):
        """The totals of a group."""
        self._path.pop()
        text = self._labels.none if value is None else self._locale.text(value, "any")
        if not self._spec.detail and level + 1 == len(self._spec.groups):
            self._need(ROW)
            self._draw_totals(text, totals, "regular", level)
            self._rule(self._y, 0.4, RULE)
            return
        if self._y - ROW < FOOTER:
            self._begin_page()
        self._rule(self._y, 0.6, SOFT)
        self._draw_totals(f"{self._labels.total} {text}", totals, "bold", level)
        self._y -= 3
        self._shade = False

    def close(self, totals, count):
        """The grand totals; the file is complete afterwards."""
        self._path = []
        if not count:
            self._need(2 * ROW)
            self._text(MARGIN + PADDING, self._y - LINE, self._labels.empty, "regular", BODY, SOFT)
            self._y -= ROW
        if self._y - ROW - 6 < FOOTER:
            self._begin_page()
        self._y -= 3
        self._fill(ROW + 3, self._header.color)
        self._y -= 1.5
        self._draw_totals(self._labels.grand_total, totals, "bold", 0, "#ffffff")
        self._end_page()
        self._draw_deferred(totals)
        self._canvas.save()

    # --- Pages --------------------------------------------------------------------------------

    def _begin_page(self):
        if self._page:
            self._end_page()
        self._page += 1
        self._y = self._size[1] - MARGIN
        if self._page == 1:
            self._draw_letterhead()
        else:
            self._draw_short_head()
        self._draw_column_heads()
        self._shade = False
        for level, text in enumerate(self._path):
            self._draw_heading(level, f"{text} ({self._labels.continued})")

    def _end_page(self):
        width = self._size[0]
        self._rule(FOOTER - 5, 0.5, RULE)
        base = FOOTER - 15
        text = f"{self._labels.page} {self._page} {self._labels.page_of} "
        # The number of pages is drawn when it is known, as wide as four digits.
        room = self._fonts.width("0000", "regular", SMALL)
        start = width - MARGIN - room - self._fonts.width(text, "regular", SMALL)
        self._text(start, base, text, "regular", SMALL, SOFT)
        self._canvas.saveState()
        self._canvas.translate(width - MARGIN - room, base)
        self._canvas.doForm("pages")
        self._canvas.restoreState()
        footer = self._fonts.cut(self._header.footer, "regular", SMALL, start - MARGIN - 20)
        self._text(MARGIN, base, footer, "regular", SMALL, SOFT)
        self._canvas.showPage()

    def _draw_deferred(self, totals):
        """What the first page could not know yet: the number of pages, and the grand total."""
        canvas = self._canvas
        canvas.beginForm("pages", 0, -5, 60, 15)
        self._text(0, 0, str(self._page), "regular", SMALL, SOFT)
        canvas.endForm()
        canvas.beginForm("total", 0, 0, self._size[0], 60)
        amount = self._amount_of(totals)
        if amount is not None:
            self._text(0, 22, self._labels.grand_total, "regular", BODY, SOFT)
            self._text(0, 4, self._locale.priced(amount), "bold", 15, self._header.color)
        canvas.endForm()

    def _amount_of(self, totals):
        for column, value in zip(self._spec.columns, totals, strict=True):
            if column.field.is_invoiced and column.total == "sum":
                return value
        return None

    def _need(self, height):
        """Begin a page unless the height, and the totals that may follow, still fit."""
        if self._y - height < FOOTER + self._reserve:
            self._begin_page()

    # --- Heads --------------------------------------------------------------------------------

    def _draw_letterhead(self):
        header, (width, _height) = self._header, self._size
        top = self._y
        half = width - MARGIN - 78 * MM
        left = self._draw_logo(header.company.logo, MARGIN, top, 52 * MM, 17 * MM)
        left = self._draw_party(header.company, MARGIN, left, "bold", 9.5, half - MARGIN - 10)
        # The customer stands where the window of an envelope shows the address.
        right = top - 20 * MM
        if header.customer.logo:
            self._draw_logo(header.customer.logo, half, top, 40 * MM, 14 * MM)
        right = self._draw_party(header.customer, half, right, "bold", 10.5, 78 * MM)
        self._y = min(left, right) - 9 * MM
        self._text(MARGIN, self._y, header.labels.title, "bold", 19, header.color)
        self._y -= 8
        self._canvas.setFillColor(self._color)
        self._canvas.rect(MARGIN, self._y, 18 * MM, 1.6, stroke=0, fill=1)
        self._y -= 12
        self._draw_facts(half)

    def _draw_facts(self, half):
        top = self._y
        labels = [f"{label}" for label, _text in self._header.facts]
        room = max([self._fonts.width(label, "regular", BODY) for label in labels] or [0]) + 12
        for (_label, text), label in zip(self._header.facts, labels, strict=True):
            self._y -= 11.5
            self._text(MARGIN, self._y, label, "regular", BODY, SOFT)
            text = self._fonts.cut(text, "bold", BODY, half - MARGIN - room - 8)
            self._text(MARGIN + room, self._y, text, "bold", BODY)
        self._canvas.saveState()
        self._canvas.translate(half, top - 42)
        self._canvas.doForm("total")
        self._canvas.restoreState()
        self._y = min(self._y, top - 40) - 14

    def _draw_logo(self, image, x, top, width, height):
        if not image:
            return top - 9
        reader = ImageReader(io.BytesIO(image))
        image_width, image_height = reader.getSize()
        scale = min(width / image_width, height / image_height)
        self._canvas.drawImage(
            reader,
            x,
            top - image_height * scale,
            image_width * scale,
            image_height * scale,
            mask="auto",
        )
        return top - image_height * scale - 14

    def _draw_party(self, party, x, y, weight, size, room):
        for line in self._fonts.wrap(party.name, weight, size, room, MAX_NAME_LINES):
            self._text(x, y, line, weight, size)
            y -= size + 3
        for text in party.lines:
            for line in self._fonts.wrap(text, "regular", BODY + 0.5, room, MAX_CELL_LINES):
                self._text(x, y, line, "regular", BODY + 0.5)
                y -= 11.5
        return y

    def _draw_short_head(self):
        header, width = self._header, self._size[0]
        base = self._y - 9
        self._text(MARGIN, base, header.labels.title, "bold", 10, header.color)
        used = self._fonts.width(header.labels.title, "bold", 10)
        facts = [text for _label, text in header.facts[:1]]
        text = " · ".join([header.company.name, header.customer.name, *facts])
        text = self._fonts.cut(text, "regular", BODY, width - 2 * MARGIN - used - 20)
        self._text_right(width - MARGIN, base, text, "regular", BODY, SOFT)
        self._y = base - 12

    def _draw_column_heads(self):
        cells = [
            self._fonts.wrap(column.label, "bold", BODY, room - 2 * PADDING, 2)
            for column, (_x, room, _right) in zip(self._columns, self._places, strict=True)
        ]
        height = ROW + 2 + LINE * (max(map(len, cells)) - 1)
        self._fill(height, self._header.color)
        self._draw_cells(cells, "bold", height, "#ffffff")

    def _draw_heading(self, level, text):
        height = ROW + 1
        self._y -= 2 if level else 4
        self._fill(height, self._tints[min(level, 1)])
        x = MARGIN + PADDING + 10 * level
        text = self._fonts.cut(text, "bold", BODY + 0.5, self._size[0] - MARGIN - PADDING - x)
        self._text(x, self._y - height + 4.5, text, "bold", BODY + 0.5, self._header.color)
        self._y -= height
        self._shade = False

    # --- Rows ---------------------------------------------------------------------------------

    def _draw_cells(self, cells, weight, height, color=INK):
        fonts = self._fonts
        base = self._y - ROW + 4
        # One text object a row: setting font and colour for each cell takes half of all time.
        text = self._canvas.beginText()
        text.setFillColor(_color(color))
        for lines, (x, room, right) in zip(cells, self._places, strict=True):
            y = base
            for line in lines:
                start = x + PADDING
                if right:
                    start = x + room - PADDING - fonts.width(line, weight, BODY)
                fonts.put(text, start, y, line, weight, BODY)
                y -= LINE
        self._canvas.drawText(text)
        self._y -= height

    def _draw_totals(self, text, totals, weight, level, color=INK):
        base = self._y - ROW + 4
        first = None
        for column, value, (x, room, right) in zip(
            self._spec.columns, totals, self._total_places(), strict=True
        ):
            if value is None:
                continue
            shown = self._locale.text(value, column.kind)
            needed = self._fonts.width(shown, weight, BODY)
            if right:
                start = x + room - PADDING - needed
                self._text_right(x + room - PADDING, base, shown, weight, BODY, color)
            else:
                start = x + PADDING
                shown = self._fonts.cut(shown, weight, BODY, room - PADDING)
                self._text(start, base, shown, weight, BODY, color)
            first = start if first is None else min(first, start)
        x = MARGIN + PADDING + 10 * level
        room = (first or self._size[0] - MARGIN) - x - 8
        self._text(x, base, self._fonts.cut(text, weight, BODY, room), weight, BODY, color)
        self._y -= ROW

    def _total_places(self):
        """Where each column of the layout is; a summary leaves those without totals out."""
        if self._spec.detail:
            return self._places
        known = dict(zip([id(column) for column in self._columns], self._places, strict=True))
        return [known.get(id(column), (0, 0, False)) for column in self._spec.columns]

    def _fit(self, text, place):
        room = place[1] - 2 * PADDING
        if len(text) * BODY * 0.3 < room and self._fonts.width(text, "regular", BODY) <= room:
            return (text,)
        return self._fonts.wrap(text, "regular", BODY, room, MAX_CELL_LINES)

    def _place_columns(self):
        """For each column: where it begins, its room, and whether it is aligned to the right."""
        width = self._size[0] - 2 * MARGIN
        whole = sum(column.width for column in self._columns)
        places, x = [], MARGIN
        for column in self._columns:
            room = width * column.width / whole
            right = column.kind in NUMBERS or column.total == "count"
            places.append((x, room, right))
            x += room
        return places

    def _group_text(self, level, value):
        text = self._labels.none if value is None else self._locale.text(value, "any")
        return f"{self._spec.groups[level].label}{self._labels.colon}{text}"

    # --- Drawing ------------------------------------------------------------------------------

    def _fill(self, height, color):
        canvas = self._canvas
        canvas.setFillColor(_color(color))
        width = self._size[0] - 2 * MARGIN
        canvas.rect(MARGIN, self._y - height, width, height, stroke=0, fill=1)

    def _rule(self, y, thickness, color):
        canvas = self._canvas
        canvas.setStrokeColor(_color(color))
        canvas.setLineWidth(thickness)
        canvas.line(MARGIN, y, self._size[0] - MARGIN, y)

    def _text(self, x, y, text, weight, size, color=INK):
        if text:
            drawn = self._canvas.beginText()
            drawn.setFillColor(_color(color))
            self._fonts.put(drawn, x, y, text, weight, size)
            self._canvas.drawText(drawn)

    def _text_right(self, x, y, text, weight, size, color=INK):
        if text:
            self._text(x - self._fonts.width(text, weight, size), y, text, weight, size, color)


@lru_cache(maxsize=32)
def _color(code):
    return HexColor(code)


def _tint(code, share):
    """A pale shade of a colour, as a code."""
    parts = (int(code[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * share):02x}" for part in parts)


def _shown(spec):
    """The columns of the table: all, or in a summary a wide first one and those with totals."""
    if spec.detail:
        return spec.columns
    first = spec.columns[0]
    totalled = [one for one in spec.columns if one.shows_total]
    label = " / ".join(group.label for group in spec.groups)
    wide = max(30, 60 - sum(one.width for one in totalled))
    return (replace(first, key="label", label=label, width=wide, total="none"), *totalled)
