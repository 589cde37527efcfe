"""The characters of files from banks: what their programs get wrong is set right before reading.

A file of many entries is not refused for a name with an accent. What is set right says nothing of
money: the encoding of a file that is not in the one that it names, and signs that XML forbids
(W3C, *Extensible Markup Language 1.0*, productions 2 and 66).
"""

import re
from io import BytesIO
from typing import BinaryIO

_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\x00\x00")
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_UTF8 = {b"utf-8", b"utf8", b"us-ascii", b"ascii"}
# Control signs, as they are and as references: 7 stands for a bell, never for an amount.
_FORBIDDEN = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]"
    rb"|&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]));"
)
# Entities that XML does not know by itself stand for nothing, where a file declares none.
_BARE = re.compile(rb"&(?!(?:#[0-9]+|#[xX][0-9a-fA-F]+|lt|gt|amp|quot|apos);)")


def readable(stream: BinaryIO) -> BinaryIO:
    """The file with its characters set right; as it is where nothing is wrong with them."""
    content = stream.read()
    if content.startswith(_MARKS):
        # Of two bytes a sign: what it says of itself is true.
        return BytesIO(content)
    content = _FORBIDDEN.sub(b"", content)
    if b"<!DOCTYPE" not in content:
        content = _BARE.sub(b"&amp;", content)
    declared = _DECLARED.search(content[:200])
    if declared and declared[1].lower() not in _UTF8:
        return BytesIO(content)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        # Who says UTF-8 and does not write it writes as Windows does in western Europe.
        text = content.decode("cp1252", errors="replace")
        content = _DECLARED.sub(b"<?xml version='1.0' encoding='utf-8'", text.encode("utf-8"), 1)
    return BytesIO(content)
