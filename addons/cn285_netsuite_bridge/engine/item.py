"""An item of NetSuite as a product needs it."""

from dataclasses import dataclass
from decimal import Decimal

from .records import Record, Ref


@dataclass(frozen=True)
class Price:
    """A price of one level and currency (NetSuite's ids), from a quantity on."""

    level: str
    currency: str
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True)
class Item:
    """What a product is made of."""

    code: str
    name: str
    description: str
    is_service: bool
    inactive: bool
    income_account: Ref | None
    tax_schedule: Ref | None
    prices: tuple[Price, ...]

    def base_price(self, level: str, currency: str) -> Decimal | None:
        """The price of a level from the smallest quantity on; None when it has none."""
        found = [
            price for price in self.prices if (price.level, price.currency) == (level, currency)
        ]
        return min(found, key=lambda price: price.quantity).price if found else None


def from_netsuite(record: Record) -> Item:
    """The item that a record of NetSuite describes."""
    values = record.values
    prices = [
        Price(
            level=_key(pricing.get("priceLevel")),
            currency=_key(pricing.get("currency")),
            quantity=price.get("quantity") or Decimal(0),
            price=price["value"],
        )
        for pricing in values.get("pricingMatrix") or []
        for price in pricing.get("priceList") or []
        if price.get("value") is not None
    ]
    code = (values.get("itemId") or "").strip()
    return Item(
        code=code,
        name=(values.get("displayName") or code).strip(),
        description=(values.get("salesDescription") or "").strip(),
        is_service=record.type.startswith("service"),
        inactive=bool(values.get("isInactive")),
        income_account=values.get("incomeAccount"),
        tax_schedule=values.get("taxSchedule"),
        prices=tuple(prices),
    )


def _key(ref: object) -> str:
    return ref.internal_id if isinstance(ref, Ref) else ""
