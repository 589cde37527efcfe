"""What is owed because an invoice was paid late: interest by days, and the fixed indemnity.

Between professionals (Code de commerce, L441-10 and D441-5) interest runs from the day after the
due date without any reminder, at the rate of the European Central Bank plus ten points, or at the
rate of the terms, which is not less than three times the legal interest; and each late invoice
costs 40 EUR once. Consumers, and legal persons that do not act professionally, owe the legal
interest from the receipt of a formal notice (Code civil, 1231-6), and nothing else: no indemnity,
no costs of dunning (Code des procédures civiles d'exécution, L111-8).

The base is what is open, with tax (Court of Justice, C-585/20). Interest is simple, by days over
365; a payment counts from the day after it; all is rounded once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ...cn285_contract.engine.calendar import add_months
from ...cn285_contract.engine.money import CENT, round_money
from ...cn285_renewal.engine.interest import LegalRate, interest_parts

# Kinds of customers as of consumer law; only the first owes penalties and the indemnity.
PROFESSIONAL = "professional"
# After how many years nothing can be claimed any more (Code de commerce, L110-4; Code de la
# consommation, L218-2).
YEARS_TO_CLAIM = {PROFESSIONAL: 5}
YEARS_OF_CONSUMERS = 2


@dataclass(frozen=True, slots=True)
class Payment:
    """What was paid of a debt, and on which day."""

    day: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days ``[start, end)`` with the same rest open at the same rate, and their interest."""

    start: date
    end: date
    balance: Decimal
    percent: Decimal
    amount: Fraction

    @property
    def days(self) -> int:
        """Return the number of days."""
        return (self.end - self.start).days


@dataclass(frozen=True, slots=True)
class Debt:
    """What was to be paid on a day, and what was paid of it."""

    amount: Decimal
    due: date
    payments: Sequence[Payment] = ()

    def open_on(self, day: date) -> Decimal:
        """Return what is still open at the end of a day."""
        paid = sum((one.amount for one in self.payments if one.day <= day), start=Decimal(0))
        return max(self.amount - paid, Decimal(0))

    def was_late(self, today: date) -> bool:
        """Return whether something of it was, or is, open after its due date."""
        return today > self.due and self.open_on(self.due) > 0


def reference_rates(reference: Iterable[LegalRate], margin: Decimal) -> list[LegalRate]:
    """Return the rates of penalties: those of the central bank, with the points on top.

    >>> reference_rates([LegalRate(date(2026, 1, 1), Decimal("2.15"))], Decimal(10))[0].percent
    Decimal('12.15')
    """
    return [LegalRate(one.start, one.percent + margin, one.months) for one in reference]


def agreed_rates(
    percent: Decimal, legal: Iterable[LegalRate], times: Decimal = Decimal(3)
) -> list[LegalRate]:
    """Return the rate of the terms, raised where it lies below the floor of the legal interest.

    Where no legal interest is known, no rate is: whether the floor is kept could not be told.

    >>> agreed_rates(Decimal(6), [LegalRate(date(2026, 1, 1), Decimal("2.62"))])[0].percent
    Decimal('7.86')
    """
    return [LegalRate(one.start, max(percent, times * one.percent), one.months) for one in legal]


def interest_from(kind: str, due: date, notice_received: date | None) -> date | None:
    """Return the day after which interest runs; None where it does not.

    :param kind: what the customer is to consumer law
    :param notice_received: day on which the formal notice reached the customer
    """
    if kind == PROFESSIONAL:
        return due
    return max(due, notice_received) if notice_received else None


def penalty_stretches(
    debt: Debt, since: date, until: date, rates: Sequence[LegalRate]
) -> list[Stretch]:
    """Return the interest on what is open of a debt, for each day after ``since`` up to ``until``.

    Payments until ``since`` cut it from the start, later ones from the day after they came. Raises
    ``no_legal_rate`` naming the first day without a rate, where something is open on it.
    """
    days = sorted({one.day for one in debt.payments if since < one.day < until})
    stretches: list[Stretch] = []
    for start, stop in zip([since, *days], [*days, until], strict=True):
        balance = debt.open_on(start)
        if balance <= 0 or stop <= start:
            continue
        stretches += [
            Stretch(part.start, part.end, balance, part.percent, part.amount)
            for part in interest_parts(balance, start, stop, rates)
        ]
    return stretches


def penalty(stretches: Iterable[Stretch], rounding: Decimal = CENT) -> Decimal:
    """Return the interest of stretches, of one debt or of several, rounded once.

    >>> debt = Debt(Decimal(1200), date(2026, 1, 31), [Payment(date(2026, 3, 2), Decimal(1200))])
    >>> rates = [LegalRate(date(2026, 1, 1), Decimal("12.15"))]
    >>> penalty(penalty_stretches(debt, debt.due, date(2026, 6, 1), rates))
    Decimal('11.98')
    """
    return round_money(sum((one.amount for one in stretches), start=Fraction(0)), rounding)


def owes_indemnity(kind: str, debts: Iterable[Debt], today: date) -> bool:
    """Return whether an invoice, by its parts, costs the fixed indemnity: once, however late."""
    return kind == PROFESSIONAL and any(debt.was_late(today) for debt in debts)


def claimed_until(kind: str, due: date) -> date:
    """Return the last day on which what was due can be claimed."""
    return add_months(due, 12 * YEARS_TO_CLAIM.get(kind, YEARS_OF_CONSUMERS))
