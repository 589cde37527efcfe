"""From quantity and price to the net amount of one charge, with its explanation.

In this order: quantity x price, the share of the period, the item's own discount, discount windows
in percent, discount windows in amounts. Everything is exact until the one rounding at the end.

A discount of some days is a share of what the billed days cost, each the same: where a partial
period is owed in full, so is its discount.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from .errors import AmountError, DiscountError
from .line_factors import LineFactors, line_factors
from .money import CENT, round_money
from .periods import Period
from .proration import WHOLE, Basis, Proration, count_days, overlap

__all__ = [
    "Amount",
    "Charge",
    "DiscountWindow",
    "LineFactors",
    "Step",
    "check_windows",
    "explain",
    "line_factors",
    "price_charge",
]

ZERO = Decimal(0)
HUNDRED = Decimal(100)


def _check_percent(percent: Decimal) -> None:
    if not percent.is_finite() or not 0 <= percent <= HUNDRED:
        raise DiscountError("bad_percent", percent=percent)


@dataclass(frozen=True, slots=True)
class DiscountWindow:
    """A discount in force on the days ``[start, end)``; 100 percent makes them free.

    ``amount`` is what a full period costs less, in the contract's currency; its days cost less by
    their share of it, and never less than nothing. Exactly one of
    ``percent`` (0 to 100) and ``amount`` (positive) is set. Raises :class:`DiscountError`.
    """

    start: date
    end: date | None = None
    percent: Decimal = ZERO
    amount: Decimal = ZERO
    label: str = ""

    def __post_init__(self) -> None:
        _check_percent(self.percent)
        if not self.amount.is_finite() or self.amount < 0:
            raise DiscountError("bad_discount_amount", amount=self.amount)
        if bool(self.percent) == bool(self.amount):
            raise DiscountError(
                "discount_needs_one_value", percent=self.percent, amount=self.amount
            )
        if self.end is not None and self.end <= self.start:
            raise DiscountError("empty_discount", start=self.start, end=self.end)


def check_windows(windows: Iterable[DiscountWindow]) -> None:
    """Raise ``overlapping_discounts`` where two windows share a day."""
    ordered = sorted(windows, key=lambda window: window.start)
    for one, two in pairwise(ordered):
        if one.end is None or one.end > two.start:
            raise DiscountError(
                "overlapping_discounts",
                first_start=one.start,
                first_end=one.end,
                second_start=two.start,
            )


@dataclass(frozen=True, slots=True)
class Charge:
    """What one row of a billing schedule is priced from.

    ``period`` None is a one-shot: windows apply to it in full if ``on`` lies in them. ``discount``
    is the item's own, in percent. A negative quantity or price mirrors the positive charge.
    ``own`` is the period that ``period`` is a part of, as the item's life clips it: the days of a
    window are counted in it, as those of the share were. None: ``period`` itself.
    """

    quantity: Decimal
    price_unit: Decimal
    discount: Decimal = ZERO
    period: Period | None = None
    proration: Proration = WHOLE
    windows: tuple[DiscountWindow, ...] = ()
    basis: Basis = Basis.actual
    on: date | None = None
    own: Period | None = None

    def __post_init__(self) -> None:
        for value in (self.quantity, self.price_unit):
            if not value.is_finite():
                raise AmountError("not_a_number", value=value)
        _check_percent(self.discount)
        check_windows(self.windows)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the calculation; ``values["amount"]`` is where it arrives, rounded."""

    code: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Amount:
    """A priced charge. ``gross``: before discounts; ``net``: rounded; ``exact_net``: before that.

    Codes of ``steps``, in order, those that apply: ``base`` (quantity, price_unit), ``proration``
    (numerator, denominator, note, basis, text), ``discount`` (percent), ``window_percent`` or, for
    100 percent, ``free`` (label, start, end, percent, covered, of), ``window_amount`` (these with
    ``off``), ``floor`` (a discount larger than the charge), ``rounded``. All have ``amount``.
    """

    gross: Decimal
    net: Decimal
    exact_net: Fraction
    steps: tuple[Step, ...]


def _coverage(charge: Charge, window: DiscountWindow) -> tuple[int, int]:
    """Return the days of the charge in the window, and its billed days.

    A one-shot is one day. Where 30/360 counts no billed day (the 31st alone), actual days count.
    """
    period = charge.period
    if period is None:
        on = charge.on
        inside = on is not None and window.start <= on and (window.end is None or on < window.end)
        return int(inside), 1
    covered = overlap(period, window.start, window.end)
    basis, own = charge.basis, charge.own or period
    if not count_days(own, period.start, period.end, basis):
        basis = Basis.actual
    return (
        count_days(own, *covered, basis) if covered else 0,
        count_days(own, period.start, period.end, basis),
    )


class _Calculation:
    """The running amount of one charge and the steps that led to it."""

    def __init__(self, charge: Charge, rounding: Decimal) -> None:
        self.charge = charge
        self.rounding = rounding
        self.value = Fraction(charge.quantity) * Fraction(charge.price_unit)
        self.steps: list[Step] = []
        self.note("base", quantity=charge.quantity, price_unit=charge.price_unit)

    def note(self, code: str, **values: object) -> None:
        values["amount"] = round_money(self.value, self.rounding)
        self.steps.append(Step(code, values))

    def prorate(self) -> None:
        share = self.charge.proration
        self.value *= share.ratio
        if share.note != "whole":
            self.note(
                "proration",
                numerator=share.numerator,
                denominator=share.denominator,
                note=share.note,
                basis=share.basis.value,
                text=share.text,
            )

    def discount(self) -> None:
        percent = self.charge.discount
        if percent:
            self.value *= 1 - Fraction(percent) / 100
            self.note("discount", percent=percent)

    def percent_windows(self, base: Fraction) -> None:
        for window in self.charge.windows:
            if not window.percent:
                continue
            covered, billed = _coverage(self.charge, window)
            if covered:
                self.value -= base * Fraction(covered, billed) * Fraction(window.percent) / 100
                code = "free" if window.percent == HUNDRED else "window_percent"
                self.note(code, percent=window.percent, **_facts(window, covered, billed))

    def amount_windows(self, base: Fraction) -> None:
        sign = -1 if base < 0 else 1
        share = self.charge.proration.ratio
        for window in self.charge.windows:
            if not window.amount:
                continue
            covered, billed = _coverage(self.charge, window)
            if not covered:
                continue
            off = Fraction(window.amount) * share * Fraction(covered, billed)
            self.value -= sign * off
            # What the amount is of: the days of the full period, or those that cost as much.
            of = Fraction(billed) / share if share else Fraction(billed)
            of_days = int(of) if of.denominator == 1 else billed
            facts = _facts(window, covered, of_days)
            self.note("window_amount", off=round_money(off, self.rounding), **facts)
            # These days cost nothing at least; the others are no matter of this window.
            beyond = off - abs(base) * Fraction(covered, billed)
            if beyond > 0:
                self.value += sign * beyond
                self.note("floor")


def _facts(window: DiscountWindow, covered: int, of: int) -> dict[str, object]:
    return {
        "label": window.label,
        "start": window.start,
        "end": window.end,
        "covered": covered,
        "of": of,
    }


def price_charge(charge: Charge, rounding: Decimal = CENT) -> Amount:
    """Return what a charge comes to, rounded to the currency's unit, and why.

    A percent window takes its percentage off the share of the billed days that it covers, an amount
    window its amount in proportion: its days of the full period, or of the days that are billed as
    one. It takes off its own days' price at most: a discount never turns a charge into a credit,
    nor a credit into a charge, nor makes other days cheaper.
    """
    calculation = _Calculation(charge, rounding)
    calculation.prorate()
    gross = round_money(calculation.value, rounding)
    calculation.discount()
    base = calculation.value
    calculation.percent_windows(base)
    calculation.amount_windows(base)
    net = round_money(calculation.value, rounding)
    if net != calculation.value:
        calculation.note("rounded", rounding=rounding)
    return Amount(gross, net, calculation.value, tuple(calculation.steps))


_ENGLISH = {
    "base": "%(quantity)s x %(price_unit)s",
    "proration": "%(text)s days (%(note)s)",
    "discount": "discount %(percent)s %%",
    "window_percent": "%(label)s %(percent)s %% on %(covered)s of %(of)s days",
    "free": "%(label)s free for %(covered)s of %(of)s days",
    "window_amount": "%(label)s %(off)s off for %(covered)s of %(of)s days",
    "floor": "a discount ends at zero",
    "rounded": "rounded to %(rounding)s",
}


def explain(amount: Amount) -> str:
    """Return the calculation in English, a line a step."""
    lines = (_ENGLISH[step.code] % step.values for step in amount.steps)
    ends = (step.values["amount"] for step in amount.steps)
    return "\n".join(f"{line.strip()} = {end}" for line, end in zip(lines, ends, strict=True))
