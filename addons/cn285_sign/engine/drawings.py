"""A signature drawn on the page: a small PNG, whatever else somebody posts in its place."""

import base64
import binascii
import io
import struct

from PIL import Image

HEAD = "data:image/png;base64,"
MAGIC = b"\x89PNG\r\n\x1a\n"
# A picture that breaks off is none, also where Pillow is told to make do with what there is.
END = b"\0\0\0\0IEND\xaeB`\x82"
# Characters of a drawing as the page posts it, and points of a side of the picture.
LARGEST = 300_000
LONGEST_SIDE = 2000


def drawing(posted: str) -> bytes | None:
    """Return the picture that a page posted; None where it is none that anybody has to look at.

    Its size is read before the picture is: a small file may stand for a huge one.

    >>> drawing(""), drawing("data:image/png;base64,AAAA"), drawing("data:image/svg+xml;base64,AA")
    (None, None, None)
    """
    if not posted.startswith(HEAD) or len(posted) > LARGEST:
        return None
    try:
        content = base64.b64decode(posted.removeprefix(HEAD), validate=True)
    except (binascii.Error, ValueError):
        return None
    if not content.startswith(MAGIC) or not content.endswith(END) or len(content) < 33:
        return None
    if not all(0 < side <= LONGEST_SIDE for side in struct.unpack(">II", content[16:24])):
        return None
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
    except Exception:  # Pillow raises of all kinds for what is broken
        return None
    return content
