"""Reads the equations in an explanation, and works them out anew."""

import re
from fractions import Fraction

NUMBER = r"-?\d[\d,\u202f]*(?:\.\d+)?"
MONEY = rf"(?:[^\d\s-]\s*)?({NUMBER})(?:\s*[^\d\s.,;:]+)?"
FORMS = [
    # a × b [+ c], some words, = d
    (rf"({NUMBER})[^×=≈\d]*× ({NUMBER})(?: \+ ({NUMBER}))?\D[^=≈]*(=|≈) {MONEY}$", "product"),
    (rf": {MONEY} × (\d+)/(\d+) (=|≈) {MONEY}$", "times"),
    (rf": {MONEY} − {MONEY} (=|≈) {MONEY}$", "minus"),
]


def number(text):
    return Fraction(re.sub(r"[,\u202f\xa0 ]", "", text or "0"))


def false_equations(explanation):
    """The lines of an explanation that are not true, with what they should come to."""
    wrong, amounts = [], []
    for line in explanation.replace("\ufeff", "").splitlines():
        found, sign, shown = _read(line)
        if shown is None:
            continue
        if found == "sum":
            found = _sum_of_last(amounts, shown)
        tolerance = Fraction(2, 10**6) if sign == "≈" else 0
        if found is not None and abs(found - shown) > tolerance:
            wrong.append((line, str(float(found))))
        if not re.match(r"(in all|rounded)\b", line):
            amounts.append(shown)
        elif line.startswith("rounded") and not _is_rounded(amounts, shown):
            wrong.append((line, "what stands above it"))
    return wrong


def _is_rounded(amounts, shown):
    """Whether some of the last amounts come to what is shown, but for the rounding."""
    unit = Fraction(1, 100) if shown.denominator > 1 else 1
    sums = [sum(amounts[-count:]) for count in range(1, len(amounts) + 1)]
    return any(abs(total - shown) <= unit for total in sums)


def _sum_of_last(amounts, shown):
    """The sum of the last amounts that is shown, else of all."""
    total = Fraction(0)
    for amount in reversed(amounts):
        total += amount
        if total == shown:
            return total
    return total


def _read(line):
    """What the words of a line come to (None: no equation), its sign, and what is printed."""
    for pattern in ("times", "minus", "product"):
        form = next(form for form, name in FORMS if name == pattern)
        match = re.search(form, line)
        if match:
            *figures, sign, shown = match.groups()
            one, two, *rest = map(number, figures)
            if pattern == "times":
                return one * two / rest[0], sign, number(shown)
            if pattern == "minus":
                return one - two, sign, number(shown)
            return one * two + sum(rest), sign, number(shown)
    match = re.search(rf"(=|≈) {MONEY}$", line)
    if not match:
        return None, "", None
    sign, shown = match.groups()
    return ("sum" if line.startswith("in all") else None), sign, number(shown)
