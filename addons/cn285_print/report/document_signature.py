"""Where a document is signed: a frame at the right, which is not parted over pages."""

import io

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, Paragraph, Spacer, Table, TableStyle

from .document_head import small_picture
from .document_texts import shortened

BOX_WIDTH = 85 * mm
PICTURE_WIDTH, PICTURE_HEIGHT = 70 * mm, 25 * mm
# Room for a date, a name and a signature by hand.
ROOM = 28 * mm
# A name may be longer than other lines.
MOST_SIGNS = 300


def signature_block(signature, fonts, styles, width) -> Flowable:
    """The frame of a :class:`document.Signature`.

    :param width: the room between the margins of the page, in points
    """
    heading = shortened(signature.heading, MOST_SIGNS)
    parts = [Paragraph(fonts.markup(heading, "bold"), styles["bold"])]
    parts += [
        Paragraph(fonts.markup(shortened(line, MOST_SIGNS)), styles["note"])
        for line in signature.lines
    ]
    parts.append(_picture(signature.image) or Spacer(1, 3 if signature.lines else ROOM))
    box = Table([["", parts]], colWidths=[width - BOX_WIDTH, BOX_WIDTH], hAlign="LEFT")
    box.setStyle(
        TableStyle(
            [
                ("FONTNAME", (0, 0), (-1, -1), fonts.name("regular")),
                ("BOX", (1, 0), (1, 0), 0.6, HexColor("#5d6d7e")),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 6),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
            ]
        )
    )
    return box


def _picture(content):
    """The signature as it was drawn or sent; None where there is none that can be read."""
    picture = small_picture(content) if content else None
    if not picture:
        return None
    shown, width, height = picture
    scale = min(PICTURE_WIDTH / width, PICTURE_HEIGHT / height)
    return Image(io.BytesIO(shown), width * scale, height * scale, hAlign="LEFT")
