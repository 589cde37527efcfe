"""What a customer is to consumer law, as far as an address book tells it.

Code de la consommation, *article liminaire*: a consumer is a person who does not act
professionally, a non-professional a legal person that does not. Who signs is better known to who
enters the customer: what is set by hand stays.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

LegalKind = Literal["consumer", "non_professional", "professional"]


# Letters of French that no normal form takes apart.
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text without accents and case.

    >>> words_of("Syndicat des Copropriétaires, 3 rue d'Été")
    ('syndicat', 'des', 'coproprietaires', '3', 'rue', 'd', 'ete')
    """
    plain = unicodedata.normalize("NFKD", (text or "").translate(_LIGATURES))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return tuple(re.findall(r"\w+", plain.casefold()))


def is_named(name: str, phrases: Iterable[str]) -> bool:
    """Tell whether a name begins with one of these phrases, word by word.

    >>> is_named("SDC Les Lilas", ["SDC"]), is_named("Cabinet SDC", ["SDC"])
    (True, False)
    """
    words = words_of(name)
    starts = [words_of(phrase) for phrase in phrases]
    return any(start and words[: len(start)] == start for start in starts)


def legal_kind(
    is_legal_person: bool, has_vat: bool, name: str = "", non_professionals: Iterable[str] = ()
) -> LegalKind:
    """Return the usual kind of a customer of whom nobody said more.

    ``is_legal_person``: a company, or somebody who belongs to one; ``non_professionals``: how names
    of legal persons begin that do not act professionally (a *syndicat de copropriétaires*), with a
    VAT number or without.
    """
    if is_legal_person and is_named(name, non_professionals):
        return "non_professional"
    return "professional" if is_legal_person or has_vat else "consumer"
