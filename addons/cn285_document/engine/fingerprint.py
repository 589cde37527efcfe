"""By what a file is known again: SHA-256 (FIPS 180-4), of its bytes and nothing else."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Fingerprint:
    """``sha256`` in 64 hexadecimal digits, ``size`` in bytes."""

    sha256: str
    size: int


def fingerprint(content: bytes) -> Fingerprint:
    """Return by what a file is known again.

    >>> fingerprint(b"abc").sha256[:16], fingerprint(b"abc").size
    ('ba7816bf8f01cfea', 3)
    """
    return Fingerprint(hashlib.sha256(content).hexdigest(), len(content))


def is_same(content: bytes, sha256: str, size: int) -> bool:
    """Whether a file still is the one of which fingerprint and size were kept."""
    return fingerprint(content) == Fingerprint(sha256.lower(), size)
