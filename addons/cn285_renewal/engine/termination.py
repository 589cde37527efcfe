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
class ExitTerms:
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


def exits(terms: ExitTerms, request: date) -> list[Exit]:
    """Return the ways out that a request of that day opens, the earliest first.

    Each is the earliest of its kind; later days are possible by the same right, except that
    :attr:`ExitRule.period_end` and :attr:`ExitRule.term_end` know only those ends.
    """
    found = [_ordinary(terms, request)]
    if terms.free_from:
        found.append(Exit(max(request, terms.free_from), Ground.renewal_not_announced))
    if _is_committed(terms, request):
        # A commitment is bought out of while it lasts; after it, the contract's own rule holds.
        if terms.may_buy_out and _is_committed(terms, _noticed(terms, request)):
            found.append(_early(terms, _noticed(terms, request), Ground.buy_out))
        if terms.statutory:
            firm_until = terms.statutory.firm.after(terms.start)
            found.append(_early(terms, max(_noticed(terms, request), firm_until), Ground.telecom))
    return sorted(found, key=lambda way: (way.day, way.owes_fee))


def earliest_exit(terms: ExitTerms, request: date) -> Exit:
    """Return the earliest way out, for a fee or without; without, where the day is the same."""
    return exits(terms, request)[0]


def earliest_free_exit(terms: ExitTerms, request: date) -> Exit:
    """Return the earliest way out that costs no fee."""
    return next(way for way in exits(terms, request) if not way.owes_fee)


def exit_on(terms: ExitTerms, request: date, day: date) -> Exit | None:
    """Return by what right the contract may end on ``day``, None where it may not.

    The cheapest right counts.
    """
    for way in sorted(exits(terms, request), key=lambda way: way.owes_fee):
        if way.day <= day and _reaches(terms, way, day):
            owes_fee = way.owes_fee and _is_committed(terms, day)
            return Exit(day, way.ground, owes_fee)
    return None


def first_exit_from(
    terms: ExitTerms, request: date, day: date, most_days: int = 3660
) -> Exit | None:
    """Return the first day from ``day`` on, on which the contract may end, and by what right."""
    start = max(day, earliest_exit(terms, request).day)
    for offset in range(most_days):
        way = exit_on(terms, request, add_days(start, offset))
        if way is not None:
            return way
    return None


def legal_ground(terms: ExitTerms, day: date) -> bool:
    """Tell whether the customer may leave on ``day`` because the renewal was not announced.

    That day is not owed any more: what is refunded is what lies on it and after it.
    """
    return terms.free_from is not None and day >= terms.free_from


def _noticed(terms: ExitTerms, request: date) -> date:
    """The day on which the notice is over, by the contract or by the law, whichever is first."""
    over, statutory = terms.notice.after(request), terms.statutory
    return min(over, statutory.notice.after(request)) if statutory else over


def _is_committed(terms: ExitTerms, day: date) -> bool:
    return terms.committed_until is not None and day < terms.committed_until


def _early(terms: ExitTerms, day: date, ground: Ground) -> Exit:
    return Exit(day, ground, _is_committed(terms, day))


def _ordinary(terms: ExitTerms, request: date) -> Exit:
    """The way out by the contract's own rule, after its notice and its commitment."""
    rule = terms.rule
    if rule is ExitRule.term_end and terms.term is not None and not terms.statutory:
        return Exit(_term_end(terms, request), Ground.term_end)
    day = max(_noticed(terms, request), terms.start)
    ground = Ground.notice
    if _is_committed(terms, day):
        day, ground = terms.committed_until, Ground.commitment_end
    if rule is ExitRule.period_end and terms.rhythm is not None:
        ended = _period_end(terms.rhythm, day)
        if ended != day:
            return Exit(ended, Ground.period_end)
    return Exit(day, ground)


def _period_end(rhythm: Rhythm, day: date) -> date:
    """The first boundary of the billing periods that is not before ``day``."""
    index = index_at(rhythm, day)
    here = boundary(rhythm, index)
    return here if here == day else boundary(rhythm, index + 1)


def _terms_from(terms: ExitTerms) -> Iterator[Term]:
    term = terms.term
    yield term
    while terms.renewal is not None:
        term = next_term(term, terms.renewal, terms.anchor_day or terms.start.day)
        yield term


def _term_end(terms: ExitTerms, request: date) -> date:
    """The end of the first term that can still be refused, and that no commitment outlasts."""
    for term in _terms_from(terms):
        in_time = request <= terms.notice.before(term.last_day)
        if in_time and not _is_committed(terms, term.end):
            return term.end
    # It does not renew: it ends with its term, whoever gives notice. A longer commitment holds.
    return max(term.end, terms.committed_until or term.end)


def _reaches(terms: ExitTerms, way: Exit, day: date) -> bool:
    """Whether the right that begins on ``way.day`` also allows ``day``, which is not before it."""
    if way.ground is Ground.buy_out and not _is_committed(terms, day):
        return False
    if way.ground is Ground.term_end and day != way.day:
        ends = _terms_from(terms)
        return any(term.end == day for term in _until(ends, day))
    if way.ground is Ground.period_end or (
        terms.rule is ExitRule.period_end and way.ground in (Ground.notice, Ground.commitment_end)
    ):
        return terms.rhythm is None or _period_end(terms.rhythm, day) == day or day == way.day
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
    terms: ExitTerms,
    rule: FeeRule,
    charges: Iterable[Charge],
    day: date,
    rounding: Decimal = CENT,
) -> LeavingFee:
    """Return the fee for a termination that takes effect on ``day``, within the commitment.

    ``charges``: what the contract would cost until the commitment ends, at least. The law may cap
    it: what is left of the firm months, and a share of what comes after.
    """
    until = terms.committed_until
    if until is None or day >= until:
        return LeavingFee(Decimal(0), Decimal(0))
    charges = list(charges)
    remaining = remaining_charges(charges, day, until)
    wanted = {
        FeeKind.none: Fraction(0),
        FeeKind.fixed: Fraction(rule.value),
        FeeKind.percent: remaining * Fraction(rule.value) / 100,
    }[rule.kind]
    cap, statutory = None, terms.statutory
    firm_until = statutory.firm.after(terms.start) if statutory else until
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
