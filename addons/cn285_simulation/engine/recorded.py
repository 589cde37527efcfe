"""A billed row at another price, by the engine that priced it.

What a row was priced from stands in the row: quantity, price, discount, days, and in its steps its
share of a full period and the discounts of its days. From these the charge is made again, and
priced by ``cn285_contract/engine/pricing.py``. Discounts that an item was given, or lost, since do
not count: the row is what was billed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import chain

from ...cn285_contract.engine.changes import Price, part_amount
from ...cn285_contract.engine.errors import EngineError
from ...cn285_contract.engine.money import CENT, round_money
from ...cn285_contract.engine.periods import Period
from ...cn285_contract.engine.pricing import Charge, DiscountWindow, price_charge
from ...cn285_contract.engine.proration import WHOLE, Basis, Proration
from ...cn285_contract.engine.stretches import ItemTerms

ZERO = Decimal(0)
WINDOW_STEPS = frozenset({"window_percent", "free", "window_amount"})

StepData = tuple[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a billed row was priced from, and what it came to.

    The days are ``[start, end)`` of the full period ``[full_start, full_end)``, which are None of
    what is billed once. ``net`` is in the terms of the price; ``steps`` are as the row keeps them;
    ``unit`` is the currency's; ``basis`` and ``nominal_day`` say how its days are counted.
    """

    quantity: Decimal
    price: Decimal
    discount: Decimal
    start: date
    end: date
    full_start: date | None
    full_end: date | None
    proration: Decimal
    net: Decimal
    steps: tuple[StepData, ...] = ()
    unit: Decimal = CENT
    basis: Basis = Basis.actual
    nominal_day: int = 0

    @property
    def period(self) -> Period | None:
        """Return the days as the pricing engine has them; None of what is billed once."""
        if self.full_start is None or self.full_end is None:
            return None
        return Period(
            0,
            self.start,
            self.end,
            self.full_start,
            self.full_end,
            nominal_day=self.nominal_day,
        )


@dataclass(frozen=True, slots=True)
class Piece:
    """How a row may have come about that is a part of a period: see ``changes.part_amount``.

    ``own`` is the period as the item's life clips it, ``start`` where its piece starts.
    """

    terms: ItemTerms
    own: Period
    start: date


def share_of(recorded: Recorded) -> Proration:
    """Return the share of a full period that a row was billed for, as its steps have it."""
    for code, values in recorded.steps:
        if code == "proration":
            return Proration(
                int(str(values["numerator"])),
                int(str(values["denominator"])),
                str(values["note"]),
                Basis(values["basis"]),
            )
    if recorded.proration == 1:
        return replace(WHOLE, basis=recorded.basis)
    share = Fraction(recorded.proration).limit_denominator(100000)
    return Proration(share.numerator, share.denominator, "prorated")


def windows_of(
    steps: Iterable[StepData], known: Iterable[DiscountWindow] = ()
) -> tuple[DiscountWindow, ...]:
    """Return the discounts that a row was billed with.

    ``known``: those that the item has or had; of a discount in money a row keeps what it took off,
    and the amount of a full period is looked up there. One that is not found is left out.
    """
    by_days = {(one.start, one.end): one for one in known if one.amount}
    found = []
    for code, values in steps:
        if code not in WINDOW_STEPS:
            continue
        start, end = _day(values["start"]), _day(values["end"])
        assert start is not None
        if code == "window_amount":
            if (start, end) in by_days:
                found.append(by_days[start, end])
        else:
            percent = Decimal(str(values["percent"]))
            found.append(DiscountWindow(start, end, percent, label=str(values["label"])))
    return tuple(found)


def net_at(
    recorded: Recorded,
    price: Decimal,
    discount: Decimal | None = None,
    windows: Sequence[DiscountWindow] = (),
    pieces: Iterable[Piece] = (),
) -> tuple[Decimal, bool]:
    """Return what a row would have come to at another price, and whether the engine knows it.

    It knows where it comes to what was billed at the price that was billed: by the days of the row,
    or as one of ``pieces``, ways in which it may be a part of a period. Where it does not, as for
    what was taken over from elsewhere, what was billed is taken in proportion to the prices; of
    what was billed at no price, nothing is known and it stays.

    ``discount``: the item's own, in percent; None: the one that was billed.
    """
    discount = recorded.discount if discount is None else discount
    for piece in chain([None], pieces):
        try:
            if _net(recorded, recorded.price, recorded.discount, windows, piece) != recorded.net:
                continue
            return _net(recorded, price, discount, windows, piece), True
        except EngineError:
            continue
    before = recorded.price * (100 - recorded.discount)
    if not before:
        return recorded.net, False
    changed = Fraction(price * (100 - discount)) / Fraction(before)
    return round_money(Fraction(recorded.net) * changed, recorded.unit), False


def _net(
    recorded: Recorded,
    price: Decimal,
    discount: Decimal,
    windows: Sequence[DiscountWindow],
    piece: Piece | None,
) -> Decimal:
    if piece is not None:
        whole = Price(recorded.quantity, price, discount, tuple(windows))
        days = recorded.start, recorded.end
        return part_amount(piece.terms, piece.own, piece.start, days, whole, recorded.unit)
    share = share_of(recorded)
    charge = Charge(
        quantity=recorded.quantity,
        price_unit=price,
        discount=discount,
        period=recorded.period,
        proration=share,
        windows=tuple(windows),
        basis=share.basis,
        on=recorded.start,
    )
    return price_charge(charge, recorded.unit).net


def _day(value: object) -> date | None:
    return date.fromisoformat(str(value)) if value else None
