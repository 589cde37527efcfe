"""Refusals of the engine, as codes that the shell can translate."""

from collections.abc import Mapping

_MESSAGES = {
    "interval_not_positive": "The interval must be a whole number above zero, not %(interval)s.",
    "unknown_unit": "%(unit)s is not a unit of time.",
    "unknown_alignment": "%(alignment)s is not an alignment.",
    "unknown_timing": "%(timing)s is not a billing time: advance or arrears.",
    "unknown_basis": "%(basis)s is not a proration basis.",
    "unknown_policy": "%(policy)s is not a rule for partial periods.",
    "billing_day_out_of_range": "The billing day must lie between 1 and 31, not %(billing_day)s.",
    "billing_month_out_of_range": "The billing month must lie between 1 and 12, "
    "not %(billing_month)s.",
    "date_out_of_range": "The calculation leaves the calendar (year %(year)s).",
    "too_many_rows": "There would be more than %(rows)s rows to plan.",
    "end_before_start": "The end %(end)s lies before the start %(start)s.",
    "bad_period": "The period %(start)s to %(end)s does not lie within its full period "
    "%(full_start)s to %(full_end)s.",
    "bad_proration": "%(numerator)s/%(denominator)s is not a share of a period.",
    "bad_percent": "A percentage must lie between 0 and 100, not %(percent)s.",
    "bad_discount_amount": "A discount amount must not be negative: %(amount)s.",
    "discount_needs_one_value": "A discount has either a percentage or an amount "
    "(got %(percent)s %% and %(amount)s).",
    "empty_discount": "The discount starting on %(start)s covers no day: it ends on %(end)s.",
    "overlapping_discounts": "Two discounts overlap: the one from %(first_start)s (until "
    "%(first_end)s) and the one from %(second_start)s.",
    "bad_rounding": "%(rounding)s is not a rounding unit above zero.",
    "bad_weights": "An amount can only be split by weights that are not negative and not all zero.",
    "not_a_number": "%(value)s is not a finite number.",
}


class EngineError(ValueError):
    """A value the engine refuses.

    ``code`` is stable and meant for the shell, which translates it; ``values`` holds what the
    message speaks of; ``str(error)`` is the same as an English sentence, of ``messages``.
    """

    #: The sentences by code: each engine has its own.
    messages: Mapping[str, str] = _MESSAGES

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(self.messages[code] % values)
        self.code = code
        self.values = values


class RhythmError(EngineError):
    """A rhythm that cannot be: zero interval, unknown unit, day or month out of range."""


class PeriodError(EngineError):
    """Dates that make no period."""


class DiscountError(EngineError):
    """A discount, or a set of them, that cannot be applied."""


class AmountError(EngineError):
    """A number that is no amount of money, no rounding unit, no share."""
