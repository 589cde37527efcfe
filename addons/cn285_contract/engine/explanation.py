"""The steps of a calculation as equations, each of which is true as it is printed.

Steps are kept with running totals that are rounded (:class:`pricing.Amount`). To be printed, each
is worked out anew, exactly, from its own figures; the one rounding stands at the end. A figure that
has too many decimals to be printed is cut, and its equation says *about*.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from .money import round_money

Values = Mapping[str, object]
# What is printed of a figure that does not end sooner.
DIGITS = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Equation:
    """One line: a step in words, and how it comes from ``before`` to ``after``.

    ``how``: ``product`` (the words are quantity x price), ``times`` (``before`` x ``by``),
    ``minus`` (``before`` - ``by``), ``is`` (the words come to ``after``), ``note`` (no amount).
    ``by`` of ``times`` is a pair of numbers, of ``minus`` an amount.
    """

    code: str
    values: Values
    how: Literal["product", "times", "minus", "is", "note"]
    after: Fraction = Fraction(0)
    before: Fraction = Fraction(0)
    by: Fraction | tuple[int, int] = Fraction(0)

    @property
    def is_exact(self) -> bool:
        """Return whether all figures can be printed as they are."""
        amounts = [self.after]
        if self.how in ("times", "minus"):
            amounts.append(self.before)
        if isinstance(self.by, Fraction):
            amounts.append(self.by)
        return all(printable(amount) == amount for amount in amounts)


def printable(amount: Fraction) -> Decimal:
    """Return an amount as it is printed: exact, or with six decimals."""
    shown = round_money(amount, DIGITS)
    return shown.normalize() if shown else Decimal(0)


def equations(steps: Iterable[tuple[str, Values]]) -> list[Equation]:
    """Return the steps of :func:`pricing.price_charge`, as they were kept, as equations.

    A step whose figures do not lead to the amount that was kept with it (of an older version, of
    another addon) is printed with that amount, in words.
    """
    result: list[Equation] = []
    value = base = Fraction(0)
    for code, values in steps:
        kept = Fraction(str(values["amount"]))
        if code == "base":
            after = _figure(values, "quantity") * _figure(values, "price_unit")
            found = Equation(code, values, "product", after)
        elif code == "proration" and values["note"] not in ("free", "full"):
            by = int(str(values["numerator"])), int(str(values["denominator"]))
            found = Equation(code, values, "times", value * Fraction(*by), value, by)
        elif code in ("discount", "window_percent", "free"):
            of = value if code == "discount" else base
            off = of * _figure(values, "percent") / 100
            if code != "discount":
                off *= Fraction(int(str(values["covered"])), int(str(values["of"])))
            found = Equation(code, values, "minus", value - off, value, off)
        else:
            found = Equation(code, values, "is", kept)
        if round_money(found.after, _unit(values)) != round_money(kept, _unit(values)):
            found = Equation(code, values, "is", kept)
        result.append(found)
        value = found.after
        if code in ("base", "proration", "discount"):
            base = value
    return result


def _figure(values: Values, name: str) -> Fraction:
    return Fraction(str(values[name]))


def _unit(values: Values) -> Decimal:
    """Return the unit to which a kept amount was rounded, by its decimals."""
    exponent = Decimal(str(values["amount"])).as_tuple().exponent
    return Decimal(1).scaleb(min(int(exponent), 0))
