"""Evidence that customers upload: which files are taken, by what they hold, not by their names."""

import re
from dataclasses import dataclass
from typing import Literal

MOST_FILES = 5
MOST_BYTES = 10 * 1024 * 1024
Refusal = Literal["empty", "too_large", "bad_type", "too_many"]

_ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that is taken: a name without paths, and what it is."""

    name: str
    mimetype: str
    content: bytes


def type_of(content: bytes) -> str | None:
    """Return what a file is by its first bytes; None for what is not taken.

    >>> type_of(b"%PDF-1.7 ..."), type_of(b"<svg onload=...>")
    ('application/pdf', None)
    """
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return None


def clean_name(name: str, mimetype: str) -> str:
    """Return a file's name without paths and signs of control, with the ending of what it is.

    >>> clean_name("../../x.exe", "application/pdf")
    'x.pdf'
    """
    last = re.split(r"[\\/]", name or "")[-1]
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", re.sub(r"[\x00-\x1f\x7f<>:\"|?*]", "", last))
    return (stem.strip(" .")[:80] or "evidence") + _ENDINGS[mimetype]


def check_evidence(name: str, content: bytes, already: int = 0) -> Evidence | Refusal:
    """Return the file as it is kept, or why it is not taken.

    ``already``: how many files were taken before.
    """
    if already >= MOST_FILES:
        return "too_many"
    if not content:
        return "empty"
    if len(content) > MOST_BYTES:
        return "too_large"
    mimetype = type_of(content)
    if mimetype is None:
        return "bad_type"
    return Evidence(clean_name(name, mimetype), mimetype, content)
