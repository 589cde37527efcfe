"""Plain rows are rated while they are stored: from what was measured to lines of COPY."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import NamedTuple

from odoo import fields, models
from odoo.addons.cn285_contract.models.bulk import copy_text, made_ahead, next_ids

from ...engine.errors import UsageError
from ...engine.exact import ZERO
from ...engine.quick_rating import QuickRater
from .rating_steps import LARGEST_AMOUNT

# Rows that are rated and stored together.
PART = 1_500
RATING_COLUMNS = (
    "id",
    "schedule_id",
    "calculator_id",
    "item_id",
    "company_id",
    "currency_id",
    "period_start",
    "quantity",
    "amount",
    "data",
    "event_count",
    "last_seq",
    "seen_seq",
    "carried_out",
    "rated_at",
)
RATED_COLUMNS = ("id", "quantity", "net", "amount", "steps")
SIX_DECIMALS = Decimal("0.000001")


class PlainPart(NamedTuple):
    """Some rows, rated: lines of COPY of their ratings and of what they are rated with.

    ``taxed``: ``(row id, quantity, net, steps)`` of rows whose net amount has taxes in it, which
    only the database knows. ``ids``: all that were rated; ``errors`` why the others were not.
    """

    ratings: bytes
    rated: bytes
    taxed: list
    ids: list
    errors: dict


class BillingSchedule(models.Model):
    """Rows by the ten thousand: a thread rates the next while the database stores the ones before.

    What comes out is what ``_rate_plain`` makes, and ``_insert_outcomes`` stores, one by one.
    """

    _inherit = "cn285.billing.schedule"

    def _store_plain(self, batch, seen):
        """Rate and store the plain rows of a batch, but for the update of the rows themselves.

        Fills ``batch.stored_plain``, and ``batch.failed`` with those that cannot be rated.

        :param seen: the last event that there is
        """
        ids = [row_id for row_id in self._ids if row_id in batch.plain]
        if not ids:
            return
        cr = self.env.cr
        makers, taxes = self._plain_makers(batch, ids, seen)
        for part in made_ahead(makers):
            copy_text(cr, "cn285_usage_rating", RATING_COLUMNS, part.ratings)
            lines = [part.rated]
            for row_id, quantity, net, steps in part.taxed:
                item = self.browse(row_id).item_id
                lines.append(
                    _rated_line(
                        row_id, quantity, net, item._untaxed(net, taxes[item.id]), steps
                    ).encode()
                )
            copy_text(cr, "cn285_usage_rated", RATED_COLUMNS, b"".join(lines))
            batch.stored_plain += part.ids
            for row_id, error in part.errors.items():
                row = self.browse(row_id)
                batch.failed[row.contract_id] = row._rating_problem(error)
        self.invalidate_model(["rating_ids"], flush=False)

    def _plain_makers(self, batch, ids, seen):
        """What makes each part of plain rows, and the taxes inside the prices of items, by id."""
        rows = self.browse(ids)
        taxes = {item.id: taxes for item, taxes in rows.item_id._included_taxes().items() if taxes}
        counts = [len(batch.calculators.get(batch.facts[row_id].item_id, ())) for row_id in ids]
        # Of rows that cannot be rated they are left out.
        numbers = iter(next_ids(self.env, "cn285_usage_rating", sum(counts)))
        stamp = f"{seen}\t%s\t{fields.Datetime.now().isoformat(' ')}\n"
        makers = [
            partial(_plain_part, batch, ids[start : start + PART], numbers, stamp, taxes)
            for start in range(0, len(ids), PART)
        ]
        return makers, taxes


def _plain_part(batch, ids, numbers, stamp, taxes):
    """Rate some rows, as ``rating_plain.plain_outcomes`` does one; returns a :class:`PlainPart`.

    :param numbers: an iterator over ids of ratings
    :param stamp: the last columns of all of them, with a place for the units carried on
    """
    rater = QuickRater()
    ratings, rated, taxed, done, errors = [], [], [], [], {}
    for row_id in ids:
        facts = batch.facts[row_id]
        try:
            parts = _rate(rater, batch, row_id, facts)
        except UsageError as error:
            errors[row_id] = error
            continue
        done.append(row_id)
        owner = f"{facts.item_id}\t{facts.company_id}\t{facts.currency_id}\t{_day(facts.start)}"
        quantity, net, steps = ZERO, ZERO, []
        for calculator_id, measured, one in parts:
            quantity += one.quantity
            net += one.amount
            if one.steps:
                steps.append(one.steps)
            ratings.append(
                f"{next(numbers)}\t{row_id}\t{calculator_id}\t{owner}\t{_six(one.quantity)}\t"
                f"{one.amount}\t{_text(one.data)}\t{measured.events}\t{measured.last_seq}\t"
                f"{stamp % _six(one.carried_out)}"
            )
        steps = f"[{','.join(steps)}]" if steps else None
        quantity, net = float(quantity), float(net)
        if facts.item_id in taxes:
            taxed.append((row_id, quantity, net, steps))
        else:
            rated.append(_rated_line(row_id, quantity, net, net, steps))
    return PlainPart("".join(ratings).encode(), "".join(rated).encode(), taxed, done, errors)


def _rate(rater, batch, row_id, facts):
    """``(calculator id, Measured, Rated)`` of each calculator of a plain row.

    :raises UsageError: when it cannot be rated
    """
    share, unit = facts.share, facts.unit
    parts = []
    for calculator_id in batch.calculators.get(facts.item_id, ()):
        recipe = batch.recipes[calculator_id]
        measured = batch.measured[row_id, calculator_id, recipe.metric_ids[0]]
        parts.append(
            (calculator_id, measured, rater.rate(recipe.tariff, measured.quantity, share, unit))
        )
    most = unit * LARGEST_AMOUNT
    if any(abs(one.amount) > most for _id, _measured, one in parts):
        raise UsageError("result_too_large")
    return parts


def _rated_line(row_id, quantity, net, amount, steps):
    """A line of what a row was rated with, in the order of :data:`RATED_COLUMNS`."""
    steps = "\\N" if steps is None else _text(steps)
    return f"{row_id}\t{quantity!r}\t{net!r}\t{amount!r}\t{steps}\n"


def _text(value):
    """JSON as COPY has it: whatever else is special to COPY is written with a backslash in it."""
    return value.replace("\\", "\\\\") if "\\" in value else value


def _day(day: date):
    return day.isoformat()


def _six(value):
    return "0.000000" if value is ZERO else str(value.quantize(SIX_DECIMALS, ROUND_HALF_UP))
