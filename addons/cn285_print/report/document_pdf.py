"""A commercial document as a PDF, drawn with reportlab; wkhtmltopdf has no part in it.

A4. The buyer stands where the window of a French envelope shows the address; long names are broken
into lines, never cut. The heads of the table are repeated on each page, the totals are not parted.
"""

import io
from dataclasses import replace
from functools import partial

from odoo.addons.cn285_contract.report.pdf_fonts import Fonts
from reportlab.lib.colors import HexColor, white
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Frame,
    KeepTogether,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
    Spacer,
    TableStyle,
)
from reportlab.platypus import Table as Grid

from .document import Document, Notes
from .document_code import SIDE, QrCode
from .document_head import Head
from .document_pages import PageTotal, draw_footer, draw_short_head, footer_height
from .document_signature import signature_block
from .document_texts import parts

MARGIN = 15 * mm
WIDTH = A4[0] - 2 * MARGIN
INK, SOFT, RULE, PALE = (HexColor(code) for code in ("#1c2833", "#5d6d7e", "#d5dbe1", "#f2f4f6"))
# The column of descriptions is narrow: its texts are parted sooner.
LONGEST_IN_TABLE = 500
# More totals or rates than these may go on to the next page.
MOST_SUMS = 20
# So much of a page its foot may take; what the company adds stands at the end where it is more.
HIGHEST_FOOT = 50 * mm


def document_pdf(document: Document, font_paths: dict[str, str] | None = None) -> bytes:
    """Return the document as a PDF file.

    :param font_paths: paths of TrueType files, ``regular`` and ``bold``; Helvetica without, which
        has the signs of western Europe only
    """
    fonts = Fonts(font_paths)
    styles = _styles(fonts, document.color)
    document = _with_low_foot(document, fonts, styles)
    file = io.BytesIO()
    _template(file, document, fonts, styles).build(
        [*_story(document, fonts, styles), PageTotal(fonts)]
    )
    return file.getvalue()


def _with_low_foot(document, fonts, styles):
    """The document with a foot that leaves room on the page."""
    if footer_height(document, fonts, styles, WIDTH) <= HIGHEST_FOOT:
        return document
    identity = [line for line in document.footer[:2] if len(line) <= LONGEST_IN_TABLE]
    further = [line for line in document.footer if line not in identity]
    return replace(document, footer=identity, notes=[*document.notes, Notes(further)])


def _template(file, document, fonts, styles):
    foot = footer_height(document, fonts, styles, WIDTH) + 8 * mm
    height = A4[1] - MARGIN - foot
    first = Frame(MARGIN, foot, WIDTH, height, 0, 0, 0, 0, id="first")
    others = Frame(MARGIN, foot, WIDTH, height - 8 * mm, 0, 0, 0, 0, id="others")

    def on_page(canvas, template):
        if template.page > 1:
            draw_short_head(canvas, document, fonts, MARGIN)
        else:
            # Odoo makes PDF/A, for Factur-X, only of documents that have an outline.
            canvas.bookmarkPage("top")
            canvas.addOutlineEntry(document.title, "top")
        draw_footer(canvas, document, fonts, styles, (MARGIN, WIDTH))

    return BaseDocTemplate(
        file,
        pagesize=A4,
        title=document.title,
        author=document.seller.name,
        subject=document.buyer.name,
        creator="Cn285",
        lang=document.language,
        # Helvetica, reportlab's own, is not embedded: PDF/A does without.
        initialFontName=fonts.name("regular"),
        pageTemplates=[
            PageTemplate("first", [first], onPage=on_page),
            PageTemplate("others", [others], onPage=on_page),
        ],
    )


def _styles(fonts, color):
    body = ParagraphStyle(
        "body", fontName=fonts.name("regular"), fontSize=8.5, leading=11, textColor=INK
    )
    bold = ParagraphStyle("bold", parent=body, fontName=fonts.name("bold"))
    small = ParagraphStyle("small", parent=body, fontSize=7.5, leading=9.8, textColor=SOFT)
    return {
        "body": body,
        "bold": bold,
        "small": small,
        "code_label": ParagraphStyle("code_label", parent=small, alignment=TA_CENTER, fontSize=6.5),
        "note": ParagraphStyle("note", parent=small, textColor=INK),
        "long_fact": ParagraphStyle("long_fact", parent=small, textColor=INK, spaceBefore=2),
        "figure": ParagraphStyle("figure", parent=body, alignment=TA_RIGHT),
        "total": ParagraphStyle("total", parent=bold, alignment=TA_RIGHT, fontSize=10, leading=13),
        "total_label": ParagraphStyle("total_label", parent=bold, fontSize=10, leading=13),
        "head": ParagraphStyle("head", parent=bold, textColor=white, fontSize=8, leading=10),
        "head_right": ParagraphStyle(
            "head_right", parent=bold, textColor=white, fontSize=8, leading=10, alignment=TA_RIGHT
        ),
        "table_head": ParagraphStyle("table_head", parent=small, alignment=TA_RIGHT),
        "table_cell": ParagraphStyle("table_cell", parent=small, alignment=TA_RIGHT, textColor=INK),
        "title": ParagraphStyle(
            "title", parent=bold, fontSize=16, leading=20, textColor=HexColor(color)
        ),
        "section": ParagraphStyle(
            "section", parent=bold, fontSize=11, leading=15, textColor=HexColor(color)
        ),
        "seller": ParagraphStyle("seller", parent=bold, fontSize=10, leading=13),
        "buyer": ParagraphStyle("buyer", parent=body, fontSize=10, leading=13),
        "buyer_name": ParagraphStyle("buyer_name", parent=bold, fontSize=10.5, leading=13.5),
        "footer": ParagraphStyle(
            "footer", parent=small, fontSize=7, leading=8.6, rightIndent=22 * mm
        ),
    }


def _story(document, fonts, styles):
    story = [NextPageTemplate("others"), *Head(document, fonts, styles, MARGIN, WIDTH).story()]
    if document.lines or document.columns:
        story.append(_lines(document, fonts, styles))
        story.append(Spacer(1, 5 * mm))
    if document.totals or document.table:
        story += _sums(document, fonts, styles)
    for notes in document.notes:
        story += _notes(notes, fonts, styles)
    if document.signature:
        story.append(signature_block(document.signature, fonts, styles, WIDTH))
    return story


# --- the table of lines --------------------------------------------------------------------


def _lines(document, fonts, styles):
    """The table: a row for the title and figures of a line, one for each of its details."""
    head = [
        Paragraph(fonts.markup(document.labels.description, "bold"), styles["head"]),
        *(
            Paragraph(fonts.markup(column.label, "bold"), styles["head_right"])
            for column in document.columns
        ),
    ]
    room = WIDTH - sum(column.width for column in document.columns) * mm
    rows, commands = [head], []
    widths = [column.width * mm - 6 for column in document.columns]
    for line in document.lines:
        _add_line(line, widths, fonts, styles, rows, commands)
    grid = Grid(
        rows,
        colWidths=[room, *(column.width * mm for column in document.columns)],
        repeatRows=1,
        hAlign="LEFT",
    )
    grid.setStyle(
        TableStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), fonts.name("regular")),
                ("BACKGROUND", (0, 0), (-1, 0), HexColor(document.color)),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
                ("FONT", (1, 1), (-1, -1), fonts.name("regular"), 8.5, 11),
                ("TEXTCOLOR", (1, 1), (-1, -1), INK),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
                ("TOPPADDING", (0, 0), (-1, -1), 3),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
                ("BOTTOMPADDING", (0, 0), (-1, 0), 4),
                *commands,
            ]
        )
    )
    return grid


def _add_line(line, widths, fonts, styles, rows, commands):
    first, figures = len(rows), [*line.figures]
    bold = line.style in ("section", "subsection")
    style = styles["bold"] if bold else styles["small" if line.style == "note" else "body"]
    weight = "bold" if bold else "regular"
    for part in parts(line.title, LONGEST_IN_TABLE):
        cells = [Paragraph(fonts.markup(part, weight), style)]
        cells += map(partial(_figure, fonts, styles), figures, widths)
        rows.append(cells if figures else [*cells, *_blanks(rows)])
        if not figures:
            commands.append(("SPAN", (0, len(rows) - 1), (-1, len(rows) - 1)))
        figures = [""] * len(figures)
    for text in line.details:
        for part in parts(text, LONGEST_IN_TABLE):
            rows.append([Paragraph(fonts.markup(part), styles["small"]), *_blanks(rows)])
            commands += [
                ("TOPPADDING", (0, len(rows) - 1), (-1, len(rows) - 1), 0),
            ]
    last = len(rows) - 1
    commands.append(("LINEBELOW", (0, last), (-1, last), 0.4, RULE))
    commands.append(("BOTTOMPADDING", (0, last), (-1, last), 3))
    if line.style == "section":
        commands.append(("BACKGROUND", (0, first), (-1, last), PALE))
    if last > first:
        # The title does not stay behind alone at the foot of a page.
        commands.append(("NOSPLIT", (0, first), (-1, first + 1)))


def _figure(fonts, styles, text, room):
    """A plain text where it fits on a line in the one font: most figures do, and it is quicker."""
    plain = fonts.plain(text, "regular")
    if plain is None or fonts.width(plain, "regular", 8.5) > room:
        return Paragraph(fonts.markup(text), styles["figure"])
    return plain


def _blanks(rows):
    return [""] * (len(rows[0]) - 1)


# --- below the lines -----------------------------------------------------------------------


def _sums(document, fonts, styles):
    """Tax by rate at the left, totals at the right; one after the other where they are many."""
    right = 82 * mm
    totals = Grid(
        [
            [
                Paragraph(
                    fonts.markup(total.label, "bold" if total.strong else "regular"),
                    styles["total_label" if total.strong else "body"],
                ),
                Paragraph(
                    fonts.markup(total.value, "bold" if total.strong else "regular"),
                    styles["total" if total.strong else "figure"],
                ),
            ]
            for total in document.totals
        ]
        or [["", ""]],
        colWidths=[right - 36 * mm, 36 * mm],
        hAlign="RIGHT",
    )
    totals.setStyle(
        TableStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), fonts.name("regular")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 3),
                ("RIGHTPADDING", (0, 0), (-1, -1), 3),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
                *(
                    ("LINEABOVE", (0, row), (-1, row), 0.8, HexColor(document.color))
                    for row, total in enumerate(document.totals)
                    if total.strong
                ),
            ]
        )
    )
    left = WIDTH - right - 6 * mm
    table = _small_table(document.table, left, fonts, styles) if document.table else ""
    rates = document.table.rows if document.table else ()
    if max(len(document.totals), len(rates)) > MOST_SUMS:
        return [*([table, Spacer(1, 3 * mm)] if table else []), totals, Spacer(1, 4 * mm)]
    both = Grid([[table, "", totals]], colWidths=[left, 6 * mm, right])
    both.setStyle(
        TableStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), fonts.name("regular")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                *((f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP")),
            ]
        )
    )
    return [KeepTogether([both, Spacer(1, 4 * mm)])]


def _small_table(table, width, fonts, styles):
    rows = [
        [
            Paragraph(fonts.markup(text), styles["small" if number == 0 else "table_head"])
            for number, text in enumerate(table.header)
        ],
        *(
            [
                Paragraph(fonts.markup(text), styles["note" if number == 0 else "table_cell"])
                for number, text in enumerate(row)
            ]
            for row in table.rows
        ),
    ]
    others = len(table.header) - 1
    first = width * (0.31 if others > 1 else 0.5)
    widths = [first, *[(width - first) / others] * others]
    grid = Grid(rows, colWidths=widths, repeatRows=1, hAlign="LEFT")
    grid.setStyle(
        TableStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), fonts.name("regular")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),
                ("RIGHTPADDING", (0, 0), (-1, -1), 2),
                ("TOPPADDING", (0, 0), (-1, -1), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
            ]
        )
    )
    return grid


def _notes(notes, fonts, styles):
    paragraphs = [
        Paragraph(fonts.markup(part), styles["note"])
        for text in notes.paragraphs
        for part in parts(text)
    ]
    if notes.boxed:
        # A row each: a box that is higher than a page goes on.
        rows = [[_heading(notes, fonts, styles)], *([paragraph] for paragraph in paragraphs)]
        if notes.code:
            return _coded(notes, [cell for [cell] in rows], fonts, styles)
        box = Grid(rows, colWidths=[WIDTH])
        box.setStyle(
            TableStyle(
                [
                    ("FONTNAME", (0, 0), (-1, -1), fonts.name("regular")),
                    ("BOX", (0, 0), (-1, -1), 0.6, SOFT),
                    ("LEFTPADDING", (0, 0), (-1, -1), 6),
                    ("TOPPADDING", (0, 1), (-1, -1), 0),
                    ("BOTTOMPADDING", (0, 0), (-1, -2), 0),
                    ("BOTTOMPADDING", (0, -1), (-1, -1), 5),
                ]
            )
        )
        return [KeepTogether([box]), Spacer(1, 3 * mm)]
    story = [Spacer(1, 1 * mm)]
    if notes.heading and not paragraphs:
        return [Spacer(1, 3 * mm), CondPageBreak(30 * mm), _section(notes, fonts, styles)]
    if notes.heading:
        head = _heading(notes, fonts, styles)
        story.append(KeepTogether([head, *paragraphs[:1]]))
        paragraphs = paragraphs[1:]
    for paragraph in paragraphs:
        story += [paragraph, Spacer(1, 0.6 * mm)]
    return [*story, Spacer(1, 2 * mm)]


def _coded(notes, texts, fonts, styles):
    """A box of few paragraphs with a QR code at its right, not parted."""
    label = Paragraph(fonts.markup(notes.code_label), styles["code_label"])
    side = SIDE + 6 * mm
    box = Grid([[texts, [QrCode(notes.code), label]]], colWidths=[WIDTH - side, side])
    box.setStyle(
        TableStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), fonts.name("regular")),
                ("BOX", (0, 0), (-1, -1), 0.6, SOFT),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 6),
                ("RIGHTPADDING", (1, 0), (1, 0), 3),
                ("TOPPADDING", (1, 0), (1, 0), 2),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
            ]
        )
    )
    return [KeepTogether([box]), Spacer(1, 3 * mm)]


def _section(notes, fonts, styles):
    """A heading of its own, above several notes."""
    return Paragraph(fonts.markup(notes.heading, "bold"), styles["section"])


def _heading(notes, fonts, styles):
    if not notes.heading:
        return Spacer(1, 0)
    return Paragraph(fonts.markup(notes.heading, "bold"), styles["bold"])
