"""What another system has billed of an item: the rows that stand for it, and what each came to.

An item that is taken over in mid-life keeps its true start, so that its periods are cut from the
original anchor. Of the days up to the last one that was billed elsewhere, those of the last invoice
are rows: something of them may be credited. The days before are only covered.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from .calendar import add_days
from .money import CENT, allocate_running, round_money
from .periods import boundary, index_at
from .plan import PlannedRow, due_date, plan_stretches
from .stretches import Stretch

# The days end with the last one billed elsewhere: whatever is due of them is wanted.
NEVER = date(9000, 1, 1)
# A unit price is kept with six decimals.
PRICE_UNIT = Decimal("0.000001")


def taken_rows(
    stretches: Sequence[Stretch], until: date, since: date | None = None
) -> list[PlannedRow]:
    """Return the rows of the days ``[since, until)``, which were billed elsewhere.

    ``stretches``: see :func:`plan.plan_stretches`. Without ``since``, from the start of the period
    that holds the last of these days. A fee is in it where its day is; days in which nothing is
    owed are not. Parts of periods are parts: what is left of them is planned as it is after any
    invoice.
    """
    kept = [
        replace(stretch, end=min(stretch.end or until, until))
        for stretch in stretches
        if stretch.start < until
    ]
    if not kept:
        return []
    terms = kept[-1].terms
    if terms.rhythm is None:
        day = terms.one_shot_date or terms.start
        if day >= until or (since is not None and day < since):
            return []
        return [PlannedRow("one_shot", day, add_days(day, 1), due_date(terms, day))]
    if since is None:
        period = boundary(terms.rhythm, index_at(terms.rhythm, add_days(until, -1)))
        since = max(period, kept[-1].start)
    return plan_stretches(kept, NEVER, [(date.min, since)])[0]


def shares(total: Decimal, priced: Sequence[Decimal], unit: Decimal = CENT) -> list[Decimal]:
    """Return what each row came to of what was billed for all of them; they add up to ``total``.

    ``priced``: what each would cost by now. Where that is nothing, each has as much.

    >>> [str(part) for part in shares(Decimal(100), [Decimal(30), Decimal(30), Decimal(30)])]
    ['33.33', '33.34', '33.33']
    """
    weights = [abs(one) for one in priced]
    if not any(weights):
        weights = [Decimal(1)] * len(weights)
    return allocate_running(total, weights, unit) if weights else []


def price_for(
    net: Decimal, quantity: Decimal, share: Decimal, unit: Decimal = CENT
) -> tuple[Decimal, Decimal]:
    """Return quantity and unit price of a full period by which a ``share`` of it comes to ``net``.

    The quantity stays where a price of six decimals is exact for it, and is one otherwise.

    >>> [str(one) for one in price_for(Decimal(80), Decimal(4), Decimal(1))]
    ['4', '20.000000']
    >>> [str(one) for one in price_for(Decimal("80.01"), Decimal(9000000), Decimal(1))]
    ['1', '80.010000']
    """
    share = share or Decimal(1)
    for count in (quantity, Decimal(1)):
        if not count:
            continue
        price = round_money(net / (count * share), PRICE_UNIT)
        if round_money(count * price * share, unit) == net:
            break
    return count, price
