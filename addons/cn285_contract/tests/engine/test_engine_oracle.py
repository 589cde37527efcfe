"""Thousands of random lives, planned from scratch, against arithmetic that knows no program.

How they come about, day by day, and billed in between: test_engine_changes.py, and, through the
models, ../changes/test_oracle.py.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from cn285_engine.changes import Price, cut_out, merge_stretches, part_amount
from cn285_engine.periods import Rhythm
from cn285_engine.plan import ItemTerms, Stretch, plan_stretches
from cn285_engine.pricing import DiscountWindow
from cn285_engine.proration import Basis, PartialPolicy
from cn285_oracle.oracle import histories, owed_cents, seeds, terms_on

DAY = timedelta(1)
LIVES = 300


def stretches_of(item, history, pauses, last_day):
    """The item's terms over time, as the models give them to the engine."""
    days = sorted({item["billing_start"], *(effective for effective, *_rest in history)})
    result = []
    for day, end in zip(days, [*days[1:], None], strict=True):
        terms = terms_on(item, history, day)
        rhythm = Rhythm(
            terms["every"],
            terms["unit"],
            terms["alignment"],
            terms.get("anchor") or item["billing_start"],
            terms["billing_day"],
            terms.get("billing_month", 1),
        )
        of_life = ItemTerms(
            kind="fixed",
            start=item["billing_start"],
            end=last_day + DAY,
            rhythm=rhythm,
            first=PartialPolicy(item["first"]),
            last=PartialPolicy(item["last"]),
            basis=Basis(item["basis"]),
            timing=item["timing"],
        )
        result.append(Stretch(day, end, of_life, key=tuple(terms.items())))
    unowed = [(first, last + DAY) for first, last in pauses]
    return merge_stretches(cut_out(merge_stretches(result), unowed))


def planned_cents(item, history, pauses, last_day):
    """What the engine plans for the whole life, in cents."""
    stretches = stretches_of(item, history, pauses, last_day)
    windows = tuple(
        DiscountWindow(first, last + DAY, **{field: Decimal(value)})
        for first, last, field, value in item["windows"]
    )
    total = Decimal(0)
    for row in plan_stretches(stretches, date(2100, 1, 1))[0]:
        terms = dict(stretches[row.stretch].key)
        price = Price(
            *(Decimal(terms[name]) for name in ("quantity", "price", "discount")), windows
        )
        part = row.start, row.end
        total += part_amount(stretches[row.stretch].terms, row.own, row.piece_start, part, price)
    return int(total * 100)


@pytest.mark.parametrize("seed", seeds())
def test_lives_cost_what_the_oracle_says(seed):
    for number, life in enumerate(histories(seed, LIVES)):
        facts = life.item, life.history(), life.pause_days(), life.last_day
        assert planned_cents(*facts) == owed_cents(*facts), f"seed {seed}, life {number}: {life}"
