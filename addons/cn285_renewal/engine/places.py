"""Places: in which part of a country somebody lives, by country and postcode.

Which parts there are is data of the law; the part that is said most exactly is the one that counts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part of a country lies: its own country code, or beginnings of postcodes.

    Parts beyond the sea often have a code of their own (RE) beside postcodes of the country's
    (974); either tells them.
    """

    key: int
    country: str = ""
    postcodes: tuple[str, ...] = ()

    @property
    def tells(self) -> bool:
        """Whether an address can tell that it is there."""
        return bool(self.country or self.postcodes)


def clean_postcode(text: str) -> str:
    """Return a postcode without spaces and without the country's letter before it.

    >>> clean_postcode("F-67 000")
    '67000'
    """
    code = re.sub(r"[\s.]", "", text or "").upper()
    return re.sub(r"^[A-Z]{1,3}-(?=\d)", "", code)


def postcodes_of(text: str) -> tuple[str, ...]:
    """Return the beginnings of postcodes that a text lists, parted by commas or spaces.

    >>> postcodes_of("57, 67 68")
    ('57', '67', '68')
    """
    return tuple(clean_postcode(part) for part in re.split(r"[,;\s]+", text or "") if part)


def place_of(country: str, postcode: str, home: str, places: Iterable[Place]) -> int | None:
    """Return the key of the part in which an address lies; None where it lies in none.

    ``country``: the address's country code; ``home``: that of the law. A part with a country code
    of its own that is the address's counts first, then the longest beginning of the postcode.

    >>> east = Place(1, "", ("57", "67", "68"))
    >>> place_of("FR", "67000", "FR", [east, Place(2, "RE", ("974",))])
    1
    """
    places = list(places)
    if country and country != home:
        return next((place.key for place in places if place.country == country), None)
    code = clean_postcode(postcode)
    found = [
        (len(start), place.key)
        for place in places
        for start in place.postcodes
        if start and code.startswith(start)
    ]
    return max(found)[1] if found else None
