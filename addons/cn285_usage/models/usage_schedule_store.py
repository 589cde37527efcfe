import json
from collections import defaultdict

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import copy_columns
from odoo.tools import SQL

from ..engine.rating import steps_data

# What rows were rated with, on its way to them: large arrays in a statement would be parsed twice.
RATED = """
CREATE TEMPORARY TABLE IF NOT EXISTS cn285_usage_rated (
    id integer, quantity numeric, net numeric, amount numeric, steps jsonb
) ON COMMIT DELETE ROWS;
TRUNCATE cn285_usage_rated
"""
RATED_FIELDS = ("quantity", "net", "amount", "steps", "state", "write_uid", "write_date")


class BillingSchedule(models.Model):
    """How ratings are stored: ratings by COPY, rows by one statement, balances by another."""

    _inherit = "cn285.billing.schedule"

    def _load_balances(self, batch):
        """Fill ``batch.balances`` with what earlier periods have left of allowances."""
        spans = {}
        for row, calculator_id, recipe in batch.members(self, lambda one: one.keeps_balance):
            account, start = recipe.account(calculator_id), row._balance_start(recipe)
            first, last = spans.get(account, (start, start))
            spans[account] = min(first, start), max(last, start)
        self.env["cn285.usage.balance"]._load(batch.balances, spans)

    def _balance_start(self, recipe):
        """The first day of the period that a row's allowance is kept account of."""
        return self.period_start

    def _store_ratings(self, batch):
        """Store what waiting rows were rated with, and mark them ``planned``."""
        rows = batch.rated_rows()
        if not rows:
            return
        # sudo: ratings follow from usage; who may run the billing may not write them by hand.
        ratings = self.env["cn285.usage.rating"].sudo()
        ratings._insert_outcomes({row: batch.outcomes[row.id] for row in rows})
        rows._update_rated(rows._rated_vals(batch))
        rows._store_balances(batch)

    def _store_balances(self, batch):
        """Store the allowance that rated periods leave to those after them."""
        # sudo: as the ratings.
        balances = self.env["cn285.usage.balance"].sudo()
        balances._store(batch.balances, batch.rows.company_id[:1])

    def _rated_vals(self, batch):
        """What ratings make of their rows: ``{row: {quantity, net, amount, steps}}``."""
        included = self.item_id._included_taxes()
        result = {}
        for row in self:
            outcomes = batch.outcomes[row.id]
            net = float(sum(outcome.rating.amount for outcome in outcomes))
            item = row.item_id
            taxes = included.get(item) if included else None
            result[row] = {
                "quantity": float(sum(outcome.rating.quantity for outcome in outcomes)),
                "net": net,
                "amount": item._untaxed(net, taxes) if taxes else net,
                "steps": [step for outcome in outcomes for step in row._outcome_steps(outcome)],
            }
        return result

    def _outcome_steps(self, outcome):
        """The calculation of an outcome, as the schedule keeps steps."""
        return [[f"usage_{code}", values] for code, values in steps_data(outcome.rating)]

    def _update_rated(self, vals_by_row):
        """Write what waiting rows were rated with, in one statement."""
        self.flush_recordset()
        cr = self.env.cr
        cr.execute(RATED)
        copy_columns(
            cr,
            "cn285_usage_rated",
            {
                "id": [row.id for row in vals_by_row],
                **{
                    name: [vals[name] for vals in vals_by_row.values()]
                    for name in ("quantity", "net", "amount")
                },
                "steps": [
                    json.dumps(vals["steps"]) if vals["steps"] else None
                    for vals in vals_by_row.values()
                ],
            },
        )
        cr.execute(
            SQL(
                """UPDATE cn285_billing_schedule row
                      SET state = 'planned', quantity = round(rated.quantity, 6),
                          net = rated.net, amount = rated.amount, steps = rated.steps,
                          write_uid = %s, write_date = now() AT TIME ZONE 'UTC'
                     FROM cn285_usage_rated rated
                    WHERE row.id = rated.id AND row.state = 'waiting'""",
                self.env.uid,
            )
        )
        self.invalidate_recordset(RATED_FIELDS, flush=False)
        self.modified(RATED_FIELDS)

    def _unrate(self):
        """Take rows that were rated but not invoiced back to waiting: more usage may have come."""
        rated = self.filtered(lambda row: row.state == "planned")
        # sudo: as storing them.
        self.env["cn285.usage.rating"].sudo().search([("schedule_id", "in", rated.ids)]).unlink()
        rated.write({"state": "waiting", "net": 0.0, "amount": 0.0, "steps": False})

    # === WHAT WAS BILLED BEFORE === #

    @api.model
    def _rating_kinds(self):
        """Kinds of rows that bill usage of a period, beside the row of the period itself."""
        return ("usage_difference",)

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
