import json
from decimal import ROUND_HALF_UP, Decimal

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import copy_rows, next_ids

from ..engine.rating import from_data, to_data


class UsageRating(models.Model):
    """What a calculator made of a period's usage, for one schedule row: figures and their origin.

    Never changed once its row is invoiced. Usage that comes later, or is taken back, gives a rating
    on a difference row; all ratings of a period add up to what its usage costs by today.
    """

    _name = "cn285.usage.rating"
    _description = "Usage Rating"
    _order = "schedule_id, calculator_id, id"
    _rec_name = "calculator_id"

    schedule_id = fields.Many2one(
        "cn285.billing.schedule", required=True, ondelete="cascade", index=True, readonly=True
    )
    calculator_id = fields.Many2one(
        "cn285.usage.calculator", required=True, ondelete="restrict", index=True, readonly=True
    )
    beneficiary_id = fields.Many2one(
        "res.partner",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="Whose usage was rated by itself. Empty: that of all together.",
    )
    item_id = fields.Many2one(related="schedule_id.item_id", store=True, index=True)
    company_id = fields.Many2one(related="schedule_id.company_id", store=True)
    currency_id = fields.Many2one(related="schedule_id.currency_id")
    period_start = fields.Date(related="schedule_id.period_start", store=True)
    quantity = fields.Float(digits=(16, 6), readonly=True)
    amount = fields.Monetary(readonly=True)
    data = fields.Json(readonly=True, help="The rating with its tiers, as the engine keeps it.")
    event_count = fields.Integer(string="Events", readonly=True)
    last_seq = fields.Integer(
        string="Events Up To", readonly=True, help="The last event, in order of arrival, it saw."
    )
    carried_out = fields.Float(
        string="Allowance Carried On",
        digits=(16, 6),
        readonly=True,
        help="As it was when this was rated.",
    )

    contract_id = fields.Many2one(related="item_id.contract_id")
    explanation = fields.Text(compute="_compute_explanation")

    _once_each = models.UniqueIndex(
        "(schedule_id, calculator_id, COALESCE(beneficiary_id, 0))",
        "This row was rated by the calculator already.",
    )

    @api.depends("calculator_id.name", "beneficiary_id.name")
    def _compute_display_name(self):
        for rating in self:
            names = (rating.calculator_id.name, rating.beneficiary_id.name)
            rating.display_name = " · ".join(filter(None, names))

    @api.depends("data")
    def _compute_explanation(self):
        """How the amount came about, a line for each tier or step."""
        schedules = self.env["cn285.billing.schedule"]
        for rating in self:
            steps = [
                [f"usage_{step.code}", {name: _text(one) for name, one in step.values.items()}]
                for step in (rating._engine_rating().steps if rating.data else ())
            ]
            rating.explanation = schedules._explain(steps, rating.currency_id)

    def action_view_events(self):
        """The events of the rating's period."""
        self.ensure_one()
        row = self.schedule_id
        action = self.item_id._usage_events_action(
            self.calculator_id._metrics(), row.period_start, row.period_end
        )
        if self.beneficiary_id:
            action["context"]["search_default_beneficiary_id"] = self.beneficiary_id.id
        return action

    def _engine_rating(self):
        """The rating as the engine has it."""
        self.ensure_one()
        return from_data(self.data)

    @api.model
    def _insert_outcomes(self, outcomes_by_row):
        """Store the outcomes of rows by COPY: a batch rates tens of thousands.

        The same values as :meth:`create` would store, its stored related fields among them.

        :param outcomes_by_row: ``{schedule row: [Outcome]}``
        """
        now, uid = self.env.cr.now(), self.env.uid
        rows = []
        for row, outcomes in outcomes_by_row.items():
            owner = {
                "schedule_id": row.id,
                "item_id": row.item_id.id,
                "company_id": row.company_id.id,
                "period_start": row.period_start,
                "create_uid": uid,
                "write_uid": uid,
                "create_date": now,
                "write_date": now,
            }
            rows += [{**owner, **self._outcome_columns(outcome)} for outcome in outcomes]
        ids = next_ids(self.env, self._table, len(rows))
        copy_rows(
            self.env.cr,
            self._table,
            [{**row, "id": row_id} for row_id, row in zip(ids, rows, strict=True)],
        )
        self.env["cn285.billing.schedule"].invalidate_model(["rating_ids"], flush=False)

    @api.model
    def _outcome_columns(self, outcome):
        """Column values of one outcome, as the database stores them."""
        rating, part = outcome.rating, outcome.part
        return {
            "calculator_id": part.calculator_id,
            "beneficiary_id": part.beneficiary_id,
            "quantity": _six_decimals(rating.quantity),
            "amount": str(rating.amount),
            "data": json.dumps(to_data(rating)),
            "event_count": outcome.events,
            "last_seq": outcome.last_seq,
            "carried_out": _six_decimals(outcome.carried_out),
            **outcome.values,
        }


def _six_decimals(value):
    return str(value.quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP))


def _text(value):
    return value if value is None or isinstance(value, (int, str)) else str(value)
