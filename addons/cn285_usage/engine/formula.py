"""A quantity calculated from several metrics: safe arithmetic with a parser of its own.

``(calls - errors) / 1000``, ``max(seats, [named-users])``, ``round(gb * 1.5, 2)``. Known are
``+ - * /``, brackets, a sign, decimal numbers, names of metrics (those that are no plain word in
square brackets), and ``min max round ceil floor``. There is nothing else: no power, no attribute,
no text. Numbers are exact fractions, so nothing is rounded unless the formula says so.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from .aggregation import FINE, Rounding, round_units
from .errors import FormulaError
from .exact import as_input

MAX_LENGTH = 1000
MAX_DEPTH = 50
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_.]*)|\[(?P<quoted>[^\[\]]+)\]"
    r"|(?P<sign>[-+*/(),]))",
    re.ASCII,
)
_SPACE = re.compile(r"\s*")

Node = Callable[[Mapping[str, Fraction]], Fraction]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read and found good. ``names``: the metrics it needs.

    :raises FormulaError: ``formula_empty``, ``formula_too_long``, ``formula_too_deep``,
        ``formula_syntax``, ``formula_unknown_function``, ``formula_arguments``
    """

    text: str
    names: frozenset[str] = field(init=False, compare=False)
    _node: Node = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parser = _Parser(self.text)
        object.__setattr__(self, "_node", parser.parse())
        object.__setattr__(self, "names", frozenset(parser.names))

    def evaluate(self, values: Mapping[str, Decimal]) -> Fraction:
        """Return the exact result; names without a value are refused, not taken for zero.

        :raises FormulaError: ``formula_unknown_name``, ``formula_division_by_zero``
        """
        known = {}
        for name in sorted(self.names):
            if name not in values:
                raise FormulaError("formula_unknown_name", name=name)
            known[name] = Fraction(as_input(values[name]))
        try:
            return self._node(known)
        except ZeroDivisionError:
            raise FormulaError("formula_division_by_zero") from None

    def quantity(self, values: Mapping[str, Decimal], rounding: Rounding = FINE) -> Decimal:
        """Return the result as a quantity: rounded, by default to 12 decimals."""
        return rounding.apply(self.evaluate(values))


class _Parser:
    """Recursive descent over the tokens: sum, product, sign, atom."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise FormulaError("formula_too_long", limit=MAX_LENGTH)
        if not text.strip():
            raise FormulaError("formula_empty")
        self.text = text
        self.names: set[str] = set()
        self.position = self.depth = 0
        self.kind = self.token = ""
        self.advance()

    def parse(self) -> Node:
        node = self.sum()
        if self.kind:
            raise self.unexpected()
        return node

    def unexpected(self) -> FormulaError:
        found = self.token or "end"
        return FormulaError("formula_syntax", position=self.position, found=found)

    def advance(self) -> None:
        """Read the next token; at the end its kind is empty."""
        start = _SPACE.match(self.text, self.position).end()
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            self.position, self.kind, self.token = start + 1, "", self.text[start : start + 1]
            if self.token:
                raise self.unexpected()
            return
        self.kind, self.position = match.lastgroup, match.end()
        self.token = match[self.kind]

    def accepts(self, signs: str) -> str:
        """Read one of the signs if it comes next."""
        if self.kind != "sign" or self.token not in signs:
            return ""
        sign = self.token
        self.advance()
        return sign

    def expect(self, sign: str) -> None:
        if not self.accepts(sign):
            raise self.unexpected()

    def sum(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FormulaError("formula_too_deep", limit=MAX_DEPTH)
        terms = [(1, self.product())]
        while sign := self.accepts("+-"):
            terms.append((1 if sign == "+" else -1, self.product()))
        self.depth -= 1
        # A flat loop: a thousand terms are no deeper than two.
        return terms[0][1] if len(terms) == 1 else lambda known: sum(s * n(known) for s, n in terms)

    def product(self) -> Node:
        factors = [("*", self.signed())]
        while sign := self.accepts("*/"):
            factors.append((sign, self.signed()))
        return factors[0][1] if len(factors) == 1 else lambda known: _multiply(factors, known)

    def signed(self) -> Node:
        negative = False
        while sign := self.accepts("+-"):
            negative ^= sign == "-"
        node = self.atom()
        return (lambda known: -node(known)) if negative else node

    def atom(self) -> Node:
        kind, token = self.kind, self.token
        if self.accepts("("):
            node = self.sum()
            self.expect(")")
            return node
        if kind not in ("number", "name", "quoted"):
            raise self.unexpected()
        self.advance()
        if kind == "number":
            number = Fraction(token)
            return lambda known: number
        if kind == "name" and self.accepts("("):
            return self.call(token)
        name = token.strip()
        self.names.add(name)
        return lambda known: known[name]

    def call(self, name: str) -> Node:
        if name not in _FUNCTIONS:
            raise FormulaError("formula_unknown_function", name=name)
        arguments = [self.sum()]
        while self.accepts(","):
            arguments.append(self.sum())
        self.expect(")")
        function, most = _FUNCTIONS[name]
        if len(arguments) > most:
            raise FormulaError("formula_arguments", name=name, count=len(arguments))
        return lambda known: function(*(argument(known) for argument in arguments))


def _multiply(factors: list[tuple[str, Node]], known: Mapping[str, Fraction]) -> Fraction:
    product = Fraction(1)
    for sign, node in factors:
        product = product * node(known) if sign == "*" else product / node(known)
    return product


def _round(value: Fraction, decimals: Fraction = Fraction(0)) -> Fraction:
    """Round half up, away from zero, as metrics do (Python's own rounds half to even)."""
    whole = int(decimals) if decimals.denominator == 1 else decimals
    return Fraction(round_units(value, "half_up", whole))


_FUNCTIONS: dict[str, tuple[Callable[..., Fraction], int]] = {
    "min": (lambda *values: min(values), MAX_LENGTH),
    "max": (lambda *values: max(values), MAX_LENGTH),
    "round": (_round, 2),
    "ceil": (lambda value: Fraction(ceil(value)), 1),
    "floor": (lambda value: Fraction(floor(value)), 1),
}
