"""A QR code beside the paragraphs of a box."""

from reportlab.graphics.barcode import qrencoder
from reportlab.lib.colors import black, white
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

# Signs of a symbol are at least half a millimetre wide: read by telephones, printed by anything.
SIDE = 27 * mm
# Modules that stay white around it (ISO/IEC 18004).
QUIET = 4
# Any pattern can be read; to find the one that is read best takes longer than all of the page.
MASK = 2


class QrCode(Flowable):
    """A QR code with error correction M, of a text in UTF-8.

    :param text: what is read out of it
    """

    def __init__(self, text: str):
        super().__init__()
        self.width = self.height = SIDE
        self.hAlign = "RIGHT"
        self._modules = modules(text)

    def draw(self):
        """Draw it: dark modules that touch in a row as one."""
        count = len(self._modules)
        size = SIDE / (count + 2 * QUIET)
        canvas = self.canv
        canvas.setFillColor(white)
        canvas.rect(0, 0, SIDE, SIDE, stroke=0, fill=1)
        canvas.setFillColor(black)
        path = canvas.beginPath()
        for row, dark in enumerate(self._modules):
            top = SIDE - (row + QUIET) * size
            start = None
            for column in range(count + 1):
                if column < count and dark[column]:
                    start = column if start is None else start
                elif start is not None:
                    path.rect((start + QUIET) * size, top - size, (column - start) * size, size)
                    start = None
        canvas.drawPath(path, stroke=0, fill=1)


def modules(text: str) -> list[list[bool]]:
    """The symbol's modules, row by row, True where they are dark."""
    symbol = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    symbol.addData(qrencoder.QR8bitByte(text))
    symbol.version = symbol.calculate_version()
    symbol.makeImpl(False, MASK)
    return [[bool(module) for module in row] for row in symbol.modules]
