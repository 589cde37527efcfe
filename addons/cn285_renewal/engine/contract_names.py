"""Names as people type them: whether one is the name that is on file.

For who terminates without an account (Code de la consommation, D215-1): the name and the number of
the contract, as far as anybody remembers how it was entered.
"""

import re
from collections.abc import Iterable

from .legal_kind import words_of

# What stands beside a name and is none.
TITLES = frozenset(("m", "mr", "mme", "mlle", "monsieur", "madame", "mademoiselle", "mrs", "ms"))
FORMS = frozenset(
    (
        "sarl",
        "sas",
        "sasu",
        "sa",
        "eurl",
        "sci",
        "snc",
        "scop",
        "selarl",
        "ei",
        "eirl",
        "gmbh",
        "ltd",
    )
)
# What one writes as a word, the other as a sign, or leaves out.
LINKS = frozenset(("et", "and"))


def name_key(text: str) -> tuple[str, ...]:
    """Return the words of a name in an order of their own, without titles and legal forms.

    >>> name_key("Mme DURAND Camille") == name_key("Camille Durand")
    True
    """
    words = words_of(text)
    kept = [word for word in words if word not in TITLES | FORMS | LINKS]
    return tuple(sorted(kept or words))


def same_name(typed: str, known: Iterable[str]) -> bool:
    """Tell whether what was typed is one of the names that are known; nothing is none."""
    key = name_key(typed)
    return bool(key) and any(key == name_key(name) for name in known)


def number_key(text: str) -> str:
    """Return a contract number as far as one reads it: no spaces, no *n°* before it, capitals.

    >>> number_key(" n° ctr / 2026 / 00001 ")
    'CTR/2026/00001'
    """
    plain = re.sub(r"\s+", "", text or "").upper()
    return re.sub(r"^N[°º]\.?:?", "", plain)
