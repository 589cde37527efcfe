"""Termination: from which day on may a contract end, and what does leaving early cost.

A termination takes effect on a day: the first one that is no longer served. Sources: the contract's
own terms; the law that sets a customer free who was not told of the renewal; and what a law grants
to those who are bound for long, as in electronic communications.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from ...cn285_contract.engine.calendar import add_days
from ...cn285_contract.engine.money import CENT, round_money
from ...cn285_contract.engine.periods import Rhythm, boundary, index_at
from .errors import RenewalError
from .term import Duration, Term, next_term

NO_NOTICE = Duration(0)


class ExitRule(str, Enum):
    """When a termination may take effect, once the notice and the commitment are over."""

    any_time = "any_time"
    period_end = "period_end"  # at the end of a billing period
    term_end = "term_end"


class Ground(str, Enum):
    """What allows a termination on its day, or sets that day."""

    renewal_not_announced = "renewal_not_announced"
    telecom = "telecom"
    notice = "notice"
    period_end = "period_end"
    term_end = "term_end"
    commitment_end = "commitment_end"
    buy_out = "buy_out"


@dataclass(frozen=True, slots=True)
class StatutoryExit:
    """What a law grants to customers of a trade, whatever their contracts say.

    ``notice``: the longest that they have to give; ``longest``: the longest commitment; ``firm``:
    of a longer one than that, they may leave after so long, for at most ``share`` percent of what
    remains.
    """

    notice: Duration
    longest: Duration
    firm: Duration
    share: Decimal


@dataclass(frozen=True, slots=True)
class ExitFacts:
    """What decides when a contract may end.

    ``term``: the term in which the contract is, with what it renews by (None: it does not) and the
    day of the month its renewals aim at; ``committed_until``: the customer's first free day;
    ``may_buy_out``: the commitment may be left early, for the fee; ``free_from``: the day from
    which the customer may leave because the renewal was not announced; ``rhythm``: the billing
    periods that :attr:`ExitRule.period_end` speaks of; ``statutory``: what the law grants beyond.
    """

    start: date
    rule: ExitRule = ExitRule.any_time
    notice: Duration = NO_NOTICE
    term: Term | None = None
    renewal: Duration | None = None
    anchor_day: int | None = None
    committed_until: date | None = None
    may_buy_out: bool = False
    statutory: StatutoryExit | None = None
    free_from: date | None = None
    rhythm: Rhythm | None = None


@dataclass(frozen=True, slots=True)
class Exit:
    """A day on which a termination can take effect. ``owes_fee``: it leaves a commitment early."""

    day: date
    ground: Ground
    owes_fee: bool = False


def exits(facts: ExitFacts, request: date) -> list[Exit]:
    """Return the ways out that a request of that day opens, the earliest first.

    Each is the earliest of its kind; later days are possible by the same right, except that
    :attr:`ExitRule.period_end` and :attr:`ExitRule.term_end` know only those ends.
    """
    found = [_ordinary(facts, request)]
    if facts.free_from:
        found.append(Exit(max(request, facts.free_from), Ground.renewal_not_announced))
    if _is_committed(facts, request):
        # A commitment is bought out of while it lasts; after it, the contract's own rule holds.
        if facts.may_buy_out and _is_committed(facts, _noticed(facts, request)):
            found.append(_early(facts, _noticed(facts, request), Ground.buy_out))
        if facts.statutory:
            firm_until = facts.statutory.firm.after(facts.start)
            found.append(_early(facts, max(_noticed(facts, request), firm_until), Ground.telecom))
    return sorted(found, key=lambda way: (way.day, way.owes_fee))


def earliest_exit(facts: ExitFacts, request: date) -> Exit:
    """Return the earliest way out, for a fee or without; without, where the day is the same."""
    return exits(facts, request)[0]


def earliest_free_exit(facts: ExitFacts, request: date) -> Exit:
    """Return the earliest way out that costs no fee."""
    return next(way for way in exits(facts, request) if not way.owes_fee)


def exit_on(facts: ExitFacts, request: date, day: date) -> Exit | None:
    """Return by what right the contract may end on ``day``, None where it may not.

    The cheapest right counts.
    """
    for way in sorted(exits(facts, request), key=lambda way: way.owes_fee):
        if way.day <= day and _reaches(facts, way, day):
            owes_fee = way.owes_fee and _is_committed(facts, day)
            return Exit(day, way.ground, owes_fee)
    return None


def first_exit_from(
    facts: ExitFacts, request: date, day: date, most_days: int = 3660
) -> Exit | None:
    """Return the first day from ``day`` on, on which the contract may end, and by what right."""
    start = max(day, earliest_exit(facts, request).day)
    for offset in range(most_days):
        way = exit_on(facts, request, add_days(start, offset))
        if way is not None:
            return way
    return None


def legal_ground(facts: ExitFacts, day: date) -> bool:
    """Tell whether the customer may leave on ``day`` because the renewal was not announced.

    That day is not owed any more: what is refunded is what lies on it and after it.
    """
    return facts.free_from is not None and day >= facts.free_from


def _noticed(facts: ExitFacts, request: date) -> date:
    """The day on which the notice is over, by the contract or by the law, whichever is first."""
    over, statutory = facts.notice.after(request), facts.statutory
    return min(over, statutory.notice.after(request)) if statutory else over


def _is_committed(facts: ExitFacts, day: date) -> bool:
    return facts.committed_until is not None and day < facts.committed_until


def _early(facts: ExitFacts, day: date, ground: Ground) -> Exit:
    return Exit(day, ground, _is_committed(facts, day))


def _ordinary(facts: ExitFacts, request: date) -> Exit:
    """The way out by the contract's own rule, after its notice and its commitment."""
    rule = facts.rule
    if rule is ExitRule.term_end and facts.term is not None and not facts.statutory:
        return Exit(_term_end(facts, request), Ground.term_end)
    day = max(_noticed(facts, request), facts.start)
    ground = Ground.notice
    if _is_committed(facts, day):
        day, ground = facts.committed_until, Ground.commitment_end
    if rule is ExitRule.period_end and facts.rhythm is not None:
        ended = _period_end(facts.rhythm, day)
        if ended != day:
            return Exit(ended, Ground.period_end)
    return Exit(day, ground)


def _period_end(rhythm: Rhythm, day: date) -> date:
    """The first boundary of the billing periods that is not before ``day``."""
    index = index_at(rhythm, day)
    here = boundary(rhythm, index)
    return here if here == day else boundary(rhythm, index + 1)


def _terms_from(facts: ExitFacts) -> Iterator[Term]:
    term = facts.term
    yield term
    while facts.renewal is not None:
        term = next_term(term, facts.renewal, facts.anchor_day or facts.start.day)
        yield term


def _term_end(facts: ExitFacts, request: date) -> date:
    """The end of the first term that can still be refused, and that no commitment outlasts."""
    for term in _terms_from(facts):
        in_time = request <= facts.notice.before(term.last_day)
        if in_time and not _is_committed(facts, term.end):
            return term.end
    # It does not renew: it ends with its term, whoever gives notice. A longer commitment holds.
    return max(term.end, facts.committed_until or term.end)


def _reaches(facts: ExitFacts, way: Exit, day: date) -> bool:
    """Whether the right that begins on ``way.day`` also allows ``day``, which is not before it."""
    if way.ground is Ground.buy_out and not _is_committed(facts, day):
        return False
    if way.ground is Ground.term_end and day != way.day:
        ends = _terms_from(facts)
        return any(term.end == day for term in _until(ends, day))
    if way.ground is Ground.period_end or (
        facts.rule is ExitRule.period_end and way.ground in (Ground.notice, Ground.commitment_end)
    ):
        return facts.rhythm is None or _period_end(facts.rhythm, day) == day or day == way.day
    return True


def _until(terms: Iterable[Term], day: date) -> Iterator[Term]:
    for term in terms:
        yield term
        if term.end >= day:
            return


# === WHAT IT COSTS === #


class FeeKind(str, Enum):
    """How the fee for leaving a commitment early is set."""

    none = "none"
    fixed = "fixed"  # an amount
    percent = "percent"  # of what remains until the commitment ends


@dataclass(frozen=True, slots=True)
class FeeRule:
    """The fee of a contract: ``value`` is an amount, or a percentage. Raises ``bad_share``."""

    kind: FeeKind = FeeKind.none
    value: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        if self.kind is FeeKind.percent and not 0 <= self.value <= 100:
            raise RenewalError("bad_share", percent=self.value)


@dataclass(frozen=True, slots=True)
class Charge:
    """What ``[start, end)`` costs, excluding tax."""

    start: date
    end: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LeavingFee:
    """A fee, rounded, with what it is a share of. ``cap``: the most that the law allows, if any."""

    amount: Decimal
    remaining: Decimal
    cap: Decimal | None = None


def remaining_charges(charges: Iterable[Charge], start: date, end: date) -> Fraction:
    """Return the exact part of the charges that falls on ``[start, end)``, by days."""
    total = Fraction(0)
    for charge in charges:
        first, after = max(charge.start, start), min(charge.end, end)
        if first < after:
            days = (charge.end - charge.start).days
            total += Fraction(charge.amount) * (after - first).days / days
    return total


def leaving_fee(
    facts: ExitFacts,
    rule: FeeRule,
    charges: Iterable[Charge],
    day: date,
    rounding: Decimal = CENT,
) -> LeavingFee:
    """Return the fee for a termination that takes effect on ``day``, within the commitment.

    ``charges``: what the contract would cost until the commitment ends, at least. The law may cap
    it: what is left of the firm months, and a share of what comes after.
    """
    until = facts.committed_until
    if until is None or day >= until:
        return LeavingFee(Decimal(0), Decimal(0))
    charges = list(charges)
    remaining = remaining_charges(charges, day, until)
    wanted = {
        FeeKind.none: Fraction(0),
        FeeKind.fixed: Fraction(rule.value),
        FeeKind.percent: remaining * Fraction(rule.value) / 100,
    }[rule.kind]
    cap, statutory = None, facts.statutory
    firm_until = statutory.firm.after(facts.start) if statutory else until
    if statutory and until > firm_until:
        firm = remaining_charges(charges, day, firm_until)
        cap = firm + (remaining - firm) * Fraction(statutory.share) / 100
        wanted = min(wanted, cap)
    return LeavingFee(
        round_money(wanted, rounding),
        round_money(remaining, rounding),
        None if cap is None else round_money(cap, rounding),
    )


def commitment_is_legal(commitment: Duration, start: date, statutory: StatutoryExit | None) -> bool:
    """Tell whether the commitment is no longer than the law allows."""
    return statutory is None or commitment.after(start) <= statutory.longest.after(start)
