"""A statement as an Excel workbook, written row by row in flat memory."""

import io
import re
from datetime import date, datetime, time
from decimal import Decimal

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from ..engine.statement_fields import NUMBERS
from .statement_format import MAX_DECIMALS, Header, excel_date

# Excel's limits: rows of a sheet, characters of a cell.
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
# So many rows are written together.
_BLOCK = 200
# Excel keeps 15 digits; a longer number (a card, a serial) would lose its last ones.
_MAX_DIGITS = 15
# So many different texts are kept as XML: names come back in every row, references never.
_REMEMBERED = 5000
_EPOCH = date(1899, 12, 30).toordinal()
_FIRST_DAY = date(1900, 3, 1)
# What XML 1.0 cannot hold.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Excel reads _x0041_ as A, so an underscore that begins such a code is written as one.
_CODED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


class _Rows(Worksheet):
    """A sheet that also takes whole rows as XML: xlsxwriter's cells cost five times as much."""

    def add_rows(self, last_row, xml, last_column):
        """Write rows up to ``last_row``; they come in ascending order, as constant memory wants."""
        if last_row > self.previous_row:
            self._write_single_row(last_row)
        self._check_dimensions(last_row, last_column)
        self.fh.write(xml)


class StatementXlsx:
    """Takes a statement and writes a workbook: a sheet of totals, and sheets of rows.

    The first sheet holds who, what and the totals of the groups. The rows follow in a table that
    can be filtered and pivoted: the groups are columns of it, the heading row stays in sight, and a
    new sheet begins at ``max_rows``. Numbers and dates are numbers and dates; text is text, also
    where it looks like a formula.
    """

    def __init__(self, file, spec, header: Header, max_rows=MAX_ROWS):
        self._spec, self._header = spec, header
        self._labels, self._locale = header.labels, header.locale
        self._max_rows = max_rows
        self.wants_lines = spec.detail
        self._book = xlsxwriter.Workbook(
            file, {"constant_memory": True, "strings_to_formulas": False}
        )
        self._book.set_properties(
            {"title": header.labels.title, "author": header.company.name, "company": ""}
        )
        self._formats = {}
        self._summary, self._summary_row = None, 0
        self._summary_number = self._detail_number = 0
        self._detail, self._detail_row = None, 0
        self._waiting = []
        self._tails = {}
        # The column of the totals' labels, then those columns that have something to total.
        self._totalled = [
            position for position, column in enumerate(spec.columns) if column.shows_total
        ]
        self._last_column = len(spec.flat) - 1
        self._names = [xl_col_to_name(number) for number in range(len(spec.flat))]
        self._styles = [self._format(column.kind) for column in spec.flat]
        self._style_ids = [style._get_xf_index() for style in self._styles]
        self._begin_summary(first=True)

    # --- What the statement calls -------------------------------------------------------------

    def open_group(self, level, value):
        """A heading among the totals, where groups lie within groups."""
        if level + 1 < len(self._spec.groups):
            label = self._spec.groups[level].label
            text = f"{'    ' * level}{label}{self._labels.colon}{self._group_text(value)}"
            self._summary_line(text, None, self._format("text", bold=True))

    def line(self, values):
        """One row of the detail."""
        if self._detail is None or self._detail_row >= self._max_rows:
            self._begin_detail()
        self._detail_row += 1
        number = self._detail_row
        known = self._tails
        cells = [f'<row r="{number}">']
        for name, style, value in zip(self._names, self._style_ids, values, strict=True):
            if value is not None:
                kind = type(value)
                tail = known.get(value) if kind is str else None
                cells.append(f'<c r="{name}{number}" s="{style}"{tail or self._tail(kind, value)}')
        cells.append("</row>")
        self._waiting.append("".join(cells))
        if len(self._waiting) >= _BLOCK:
            self._write_waiting()

    def close_group(self, level, value, totals):
        """The totals of a group."""
        inner = level + 1 == len(self._spec.groups)
        text = self._group_text(value)
        if not inner:
            text = f"{self._labels.total} {text}"
        self._summary_line("    " * level + text, totals, self._format("text", bold=not inner))

    def close(self, totals, count):
        """The grand totals; the file is complete afterwards."""
        self._summary_line(
            self._labels.grand_total, totals, self._format("text", bold=True, top=True), top=True
        )
        self._finish_detail()
        self._book.close()

    def _tail(self, kind, value):
        """The end of a cell's XML; texts are remembered, since most of them come back."""
        if kind is Decimal:
            text = str(value)
            # Ten digits and a point are certainly within what Excel keeps.
            return f"><v>{text}</v></c>" if len(text) < 12 else _number_tail(value)
        if kind is not str:
            return _other_tail(value)
        tail = _text_tail(value)
        if len(self._tails) < _REMEMBERED:
            self._tails[value] = tail
        return tail

    # --- Totals -------------------------------------------------------------------------------

    def _begin_summary(self, first):
        self._summary_number += 1
        name = self._labels.summary_sheet
        sheet = self._summary = self._book.add_worksheet(
            _sheet_name(name if first else f"{name} {self._summary_number}")
        )
        self._summary_row = self._write_header(sheet) if first else 0
        heading = self._format("heading")
        sheet.set_column(0, 0, 46)
        sheet.write_string(
            self._summary_row, 0, " / ".join(group.label for group in self._spec.groups), heading
        )
        for place, position in enumerate(self._totalled, 1):
            column = self._spec.columns[position]
            sheet.set_column(place, place, max(14, min(column.width, 40)))
            number = column.kind in NUMBERS or column.total == "count"
            style = self._format("heading_number") if number else heading
            sheet.write_string(self._summary_row, place, column.label, style)
        self._summary_row += 1
        sheet.freeze_panes(self._summary_row, 0)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def _write_header(self, sheet):
        header, bold = self._header, self._format("text", bold=True)
        row = 0
        if header.company.logo:
            width, height = _image_size(header.company.logo)
            scale = min(170 / width, 60 / height)
            sheet.insert_image(
                0,
                0,
                "logo.png",
                {
                    "image_data": io.BytesIO(header.company.logo),
                    "x_scale": scale,
                    "y_scale": scale,
                    "x_offset": 4,
                    "y_offset": 4,
                    "object_position": 3,
                },
            )
            row = 4
        sheet.write_string(row, 0, _text(header.company.name), bold)
        sheet.write_string(row + 1, 0, _text(header.labels.title), self._format("title"))
        sheet.write_string(
            row + 2,
            0,
            _text(f"{header.labels.customer}{header.labels.colon}{header.customer.name}"),
            bold,
        )
        row += 3
        for label, text in header.facts:
            sheet.write_string(row, 0, _text(f"{label}{header.labels.colon}{text}"))
            row += 1
        return row + 1

    def _summary_line(self, text, totals, style, top=False):
        if self._summary_row >= self._max_rows:
            self._begin_summary(first=False)
        sheet, row = self._summary, self._summary_row
        sheet.write_string(row, 0, _text(text), style)
        for place, position in enumerate(self._totalled, 1):
            if totals is None:
                break
            column = self._spec.columns[position]
            kind = "count" if column.total == "count" else column.kind
            cell_style = self._format(kind, bold=style.bold, top=top)
            value = totals[position]
            if value is None:
                sheet.write_blank(row, place, None, cell_style)
            elif isinstance(value, str):
                sheet.write_string(row, place, _text(value), cell_style)
            else:
                sheet.write_number(row, place, value, cell_style)
        self._summary_row += 1

    def _group_text(self, value):
        if value is None:
            return self._labels.none
        return self._locale.text(value, "any")

    # --- Rows ---------------------------------------------------------------------------------

    def _begin_detail(self):
        self._finish_detail()
        self._detail_number += 1
        name = self._labels.detail_sheet
        if self._detail_number > 1:
            name = f"{name} {self._detail_number}"
        sheet = self._detail = self._book.add_worksheet(_sheet_name(name), worksheet_class=_Rows)
        for number, column in enumerate(self._spec.flat):
            wide = 19 if column.kind == "moment" else 10
            sheet.set_column(number, number, max(wide, min(column.width, 60)))
            style = "heading_number" if column.kind in NUMBERS else "heading"
            sheet.write_string(0, number, _text(column.label), self._format(style))
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        self._detail_row = 1

    def _write_waiting(self):
        self._detail.add_rows(self._detail_row - 1, "".join(self._waiting), self._last_column)
        self._waiting.clear()

    def _finish_detail(self):
        if self._detail is not None:
            if self._waiting:
                self._write_waiting()
            self._detail.autofilter(0, 0, self._detail_row - 1, self._last_column)

    # --- Formats ------------------------------------------------------------------------------

    def _format(self, kind, bold=False, top=False):
        key = kind, bool(bold), top
        if key not in self._formats:
            self._formats[key] = self._book.add_format(self._style(*key))
        return self._formats[key]

    def _style(self, kind, bold, top):
        style = {"bold": bold}
        if top:
            style.update(top=1, bottom=6)
        if kind in ("heading", "heading_number"):
            style = {
                "bold": True,
                "font_color": "#ffffff",
                "bg_color": self._header.color,
                "text_wrap": True,
                "valign": "vcenter",
                "align": "right" if kind == "heading_number" else "left",
            }
        elif kind == "title":
            style = {"bold": True, "font_size": 16, "font_color": self._header.color}
        elif kind in NUMBERS or kind == "count":
            style["num_format"] = self._number_format(kind)
        elif kind in ("day", "time", "moment"):
            locale = self._locale
            parts = {
                "day": locale.date_format,
                "time": locale.time_format,
                "moment": f"{locale.date_format} {locale.time_format}",
            }
            style.update(num_format=excel_date(parts[kind]), align="left")
        return style

    def _number_format(self, kind):
        if kind == "count":
            return "#,##0"
        decimals = self._locale.decimals
        if kind == "amount":
            return "#,##0." + "0" * decimals if decimals else "#,##0"
        if kind == "price":
            return "#,##0." + "0" * decimals + "#" * (MAX_DECIMALS - decimals)
        return "General"


def _number_tail(value):
    text = f"{value:f}"
    if len(text.replace(".", "").strip("-0")) <= _MAX_DIGITS:
        return f"><v>{text}</v></c>"
    return _text_tail(text)


def _other_tail(value):
    if isinstance(value, bool):
        return f' t="b"><v>{value:d}</v></c>'
    if isinstance(value, int):
        return _number_tail(Decimal(value))
    serial = _serial(value)
    return _text_tail(str(value)) if serial is None else f"><v>{serial}</v></c>"


def _text_tail(text):
    text = _text(text)
    if "_x" in text:
        text = _CODED.sub("_x005F_", text)
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    space = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    return f' t="inlineStr"><is><t{space}>{text}</t></is></c>'


def _text(text):
    """A text as a cell can hold it."""
    if not text.isprintable():
        text = _FORBIDDEN.sub("", text)
    return text[:MAX_TEXT]


def _serial(value):
    """Excel's number for a date or a time; None for what lies before its calendar."""
    if isinstance(value, time):
        return f"{_seconds(value) / 86400:.10f}"
    if isinstance(value, datetime):
        if value.date() < _FIRST_DAY:
            return None
        return f"{value.toordinal() - _EPOCH + _seconds(value) / 86400:.10f}"
    if isinstance(value, date):
        return None if value < _FIRST_DAY else str(value.toordinal() - _EPOCH)
    return None


def _seconds(value):
    return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1_000_000


def _sheet_name(name):
    """A name that Excel takes: 31 characters, without some signs."""
    return re.sub(r"[\[\]:*?/\\]", " ", name)[:31].strip("' ") or "Sheet"


def _image_size(image):
    from PIL import Image

    with Image.open(io.BytesIO(image)) as opened:
        return opened.size
