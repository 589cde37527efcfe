import json
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import copy_made
from odoo.tools import SQL

from ...engine.rating import steps_data
from ...engine.rating_text import RatingTexts

# What rows were rated with, on its way to them: large arrays in a statement would be parsed twice.
RATED = """
CREATE TEMPORARY TABLE IF NOT EXISTS cn285_usage_rated (
    id integer, quantity numeric, net numeric, amount numeric, steps jsonb, discounts jsonb
) ON COMMIT DELETE ROWS;
TRUNCATE cn285_usage_rated
"""
RATED_FIELDS = (
    "quantity",
    "net",
    "amount",
    "steps",
    "usage_discounts",
    "state",
    "write_uid",
    "write_date",
)
UNRATED_FIELDS = ("net", "amount", "steps", "state", "rating_ids", "write_uid", "write_date")


class BillingSchedule(models.Model):
    """How ratings are stored: ratings by COPY, rows by one statement, balances by another."""

    _inherit = "cn285.billing.schedule"

    def _load_balances(self, batch):
        """Fill ``batch.balances`` with what earlier periods have left of allowances."""
        spans = {}
        for row, calculator_id, recipe in batch.members(self, lambda recipe: recipe.keeps_balance):
            account, start = recipe.account(calculator_id), row._balance_start(recipe)
            first, last = spans.get(account, (start, start))
            spans[account] = min(first, start), max(last, start)
        self.env["cn285.usage.balance"]._load(batch.balances, spans)

    def _store_ratings(self, batch):
        """Store what waiting rows were rated with, and mark them ``planned``."""
        # sudo: ratings follow from usage; who may run the billing may not write them by hand.
        ratings = self.env["cn285.usage.rating"].sudo()
        others = batch.rated_rows()
        if not (others or batch.plain):
            return
        self.flush_recordset()
        self.env.cr.execute(RATED)
        seen = ratings._last_seen()
        self._store_plain(batch, seen)
        if others:
            others._store_outcomes(batch, ratings, seen)
        rows = batch.rated_rows()
        if not rows:
            return
        rows._update_rated()
        for aspect in batch.aspects:
            aspect.stored(batch)

    def _store_outcomes(self, batch, ratings, seen):
        """Store the ratings of these rows, and what they are rated with in :data:`RATED`."""
        outcomes = {row: batch.outcomes[row.id] for row in self}
        figures = [
            (row.id, *rated, row._discounts_data(batch))
            for row, rated in self._rated_figures(batch).items()
        ]
        with ThreadPoolExecutor(1) as thread:
            # Explanations are written out while the database has the ratings.
            columns = thread.submit(_rated_columns, figures, list(outcomes.values()))
            ratings._insert_outcomes(outcomes, seen)
            copy_made(self.env.cr, "cn285_usage_rated", [columns.result])

    def _store_balances(self, batch):
        """Store the allowance that rated periods leave to those after them."""
        # sudo: as the ratings.
        balances = self.env["cn285.usage.balance"].sudo()
        balances._store(batch.balances, batch.rows.company_id[:1])

    def _rated_vals(self, batch):
        """What ratings make of their rows: ``{row: {quantity, net, amount, steps}}``."""
        return {
            row: {
                "quantity": quantity,
                "net": net,
                "amount": amount,
                "steps": _steps(batch.outcomes[row.id]),
                "usage_discounts": row._discounts_data(batch),
            }
            for row, (quantity, net, amount) in self._rated_figures(batch).items()
        }

    def _rated_figures(self, batch):
        """What ratings come to: ``{row: (quantity, net, amount)}``."""
        included = self.item_id._included_taxes()
        result = {}
        for row in self:
            ratings = [outcome.rating for outcome in batch.outcomes[row.id]]
            quantity = float(sum(rating.quantity for rating in ratings))
            net = amount = float(sum(rating.amount for rating in ratings))
            taxes = included.get(row.item_id) if included else None
            if taxes:
                amount = row.item_id._untaxed(net, taxes)
            result[row] = quantity, net, amount
        return result

    def _update_rated(self):
        """Write what waiting rows were rated with, all of :data:`RATED`, in one statement."""
        self.env.cr.execute(
            SQL(
                # The limit tells how many there are: tables of one transaction have no statistics.
                """UPDATE cn285_billing_schedule row
                      SET state = 'planned', quantity = round(rated.quantity, 6),
                          net = rated.net, amount = rated.amount, steps = rated.steps,
                          usage_discounts = rated.discounts,
                          write_uid = %s, write_date = now() AT TIME ZONE 'UTC'
                     FROM (SELECT * FROM cn285_usage_rated LIMIT %s) rated
                    WHERE row.id = rated.id AND row.state = 'waiting'""",
                self.env.uid,
                len(self),
            )
        )
        self.invalidate_recordset(RATED_FIELDS, flush=False)
        self.modified(RATED_FIELDS)

    def _unrate(self):
        """Take rows that were rated but not invoiced back to waiting: more usage may have come."""
        if not self:
            return
        self.flush_recordset()
        self.env["cn285.usage.rating"].flush_model()
        # In statements, as there may be hundreds of thousands.
        rated = self.env.execute_query(
            SQL(
                """UPDATE cn285_billing_schedule
                      SET state = 'waiting', net = 0, amount = 0, steps = NULL,
                          write_uid = %s, write_date = now() AT TIME ZONE 'UTC'
                    WHERE id = ANY(%s) AND state = 'planned' RETURNING id""",
                self.env.uid,
                self.ids,
            )
        )
        rows = self.browse(row_id for (row_id,) in rated)
        self.env.cr.execute(
            SQL("DELETE FROM cn285_usage_rating WHERE schedule_id = ANY(%s)", rows.ids)
        )
        self.env["cn285.usage.rating"].invalidate_model(flush=False)
        rows.invalidate_recordset(UNRATED_FIELDS, flush=False)
        rows.modified(UNRATED_FIELDS)

    # === WHAT WAS BILLED BEFORE === #

    @api.model
    def _rating_kinds(self):
        """Hook: kinds of rows that bill usage of a period, beside the row of the period itself."""
        return ("usage_difference", "usage_threshold")

    def _known_ratings(self):
        """What else is billed for the periods of these rows, without themselves.

        :returns: ``{row id: {(calculator id, beneficiary id): [engine ratings]}}``
        """
        return self._ratings_of_periods(self._rating_kinds())

    def _billed_ratings(self):
        """What is billed for the periods of these rows, themselves included; shape as above."""
        return self._ratings_of_periods((*self._rating_kinds(), "usage"))

    def _ratings_of_periods(self, kinds):
        if not self:
            return {}
        ratings = self.env["cn285.usage.rating"].search(
            [
                ("item_id", "in", self.item_id.ids),
                ("period_start", "in", list(set(self.mapped("period_start")))),
                ("schedule_id.kind", "in", kinds),
                ("schedule_id.state", "!=", "cancelled"),
            ],
            order="id",
        )
        if not ratings:
            return {}
        by_period = defaultdict(lambda: defaultdict(list))
        for rating in ratings:
            key = rating.calculator_id.id, rating.beneficiary_id.id or None
            by_period[rating.item_id.id, rating.period_start][key].append(rating._engine_rating())
        return {
            row.id: by_period[row.item_id.id, row.period_start]
            for row in self
            if (row.item_id.id, row.period_start) in by_period
        }


def _steps(outcomes):
    """The calculation of a row's outcomes, as the schedule keeps steps."""
    return [
        [f"usage_{code}", values]
        for outcome in outcomes
        for code, values in steps_data(outcome.rating)
    ]


def _rated_columns(figures, outcomes):
    """What rows were rated with, column by column, for :data:`RATED`.

    :param figures: ``(row id, quantity, net, amount, discounts)`` of each row
    :param outcomes: the outcomes of each
    """
    ids, quantities, nets, amounts, discounts = zip(*figures, strict=True)
    texts = RatingTexts()
    steps = [texts.steps([part.rating for part in one], "usage_") or None for one in outcomes]
    return {
        "id": ids,
        "quantity": quantities,
        "net": nets,
        "amount": amounts,
        "steps": steps,
        "discounts": [json.dumps(one) if one else None for one in discounts],
    }
