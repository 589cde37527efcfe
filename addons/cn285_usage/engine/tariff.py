"""What a calculator says, as plain values: from a period's usage to its rating."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from ...cn285_contract.engine.money import CENT
from .allowance import Allowance, rate_beyond, use_allowance
from .bounds import apply_bounds
from .charge_models import ChargeModel
from .exact import ZERO
from .rating import Rating


class Feed(str, Enum):
    """What a charge model is fed with: a quantity, one by property value, or single events.

    ``inputs``: whatever a program asks for; nothing here rates by that.
    """

    quantity = "quantity"
    values = "values"
    events = "events"
    inputs = "inputs"


@dataclass(frozen=True, slots=True)
class Usage:
    """A period's usage: its quantity, by property value, and event by event in order of time.

    Only what the model's :class:`Feed` asks for needs to be filled, and ``quantity``.
    """

    quantity: Decimal = ZERO
    by_value: Mapping[str, Decimal] = field(default_factory=dict)
    amounts: Sequence[Decimal] = ()

    @classmethod
    def of(cls, quantity: Decimal) -> "Usage":
        """Return usage of so much for any feed: one event, without a property's value."""
        return cls(quantity, {"": quantity}, (quantity,))


@dataclass(frozen=True, slots=True)
class Tariff:
    """A charge model with the included units and the bounds of a full period.

    ``model`` is None where a program makes the rating; then there are only bounds.
    """

    model: ChargeModel | None
    feed: Feed = Feed.quantity
    allowance: Allowance | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    @property
    def is_bounded(self) -> bool:
        """Tell whether the period has a minimum or a maximum amount."""
        return self.minimum is not None or self.maximum is not None

    def rate(
        self,
        usage: Usage,
        share: Fraction | int = 1,
        rounding: Decimal = CENT,
        carried: Decimal = ZERO,
    ) -> tuple[Rating, Decimal]:
        """Return the rating, before bounds, and the units of the allowance that are carried on.

        ``share`` is the part of a full period that is billed, ``carried`` what the period before
        has left of its allowance.
        """
        if self.feed is Feed.values:
            return self.model.rate(usage.by_value, rounding), ZERO
        if self.feed is Feed.events:
            return self.model.rate(usage.amounts, rounding), ZERO
        if self.allowance is None:
            return self.model.rate(usage.quantity, rounding), ZERO
        use = use_allowance(usage.quantity, self.allowance, carried, share)
        return rate_beyond(self.model, usage.quantity, use, rounding), use.carried_out

    def bound(
        self,
        rating: Rating,
        share: Fraction | int = 1,
        rounding: Decimal = CENT,
        counted: Decimal = ZERO,
    ) -> Rating:
        """Return the rating within the bounds, prorated by ``share``; see :func:`apply_bounds`."""
        if not self.is_bounded:
            return rating
        return apply_bounds(
            rating,
            minimum=self.minimum,
            maximum=self.maximum,
            share=share,
            counted=counted,
            rounding=rounding,
        )
