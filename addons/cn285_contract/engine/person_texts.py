"""What names a person, found and taken out of texts and of data.

Anonymous is what no longer lets a person be singled out (GDPR, recital 26): names, addresses,
numbers are replaced wherever they stand, in any case and spacing, phones however written.
"""

import html
import re
from collections.abc import Iterable

# Shorter texts would be found in what has nothing to do with the person.
SHORTEST = 3
# Digits by which a phone number is known, whatever stands before them.
PHONE_DIGITS = 9


class PersonTexts:
    """The texts that name somebody.

    :param names: names, addresses, numbers; a name of two words counts in both orders
    :param phones: phone numbers, in any spelling
    """

    def __init__(self, names: Iterable[str], phones: Iterable[str] = ()):
        texts = {text for name in names for text in _spellings(name)}
        patterns = [_pattern(text) for text in sorted(texts, key=len, reverse=True)]
        patterns += [_phone_pattern(phone) for phone in phones]
        patterns = [pattern for pattern in patterns if pattern]
        self._known = re.compile("|".join(patterns), re.IGNORECASE) if patterns else None

    def is_in(self, value) -> bool:
        """Whether a text, or data of any depth, names the person."""
        return self.without(value, "") != value

    def without(self, value, mark: str):
        """A text, or data of any depth, with ``mark`` in place of what names the person."""
        if isinstance(value, str):
            return self._known.sub(mark.replace("\\", r"\\"), value) if self._known else value
        if isinstance(value, list):
            return [self.without(one, mark) for one in value]
        if isinstance(value, dict):
            pairs = value.items()
            return {self.without(name, mark): self.without(one, mark) for name, one in pairs}
        return value


def _spellings(name):
    text = " ".join(str(name or "").split())
    if len(text) < SHORTEST:
        return
    yield text
    words = text.split()
    if len(words) > 1 and "@" not in text and not any(char.isdigit() for char in text):
        yield " ".join([*words[1:], words[0]])
        yield " ".join([words[-1], *words[:-1]])


def _pattern(text):
    forms = {r"[\s,]+".join(re.escape(word) for word in form.split()) for form in _escaped(text)}
    return rf"(?<!\w)(?:{'|'.join(sorted(forms))})(?!\w)"


def _escaped(text):
    """The text as it is, and as it stands in HTML."""
    plain = html.escape(text, quote=False)
    return {text, plain, plain.replace("'", "&#39;"), html.escape(text)}


def _phone_pattern(phone):
    digits = re.sub(r"\D", "", phone or "")
    if len(digits) < 6:
        return None
    core = r"[\s.\-/()]*".join(digits[-PHONE_DIGITS:])
    return rf"(?<!\d)(?:(?:\+|00)\d{{1,3}}[\s.\-/()]*)?(?:\(?0\)?[\s.\-/]*)?{core}(?!\d)"
