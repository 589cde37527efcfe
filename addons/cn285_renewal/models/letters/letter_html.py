"""Letters as HTML: in e-mails, in the proof that is kept, and on the screen."""

from markupsafe import Markup
from odoo.tools import html2plaintext

from ...report.letter_pdf import Box, Facts

# By its class the box is found again in what was written around it.
BOX_CLASS = "o_cn285_legal_box"
_BOX = Markup(
    '<table width="100%%" cellspacing="0" cellpadding="0" class="'
    + BOX_CLASS
    + '" style="margin: 16px 0;"><tr><td style="border: 2px solid #1c2833; padding: 14px; '
    'text-align: center; font-size: 16px;"><strong>%s</strong></td></tr></table>'
)
_ROW = Markup(
    '<tr><td style="padding: 2px 12px 2px 0; vertical-align: top;">%s</td>'
    '<td style="padding: 2px 0; vertical-align: top;">%s</td></tr>'
)


def box_html(text):
    """The box with a text, as e-mails show it."""
    return _BOX % text


def letter_html(letter):
    """Subject, text and closing of a letter."""
    parts = [Markup("<p><strong>%s</strong></p>") % letter.subject]
    for part in letter.body:
        if isinstance(part, Box):
            parts.append(box_html(part.text))
        elif isinstance(part, Facts):
            rows = Markup("").join(_ROW % tuple(map(_lines, row)) for row in part.rows)
            parts.append(Markup("<table>%s</table>") % rows)
        else:
            parts.append(_paragraph(part))
    if letter.closing:
        parts.append(_paragraph(letter.closing))
    return Markup("").join(parts)


def with_legal_parts(body, box, note=""):
    """The text of an e-mail, with the box and the law's note where somebody edited them away.

    :param body: HTML
    :param box: HTML, as of :func:`box_html`; may be empty
    :param note: plain text; may be empty
    """
    body = Markup(body or "")
    if box and BOX_CLASS not in body:
        body += box
    if note and _words(note) not in _words(html2plaintext(body)):
        body += _paragraph(note)
    return body


def _paragraph(text):
    return Markup("<p>%s</p>") % _lines(text)


def _lines(text):
    return Markup("<br/>").join(text.split("\n"))


def _words(text):
    return " ".join(text.split())
