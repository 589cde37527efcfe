"""When is the service of an invoice line rendered, by its rule and what is known of the line."""

from dataclasses import dataclass
from datetime import date, timedelta

from .errors import RecognitionError
from .recognition import Convention, Method, Pattern, service_end


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """A recognition rule.

    ``source`` is where the service period comes from: ``billed`` (the period that the line bills),
    ``own`` (``length`` units from a start of its own) or ``life`` (the expected life of the
    customer, ``length`` units from the activation). ``start_rule`` of an own period is ``billing``,
    ``activation`` or ``date``. ``date_rule`` of the method ``at_date`` is ``start`` or ``end`` of
    the service, or ``fixed``.
    """

    method: Method
    convention: Convention = Convention.exact
    source: str = "billed"
    start_rule: str = "billing"
    start_date: date | None = None
    length: int = 0
    unit: str = "month"
    date_rule: str = "start"
    on_date: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a line: its days are inclusive, and all but the first may be unknown.

    ``service`` is a period given for this very line or item; it goes before the rule's.
    """

    billed_on: date
    billed: tuple[date, date] | None = None
    activated: date | None = None
    service: tuple[date | None, date | None] = (None, None)


def pattern_of(
    rule: ServiceRule, facts: Facts, weights: tuple[tuple[date, int], ...] = ()
) -> Pattern:
    """Return how the line is recognised.

    :raises RecognitionError: ``no_service_period`` where the rule needs one that is not known, and
        the refusals of :class:`recognition.Pattern`
    """
    if rule.method is Method.at_once:
        start, end = facts.billed_on, facts.billed_on
    elif rule.method is Method.at_date and rule.date_rule == "fixed":
        start = end = rule.on_date or facts.billed_on
    else:
        start, end = _service(rule, facts)
        if rule.method is Method.at_date:
            start = end = start if rule.date_rule == "start" else end
    return Pattern(rule.method, start, end + timedelta(days=1), rule.convention, _within(weights))


def _within(weights: tuple[tuple[date, int], ...]) -> tuple[tuple[date, int], ...]:
    """Return the weights, or none where nothing was used: then days decide."""
    return weights if any(quantity for _day, quantity in weights) else ()


def _service(rule: ServiceRule, facts: Facts) -> tuple[date, date]:
    start, end = facts.service
    if start and end:
        if end < start:
            raise RecognitionError("service_ends_before_start", start=start, end=end)
        return start, end
    if rule.source == "billed":
        if not facts.billed:
            raise RecognitionError("no_service_period")
        return facts.billed
    start = start or _own_start(rule, facts)
    return start, end or service_end(start, rule.length, rule.unit) - timedelta(days=1)


def _own_start(rule: ServiceRule, facts: Facts) -> date:
    if rule.source == "life" or rule.start_rule == "activation":
        return facts.activated or facts.billed_on
    if rule.start_rule == "date":
        return rule.start_date or facts.billed_on
    return facts.billed_on
