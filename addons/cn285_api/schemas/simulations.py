"""Simulations: what usage would cost."""

from odoo.tools import LazyTranslate
from pydantic import Field, StrictBool, StrictInt, model_validator

from .common import Currency, DecimalIn, DecimalOut, In, Moment, Out, Ref, ReferenceIn, ShortText

_lt = LazyTranslate(__name__)
FORMS = ("quantity", "amounts", "values", "events")
MOST = 10_000


class SimulatedEvent(In):
    """An event that might come."""

    quantity: DecimalIn | None = None
    occurred_at: Moment | None = None
    properties: dict[ShortText, ShortText | StrictBool | StrictInt] = Field(
        default_factory=dict, max_length=50
    )


class SimulationIn(In):
    """Usage of a full period, in the form that the calculator's charge model is fed with, or as
    events."""

    calculator: ReferenceIn
    quantity: DecimalIn | None = Field(None, description="Units of the metric.")
    amounts: list[DecimalIn] | None = Field(
        None, max_length=MOST, description="For a percentage: the amount of each event."
    )
    values: dict[ShortText, DecimalIn] | None = Field(
        None, max_length=1_000, description="For prices by value: units of each value."
    )
    events: list[SimulatedEvent] | None = Field(
        None, max_length=MOST, description="Measured as those that are billed."
    )

    @property
    def form(self):
        """Which of the forms the usage has."""
        return next(name for name in FORMS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one_form(self):
        if sum(getattr(self, name) is not None for name in FORMS) != 1:
            raise ValueError(_lt("a quantity, or amounts, or values, or events: one of them"))
        return self


class SimulationLine(Out):
    """A step of a price."""

    text: str
    quantity: DecimalOut
    unit_price: DecimalOut
    amount: DecimalOut


class SimulationOut(Out):
    """What usage would cost; nothing of it is stored."""

    calculator: Ref
    quantity: DecimalOut
    amount: DecimalOut = Field(description="Excluding tax.")
    currency: Currency
    lines: list[SimulationLine]
