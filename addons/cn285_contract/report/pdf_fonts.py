"""The fonts of a PDF: measured, broken into lines, and drawn with a stand-in for missing signs."""

from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont

# Every PDF reader brings a font of this name for Chinese, Japanese and Korean signs.
_ASIAN = "STSong-Light"
_STANDARD = {"regular": "Helvetica", "bold": "Helvetica-Bold"}
_ELLIPSIS = "…"
# Blanks that languages put into numbers and before signs, and that few fonts have.
_BLANKS = str.maketrans({"\u202f": "\u00a0", "\u2009": "\u00a0", "\u2007": "\u00a0"})


class Fonts:
    """A regular and a bold font; ``paths`` of two TrueType files, or Helvetica without.

    Helvetica has the signs of western Europe only. A sign that a font lacks is drawn in the Asian
    font that PDF readers bring.
    """

    def __init__(self, paths=None):
        paths = paths or {}
        if all(weight in paths and Path(paths[weight]).is_file() for weight in _STANDARD):
            self._names = {weight: _registered(str(paths[weight])) for weight in _STANDARD}
        else:
            self._names = _STANDARD
        self._known = {weight: _signs(name) for weight, name in self._names.items()}
        self._width = lru_cache(maxsize=20_000)(self._measure)

    def name(self, weight):
        """The name under which reportlab knows the font."""
        return self._names[weight]

    def plain(self, text, weight):
        """The text without what no page can show; None where the font lacks one of its signs."""
        text = text.translate(_BLANKS)
        known = self._known[weight]
        return text if all(sign in known for sign in text) else None

    def markup(self, text, weight="regular"):
        """The text as a reportlab paragraph takes it: escaped, line ends kept, signs that the font
        lacks in the other one, and without what no page can show.
        """
        shown = "".join(
            sign for sign in text.translate(_BLANKS) if sign.isprintable() or sign in "\n\u00a0"
        )
        parts = [
            escape(part) if name == self._names[weight] else _in_font(name, part)
            for name, part in self._runs(shown, weight)
        ]
        return "".join(parts).replace("\n", "<br/>")

    def width(self, text, weight, size):
        """The width of a text in points."""
        return self._width(text, weight) * size

    def put(self, target, x, y, text, weight, size):
        """Add a text to a reportlab text object, from its left end."""
        for name, part in self._runs(text, weight):
            if target._fontname != name or target._fontsize != size:
                target.setFont(name, size)
            # A tenth of a point is finer than print; short numbers make short files.
            target.setTextOrigin(round(x, 1), round(y, 1))
            target.textOut(part)
            x += stringWidth(part, name, size)

    def cut(self, text, weight, size, room):
        """The text, or as much of it as fits with an ellipsis."""
        if self.width(text, weight, size) <= room:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width(text[:middle].rstrip() + _ELLIPSIS, weight, size) <= room:
                low = middle
            else:
                high = middle - 1
        return text[:low].rstrip() + _ELLIPSIS

    def wrap(self, text, weight, size, room, most):
        """The text in up to ``most`` lines, broken at spaces and hyphens where there are any."""
        text = " ".join(text.split(" ")) if text.isprintable() else " ".join(text.split())
        lines = []
        while text and len(lines) < most - 1 and self.width(text, weight, size) > room:
            end = self._fitting(text, weight, size, room)
            # After a hyphen, which stays, or at a space, which goes.
            space = max(text.rfind(" ", 1, end + 1), text.rfind("-", 1, end) + 1)
            end = space if space > 0 else end
            lines.append(text[:end].rstrip())
            text = text[end:].lstrip(" ")
        return (*lines, self.cut(text, weight, size, room))

    def _fitting(self, text, weight, size, room):
        """How many characters fit: at least one."""
        low, high = 1, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width(text[:middle], weight, size) <= room:
                low = middle
            else:
                high = middle - 1
        return low

    def _measure(self, text, weight):
        return sum(stringWidth(part, name, 1) for name, part in self._runs(text, weight))

    def _runs(self, text, weight):
        """The text in parts of one font each."""
        name, known = self._names[weight], self._known[weight]
        if text.isascii() or all(sign in known for sign in text):
            return [(name, text)]
        asian = _registered_asian()
        runs = []
        for sign in text:
            font = name if sign in known or sign == "\n" else asian
            if runs and runs[-1][0] == font:
                runs[-1] = font, runs[-1][1] + sign
            else:
                runs.append((font, sign))
        return runs


def _in_font(name, text):
    return f'<font name="{name}">{escape(text)}</font>'


@lru_cache(maxsize=8)
def _registered(path):
    name = f"cn285-{Path(path).stem}"
    pdfmetrics.registerFont(TTFont(name, path))
    return name


@lru_cache(maxsize=1)
def _registered_asian():
    pdfmetrics.registerFont(UnicodeCIDFont(_ASIAN))
    return _ASIAN


@lru_cache(maxsize=8)
def _signs(name):
    font = pdfmetrics.getFont(name)
    if isinstance(font, TTFont):
        return frozenset(map(chr, font.face.charToGlyph))
    codes = (bytes([code]).decode("cp1252", "ignore") for code in range(32, 256))
    return frozenset("".join(codes))
