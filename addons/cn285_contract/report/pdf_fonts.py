"""The fonts of a PDF: measured, broken into lines, and other fonts for the signs that one lacks."""

import unicodedata
from functools import lru_cache
from pathlib import Path
from threading import Lock
from xml.sax.saxutils import escape

from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from .right_to_left import visual

# Fonts that have what others lack: beside Odoo's own, then where systems keep theirs. Named, as
# reading all of a system's fonts takes seconds.
_BESIDE = ("Tajawal/Tajawal-Regular.ttf", "../sign/NotoSans-Reg.ttf")
_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
_OTHERS = (
    "DejaVuSans.ttf",
    "FreeSans.ttf",
    "FreeSerif.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansArabic-Regular.ttf",
    "NotoNaskhArabic-Regular.ttf",
    "NotoSansThai-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansSymbols2-Regular.ttf",
    "NotoEmoji-Regular.ttf",
    "Symbola.ttf",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "uming.ttc",
    "NotoSansSC-Regular.ttf",
    "NotoSansJP-Regular.ttf",
    "NotoSansKR-Regular.ttf",
)
# Every PDF reader brings fonts of these names for Chinese, Japanese and Korean signs.
_KANA, _HANGUL = ("\u3040", "\u30ff"), ("\uac00", "\ud7a3")
_CHINESE, _JAPANESE, _KOREAN = "STSong-Light", "HeiseiMin-W3", "HYSMyeongJo-Medium"
_CMAP = "Cn285-Bytes"
# Stands for a sign that nothing here can draw: better than a blank.
_UNKNOWN = "\ufffd"
_STANDARD = {"regular": "Helvetica", "bold": "Helvetica-Bold"}
_ELLIPSIS = "…"
# Which file each of our fonts was read from.
_paths, _registering = {}, Lock()
# Blanks that languages put into numbers and before signs, and that few fonts have.
_BLANKS = str.maketrans({"\u202f": "\u00a0", "\u2009": "\u00a0", "\u2007": "\u00a0"})


class Fonts:
    """A regular and a bold font; ``paths`` of two TrueType files, or Helvetica without.

    Helvetica has the signs of western Europe only. A sign that a font lacks is drawn in another
    one that has it: Odoo's, the system's, for Chinese, Japanese and Korean those that PDF readers
    bring. What no font has is taken apart, as letters with accents can be, or is a "�" or "?":
    never a blank. Hebrew and Arabic run from right to left.
    """

    def __init__(self, paths=None):
        paths = paths or {}
        if all(weight in paths and Path(paths[weight]).is_file() for weight in _STANDARD):
            self._names = {weight: _registered(str(paths[weight])) for weight in _STANDARD}
        else:
            self._names = _STANDARD
        self._known = {weight: _signs(name) for weight, name in self._names.items()}
        regular = paths.get("regular")
        self._beside = str(Path(regular).parents[1]) if regular else ""
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
        if text.isascii():
            return [(name, text)]
        text = visual(text)
        if all(sign in known for sign in text):
            return [(name, text)]
        runs = []
        for sign in text:
            drawn = (
                ((name, sign),)
                if sign in known or sign == "\n"
                else self._stand_in(sign, name, known, self._beside)
            )
            for font, part in drawn:
                if runs and runs[-1][0] == font:
                    runs[-1] = font, runs[-1][1] + part
                else:
                    runs.append((font, part))
        return runs

    @staticmethod
    @lru_cache(maxsize=20_000)
    def _stand_in(sign, name, known, beside):
        """How a sign is drawn that a font lacks: parts of one font each; none of what is unseen."""
        if unicodedata.category(sign) in ("Mn", "Cf", "Me"):
            return ()  # accents and joiners, which do not stand by themselves
        for path in _candidates(beside):
            font = _registered_other(path)
            if font and sign in _signs(font):
                return ((font, sign),)
        if unicodedata.east_asian_width(sign) == "W" and unicodedata.category(sign)[0] in "LP":
            return ((_registered_asian(_asian(sign)), sign),)
        apart = unicodedata.normalize("NFKD", sign)
        if apart != sign:
            found = [
                ((name, part),) if part in known else Fonts._stand_in(part, name, known, beside)
                for part in apart
            ]
            return tuple(each for parts in found for each in parts)
        return ((name, _UNKNOWN if _UNKNOWN in known else "?"),)


class EmbeddedFont(TTFont):
    """A TrueType font in the form that Odoo's conversion to PDF/A knows: a composite font.

    Codes stay one byte each; they name glyphs of the part of the font that is embedded.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Reading a part of the font moves one place in its file, which all documents share.
        self._reading = Lock()

    def addObjects(self, doc):  # noqa: N802, reportlab's name
        """Add the font's objects to the document that reportlab is about to write."""
        # pylint: disable=missing-return
        subsets = [list(subset) for subset in self.state[doc].subsets]
        names = [self.getSubsetInternalName(number, doc)[1:] for number in range(len(subsets))]
        with self._reading:
            super().addObjects(doc)
        fonts = doc.idToObject["BasicFonts"].dict
        for name, subset in zip(names, subsets, strict=True):
            self._compose(doc, fonts[name], subset)

    def _compose(self, doc, font, subset):
        """Make reportlab's simple font, of this part of the signs, the composite one."""
        glyphs = self._glyphs(subset)
        widths = dict(zip(glyphs, map(self.face.getCharWidth, subset), strict=True))
        widths.setdefault(0, self.face.defaultWidth)
        name = pdfdoc.PDFName(font.BaseFont)
        system = {
            "Registry": pdfdoc.PDFString("Adobe"),
            "Ordering": pdfdoc.PDFString("Identity"),
            "Supplement": 0,
        }
        descendant = pdfdoc.PDFDictionary(
            {
                "Type": pdfdoc.PDFName("Font"),
                "Subtype": pdfdoc.PDFName("CIDFontType2"),
                "BaseFont": name,
                "CIDSystemInfo": pdfdoc.PDFDictionary(system),
                "CIDToGIDMap": pdfdoc.PDFName("Identity"),
                "FontDescriptor": font.FontDescriptor,
                "W": pdfdoc.PDFArray([0, pdfdoc.PDFArray([widths[at] for at in sorted(widths)])]),
            }
        )
        texts = [chr(code).encode("utf-16-be").hex().upper() for code in subset]
        font.ToUnicode = self._map(doc, font, "bfchar", [f"<{text}>" for text in texts], system)
        font.Encoding = self._map(doc, font, "cidchar", list(map(str, glyphs)), system)
        font.Subtype = "Type0"
        font.DescendantFonts = pdfdoc.PDFArray(
            [doc.Reference(descendant, f"descendant:{font.Name}")]
        )
        font.local_attributes = ["Encoding", "DescendantFonts", "ToUnicode"]

    @staticmethod
    def _map(doc, font, kind, values, system):
        """What each code of one byte stands for, as a stream; reference to it."""
        facts = {"Type": "CMap", "CMapName": _CMAP}
        head = {name: pdfdoc.PDFName(value) for name, value in facts.items()}
        head["CIDSystemInfo"] = pdfdoc.PDFDictionary(system)
        stream = pdfdoc.PDFStream(pdfdoc.PDFDictionary(head), _cmap(kind, values))
        if doc.compression:
            stream.filters = [pdfdoc.PDFZCompress]
        return doc.Reference(stream, f"{kind}:{font.Name}")

    def _glyphs(self, subset):
        """The glyph of each code in the part that is embedded, where each glyph stands once."""
        found = {0: 0}
        known = self.face.charToGlyph
        return [found.setdefault(known.get(code, 0), len(found)) for code in subset]


def _cmap(kind, values):
    """Codes of one byte to what they stand for, as PDF wants it told: a hundred in a group."""
    pairs = [f"<{code:02X}> {value}" for code, value in enumerate(values)]
    groups = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo 3 dict dup begin",
        "/Registry (Adobe) def /Ordering (Identity) def /Supplement 0 def",
        "end def",
        f"/CMapName /{_CMAP} def",
        "/CMapType 1 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
    ]
    for group in groups:
        lines += [f"{len(group)} begin{kind}", *group, f"end{kind}"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines)


def _in_font(name, text):
    return f'<font name="{name}">{escape(text)}</font>'


@lru_cache(maxsize=64)
def _registered(path):
    name = f"cn285-{Path(path).stem}"
    with _registering:
        # Another thread may have come first: its documents keep the font that they began with.
        if _paths.get(name) != path:
            pdfmetrics.registerFont(EmbeddedFont(name, path))
            _paths[name] = path
    return name


@lru_cache(maxsize=4)
def _candidates(beside):
    """Paths of the fonts at hand that may have what others lack, in order of preference."""
    own = [Path(beside) / name for name in _BESIDE] if beside else []
    found = {}
    for folder in _FOLDERS:
        for path in folder.rglob("*.tt[fc]"):
            found.setdefault(path.name, path)
    others = [found[name] for name in _OTHERS if name in found]
    return tuple(str(path) for path in (*own, *others) if path.is_file())


@lru_cache(maxsize=64)
def _registered_other(path):
    """The name of another font; None where reportlab cannot read it."""
    try:
        return _registered(path)
    except (TTFError, OSError, ValueError, KeyError, IndexError):
        return None


def _asian(sign):
    if _KANA[0] <= sign <= _KANA[1]:
        return _JAPANESE
    return _KOREAN if _HANGUL[0] <= sign <= _HANGUL[1] else _CHINESE


@lru_cache(maxsize=3)
def _registered_asian(name):
    pdfmetrics.registerFont(UnicodeCIDFont(name))
    return name


@lru_cache(maxsize=64)
def _signs(name):
    font = pdfmetrics.getFont(name)
    if isinstance(font, TTFont):
        return frozenset(map(chr, font.face.charToGlyph))
    codes = (bytes([code]).decode("cp1252", "ignore") for code in range(32, 256))
    return frozenset("".join(codes))
