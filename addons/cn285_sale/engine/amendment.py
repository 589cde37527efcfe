"""What a quotation changes of a running contract: from what is offered to contract changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple

Action = Literal["keep", "change", "add", "end"]

# How long a period is, and on what periods are aligned: what a billing period is told by.
RHYTHM = ("recurring_interval", "recurring_unit", "alignment", "billing_day", "billing_month")


@dataclass(frozen=True)
class Offer:
    """What a line offers: a product, how much of it, at what price, in what rhythm.

    ``rhythm`` has the values of :data:`RHYTHM` in this order.
    """

    product: int
    quantity: Decimal
    price: Decimal
    discount: Decimal
    rhythm: tuple[Any, ...]

    @property
    def is_none(self) -> bool:
        """None of it is offered: the item ends."""
        return self.quantity == 0


class Part(NamedTuple):
    """One difference: what kind of contract change it becomes, and with what values.

    ``kind``: ``product`` (an upgrade or a downgrade), ``period``, ``quantity``, ``price``, ``end``.
    """

    kind: str
    values: dict[str, Any]


def action(base: Offer | None, wanted: Offer) -> Action:
    """What becomes of an item; ``base`` is what it was when the quotation was made, None: new.

    >>> from dataclasses import replace
    >>> five = Offer(1, Decimal(5), Decimal(10), Decimal(0), (1, "month", "anniversary", 1, "1"))
    >>> action(five, five), action(None, five), action(five, replace(five, quantity=Decimal(0)))
    ('keep', 'add', 'end')
    """
    if base is None:
        return "add"
    if wanted == base:
        return "keep"
    return "end" if wanted.is_none else "change"


def differences(base: Offer, wanted: Offer) -> list[Part]:
    """The contract changes that lead from one offer to the other, in the order of their effect.

    A period of another length has its own price, and comes before another product, which goes on
    in the rhythm that it finds. Nothing is said of what stays.

    >>> from dataclasses import replace
    >>> five = Offer(1, Decimal(5), Decimal(10), Decimal(0), (1, "month", "anniversary", 1, "1"))
    >>> differences(five, replace(five, quantity=Decimal(8), discount=Decimal(10)))
    [Part(kind='quantity', values={'quantity': 8.0}), Part(kind='price', values={'discount': 10.0})]
    """
    if wanted == base:
        return []
    if wanted.is_none:
        return [Part("end", {})]
    parts = []
    new_rhythm = wanted.rhythm != base.rhythm
    if new_rhythm:
        values = dict(zip(RHYTHM, wanted.rhythm, strict=True))
        if values["alignment"] != "calendar":
            values = {name: values[name] for name in RHYTHM[:3]}
        parts.append(Part("period", {**values, "price_unit": float(wanted.price)}))
    if wanted.product != base.product:
        values = {
            "product_id": wanted.product,
            "quantity": float(wanted.quantity),
            "price_unit": float(wanted.price),
            "discount": float(wanted.discount),
        }
        return [*parts, Part("product", values)]
    if wanted.quantity != base.quantity:
        parts.append(Part("quantity", {"quantity": float(wanted.quantity)}))
    price = {}
    if wanted.price != base.price and not new_rhythm:
        price["price_unit"] = float(wanted.price)
    if wanted.discount != base.discount:
        price["discount"] = float(wanted.discount)
    return [*parts, Part("price", price)] if price else parts


def moved(base: dict[str, Any], now: dict[str, Any], names: Sequence[str]) -> list[str]:
    """Which of these facts about an item are others by now than when the quotation was made.

    >>> moved({"quantity": 5.0}, {"quantity": 6.0}, ["quantity"])
    ['quantity']
    """
    return [name for name in names if base.get(name) != now.get(name)]


def longer(price: Decimal, old: tuple[int, int], new: tuple[int, int]) -> Decimal:
    """The price of a period of another length that makes a month, or a day, cost the same.

    :param old, new: the interval, and the length of its unit, both in months or both in days

    >>> longer(Decimal("31.00"), (1, 1), (1, 12))
    Decimal('372.00')
    """
    return price * new[0] * new[1] / (old[0] * old[1])
