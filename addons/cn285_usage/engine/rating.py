"""What a rating is: a quantity, its amount, and the lines that make the amount."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

from ...cn285_contract.engine.explanation import Equation, Values, printable
from ...cn285_contract.engine.money import CENT, round_money
from ...cn285_contract.engine.pricing import Step
from .exact import EXACT, ZERO


@dataclass(frozen=True, slots=True)
class RatedLine:
    """One line of a rating: before rounding, it comes to ``quantity * unit_price + flat``.

    ``quantity`` counts what ``unit_price`` is the price of: units, packages, events, or money where
    the price is a rate. ``tier_from`` (exclusive) and ``tier_to`` (inclusive, None: open) are the
    bounds of its tier; ``key`` is the property value it is the price of. ``amount`` is rounded.
    ``since``: the first day of the terms that it is rated by, where these changed in the period.
    ``code`` is stable and meant for the shell, which words it; see :data:`rating._ENGLISH`.
    """

    code: str
    quantity: Decimal
    unit_price: Decimal
    flat: Decimal
    amount: Decimal
    tier_from: Decimal | None = None
    tier_to: Decimal | None = None
    key: str = ""
    since: date | None = None

    @property
    def exact(self) -> Decimal:
        """Return the line's amount before rounding."""
        return EXACT.add(EXACT.multiply(self.quantity, self.unit_price), self.flat)

    def with_amount(self, amount: Decimal) -> "RatedLine":
        """Return the line with another rounded amount."""
        # Written out: this is done for each line of each rating.
        return RatedLine(
            self.code,
            self.quantity,
            self.unit_price,
            self.flat,
            amount,
            self.tier_from,
            self.tier_to,
            self.key,
            self.since,
        )

    @property
    def place(self) -> tuple[object, ...]:
        """Return what the line is the price of: lines of one place can be netted."""
        return (self.code, self.key, self.tier_from, self.tier_to, self.unit_price, self.since)


@dataclass(frozen=True, slots=True)
class Rating:
    """A rated quantity.

    ``unrounded`` is the exact amount, ``amount`` the same in the currency's unit. The lines'
    rounded amounts add up to ``amount``: each is the difference of two rounded running totals, so
    each is off its exact amount by less than one unit. ``notes`` tell what no line shows, such as
    an allowance.
    """

    quantity: Decimal
    unrounded: Decimal
    amount: Decimal
    lines: tuple[RatedLine, ...] = ()
    notes: tuple[Step, ...] = ()

    @property
    def exact(self) -> Fraction:
        """Return the exact amount as a fraction, to calculate on with fractions."""
        return Fraction(self.unrounded)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the calculation as data: notes, lines in order, and ``rounded`` where it was.

        Each line is a step of its code, with its figures and with the running total as
        ``amount``.
        """
        steps, running = list(self.notes), ZERO
        for line in self.lines:
            running = EXACT.add(running, line.amount)
            values = {name: getattr(line, name) for name in _FIGURES}
            if line.since:
                values["since"] = line.since
            steps.append(Step(line.code, {**values, "amount": running}))
        if self.unrounded != self.amount:
            values = {"unrounded": self.unrounded, "amount": self.amount}
            steps.append(Step("rounded", values))
        return tuple(steps)


NOTHING = Rating(ZERO, ZERO, ZERO)
_FIGURES = ("quantity", "unit_price", "flat", "tier_from", "tier_to", "key")


def draft(
    code: str,
    quantity: Decimal = ZERO,
    unit_price: Decimal = ZERO,
    flat: Decimal = ZERO,
    key: str = "",
    tier_from: Decimal | None = None,
    tier_to: Decimal | None = None,
) -> RatedLine:
    """Return a line that has no rounded amount yet: :func:`close` gives it one."""
    return RatedLine(code, quantity, unit_price, flat, ZERO, tier_from, tier_to, key)


def close(
    quantity: Decimal,
    drafts: Iterable[RatedLine],
    rounding: Decimal = CENT,
    notes: Iterable[Step] = (),
) -> Rating:
    """Return the rating that these lines make, rounded cumulatively."""
    start = Rating(quantity, ZERO, round_money(0, rounding), (), tuple(notes))
    return extend(start, drafts, rounding)


def extend(
    rating: Rating,
    drafts: Iterable[RatedLine],
    rounding: Decimal = CENT,
    notes: Iterable[Step] = (),
) -> Rating:
    """Return the rating with more lines at its end; those it has keep their amounts."""
    drafts = list(drafts)
    totals = list(accumulate((line.exact for line in drafts), EXACT.add, initial=rating.unrounded))
    lines, amount = list(rating.lines), rating.amount
    for line, exact in zip(drafts, totals[1:], strict=True):
        until = _round_running(exact, totals[-1], rounding)
        lines.append(line.with_amount(EXACT.subtract(until, amount)))
        amount = until
    return Rating(rating.quantity, totals[-1], amount, tuple(lines), (*rating.notes, *notes))


def _round_running(exact: Decimal, last: Decimal, rounding: Decimal) -> Decimal:
    """Return a running total rounded, ties to the side on which the ``last`` one lies.

    If one total of half a unit went down and the next went up, as on both sides of zero, the line
    between them would be a whole unit off.
    """
    until = round_money(exact, rounding)
    if (exact < 0) == (last < 0):
        return until
    excess = EXACT.subtract(until, exact)
    if EXACT.multiply(excess.copy_abs(), 2) == rounding:
        until = EXACT.subtract(until, rounding.copy_sign(excess))
    return until


_ENGLISH = {
    "unit": "%(quantity)s x %(unit_price)s",
    "tier": "%(quantity)s x %(unit_price)s + %(flat)s (above %(tier_from)s, up to %(tier_to)s)",
    "volume": "%(quantity)s x %(unit_price)s + %(flat)s (all units; tier up to %(tier_to)s)",
    "band": "%(flat)s for the band up to %(tier_to)s",
    "overage": "%(quantity)s x %(unit_price)s beyond %(tier_from)s",
    "package": "%(quantity)s packages x %(unit_price)s",
    "percent": "%(quantity)s x %(unit_price)s",
    "fixed": "%(quantity)s events x %(unit_price)s",
    "event_minimum": "up to the minimum per event: %(flat)s",
    "event_maximum": "down to the maximum per event: %(flat)s",
    "value": "%(key)s: %(quantity)s x %(unit_price)s",
    "included": "%(quantity)s units included",
    "minimum": "up to the minimum of the period: %(flat)s",
    "maximum": "down to the maximum of the period: %(flat)s",
    "threshold_step": "%(quantity)s steps of the threshold x %(unit_price)s",
    "cascade_quantity": "triggered by %(total)s units of %(key)s",
    "cascade_amount": "triggered by the amount %(total)s of %(key)s",
    "own": "%(flat)s of its own",
    "free": "%(events)s events and %(units)s units are free",
    "packages": "%(units)s billable units, %(free)s of %(used)s free",
    "allowance": "%(granted)s granted, %(carried_in)s carried in, %(consumed)s consumed",
    "bound": "%(kind)s %(bound)s of the period, %(counted)s counted from elsewhere",
    "pool": "pool: %(own)s brought in, %(granted)s granted and %(carried_in)s carried in to all, "
    "%(pool_used)s used, %(pool_billable)s billed, of these %(billable)s here",
    "together": "%(granted)s granted, %(carried_in)s carried in, %(consumed)s consumed; "
    "%(billable)s of %(together)s beyond, rated together",
    "waived": "credited before: %(flat)s",
    "terms": "terms from %(since)s",
    "discount": "discount: %(flat)s",
    "macro": "%(key)s: %(quantity)s x %(unit_price)s",
    "macro_amount": "%(key)s",
    "sum": "in all",
    "rounded": "rounded",
}


def explain(rating: Rating) -> str:
    """Return the calculation in English, a line a step; every equation is true."""
    lines = []
    for one in equations((step.code, step.values) for step in rating.steps):
        text = _ENGLISH[one.code] % one.values
        if "since" in one.values and one.code != "terms":
            text = f"from {one.values['since']}: {text}"
        lines.append(text if one.how == "note" else f"{text} = {_in_cents(one.after)}")
    return "\n".join(lines)


def _in_cents(amount: Fraction) -> Decimal:
    """Return an amount with two decimals or as many as it has."""
    shown = printable(amount)
    return max(shown, round_money(shown), key=lambda one: -int(one.as_tuple().exponent))


def equations(steps: Iterable[tuple[str, Values]]) -> list[Equation]:
    """Return the steps of ratings, as they are kept, as equations: what each line comes to.

    Several lines are followed by their sum (code ``sum``); the one rounding of a rating stands
    after what it rounds. Steps of several ratings may follow one another. Lines of a SmartCode are
    rounded one by one. Steps of other codes have the amount that was kept with them.
    """
    result: list[Equation] = []
    amounts: list[Fraction] = []  # of the lines and, once they are rounded, of ratings
    start = 0  # the first line that may belong to the rating that is being read
    for code, values in steps:
        name = code.removeprefix("usage_")
        if name == "rounded" and "unrounded" in values:
            number = _lines_of(amounts[start:], Fraction(str(values["unrounded"])))
            if number > 1:
                result.append(_total(code, amounts[len(amounts) - number :]))
            rounded = Fraction(str(values["amount"]))
            result.append(Equation(code, values, "is", rounded))
            amounts[len(amounts) - number :] = [rounded]
            start = len(amounts)
        elif "unit_price" in values:
            exact = _line_amount(values)
            result.append(Equation(code, values, "is", exact))
            amounts.append(exact)
        elif "amount" in values:
            kept = Fraction(str(values["amount"]))
            result.append(Equation(code, values, "is", kept))
            amounts.append(kept)
        else:
            result.append(Equation(code, values, "note"))
    if len(amounts) > 1:
        result.append(_total(code, amounts))
    return result


def _line_amount(values: Values) -> Fraction:
    quantity, price, flat = (
        Fraction(str(values[name])) for name in ("quantity", "unit_price", "flat")
    )
    return quantity * price + flat


def _lines_of(amounts: list[Fraction], unrounded: Fraction) -> int:
    """Return how many of the last lines a rating consists of, by what they add up to."""
    total = Fraction(0)
    for number, amount in enumerate(reversed(amounts), start=1):
        total += amount
        if total == unrounded:
            return number
    return len(amounts)


def _total(code: str, amounts: list[Fraction]) -> Equation:
    prefix = "usage_" if code.startswith("usage_") else ""
    return Equation(f"{prefix}sum", {}, "is", sum(amounts, Fraction(0)))


def to_data(rating: Rating) -> dict[str, object]:
    """Return the rating as JSON values (numbers as text), to be kept with a schedule row."""
    return {
        "quantity": str(rating.quantity),
        "unrounded": str(rating.unrounded),
        "amount": str(rating.amount),
        "lines": [
            {"code": line.code, **_figures(line), "amount": str(line.amount)}
            for line in rating.lines
        ],
        "notes": [note_data(note) for note in rating.notes],
    }


def note_data(note: Step) -> dict[str, object]:
    """Return a note as :func:`to_data` keeps it."""
    return {"code": note.code, "values": {k: _text(v) for k, v in note.values.items()}}


def note_step(note: Step) -> tuple[str, dict[str, object]]:
    """Return a note as :func:`steps_data` has it."""
    return note.code, {k: _plain(v) for k, v in note.values.items()}


def steps_data(rating: Rating) -> list[tuple[str, dict[str, object]]]:
    """Return code and values of each of :attr:`Rating.steps` as JSON values, numbers as text."""
    steps = [note_step(note) for note in rating.notes]
    running = ZERO
    for line in rating.lines:
        running = EXACT.add(running, line.amount)
        steps.append((line.code, {**_figures(line), "amount": str(running)}))
    if rating.unrounded != rating.amount:
        values = {"unrounded": str(rating.unrounded), "amount": str(rating.amount)}
        steps.append(("rounded", values))
    return steps


def from_data(data: Mapping) -> Rating:
    """Return the rating that :func:`to_data` wrote; the figures of notes stay text."""
    lines = tuple(
        RatedLine(
            line["code"],
            *(Decimal(line[name]) for name in ("quantity", "unit_price", "flat", "amount")),
            *(line[name] and Decimal(line[name]) for name in ("tier_from", "tier_to")),
            line["key"],
            date.fromisoformat(line["since"]) if line.get("since") else None,
        )
        for line in data["lines"]
    )
    notes = tuple(Step(note["code"], dict(note["values"])) for note in data["notes"])
    figures = (Decimal(data[name]) for name in ("quantity", "unrounded", "amount"))
    return Rating(*figures, lines, notes)


def _figures(line: RatedLine) -> dict[str, str | None]:
    # Written out: this is done for each tier of each rating.
    figures = {
        "quantity": str(line.quantity),
        "unit_price": str(line.unit_price),
        "flat": str(line.flat),
        "tier_from": None if line.tier_from is None else str(line.tier_from),
        "tier_to": None if line.tier_to is None else str(line.tier_to),
        "key": line.key,
    }
    if line.since is not None:
        figures["since"] = line.since.isoformat()
    return figures


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int | str) else str(value)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
