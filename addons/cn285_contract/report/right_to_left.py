"""Hebrew and Arabic as they are drawn from left to right: joined, and from the end.

After Unicode's annex 9, for lines that run from left to right as a whole, and its tables of
presentation forms. Vowel signs, which are left out in names, are not drawn.
"""

import re
import unicodedata
from functools import lru_cache

# Hebrew to Arabic Extended-A, and the presentation forms of both.
_SIGNS = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_ANY = re.compile(f"[{_SIGNS}]")
# From the first such sign to the last, with what stands between, figures and a bracket that follow.
_RUN = re.compile(
    rf"[{_SIGNS}](?:[^A-Za-z\u00c0-\u058f\u1e00-\u1fff\n]*[{_SIGNS}\d])?[)\]}}]?",
)
_NUMBER = re.compile(r"\d+(?:[.,:/\u00a0-]\d+)*")
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")
_CLOSING = {")": "(", "]": "[", "}": "{"}
_FORMS = ("isolated", "final", "initial", "medial")
_LAM, _TATWEEL = "\u0644", "\u0640"


def visual(text: str) -> str:
    """The text with the signs of each line in the order in which they are drawn."""
    return _RUN.sub(_turned, text) if _ANY.search(text) else text


def _turned(match):
    text, after = match[0], ""
    if text[-1] in _CLOSING and text.count(_CLOSING[text[-1]]) < text.count(text[-1]):
        text, after = text[:-1], text[-1]  # it was opened before
    signs = [sign for sign in text if unicodedata.category(sign) != "Mn"]
    turned = "".join(reversed(_joined("".join(signs)))).translate(_MIRRORED)
    # Figures run from left to right everywhere.
    return _NUMBER.sub(lambda number: number[0][::-1], turned) + after


def _joined(text):
    """Arabic letters in the form that their neighbours ask for; lam and alef are one sign."""
    forms, found = _presentation_forms(), []
    at, joins = 0, False
    while at < len(text):
        sign = text[at : at + 2] if text[at : at + 2] in forms else text[at]
        at += len(sign)
        own = forms.get(sign, {})
        following = text[at : at + 1]
        to_next = ("initial" in own or sign == _TATWEEL) and (
            following == _TATWEEL or "final" in forms.get(following, {})
        )
        before = joins and "final" in own
        name = _FORMS[2 * to_next + before]
        # A letter by itself is drawn as it is written: few fonts have it twice.
        plain = name == "isolated" and len(sign) == 1
        found.append(sign if plain else own.get(name, sign))
        joins = to_next
    return found


@lru_cache(maxsize=1)
def _presentation_forms():
    """Letter, or lam with alef, to ``{form: sign}``, out of Unicode's own table."""
    forms = {}
    for code in (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFD)):
        kind, *parts = unicodedata.decomposition(chr(code)).split() or [""]
        letters = "".join(chr(int(part, 16)) for part in parts)
        # Of two letters only lam and alef are always written as one.
        is_one = len(letters) == 1 or (len(letters) == 2 and letters[0] == _LAM)
        is_one = is_one and (len(letters) == 1 or letters[1] in "\u0622\u0623\u0625\u0627")
        form = kind.strip("<>")
        if form in _FORMS and is_one and unicodedata.category(letters[-1]) == "Lo":
            forms.setdefault(letters, {}).setdefault(form, chr(code))
    return forms
