from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import copy_made, next_ids
from odoo.addons.cn285_contract.models.copied_link import CopiedMany2one
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine.rating import from_data, steps_data
from ...engine.rating_text import RatingTexts
from ..ingest.big_integer import BigInteger
from .copied_selected import CopiedSelected

# What a rating has of its schedule row.
OWNER_COLUMNS = ("schedule_id", "item_id", "company_id", "currency_id", "period_start")
# Ratings that are written together.
PART = 5_000
SIX_DECIMALS = Decimal("0.000001")


class UsageRating(models.Model):
    """What a calculator made of a period's usage, for one schedule row: figures and their origin.

    Never changed once its row is invoiced. Usage that comes later, or is taken back, gives a rating
    on a difference row; all ratings of a period add up to what its usage costs by today.
    """

    _name = "cn285.usage.rating"
    _description = "Usage Rating"
    _inherit = ["cn285.guarded", "cn285.summed.table"]
    _sums = "cn285.usage.rating.sum"
    _ordered_by_number = frozenset({"item_id", "calculator_id"})
    _is_history = True
    # By their dates, not by what they belong to: of one row, in the order of its calculators.
    _order = "period_start desc, id"
    _rec_name = "calculator_id"
    # They are made by billing, never by hand: who and when are those of the row, and tens of
    # thousands need not be checked against the same user.
    _log_access = False

    # The unique index begins with it.
    schedule_id = fields.Many2one(
        "cn285.billing.schedule", required=True, ondelete="cascade", readonly=True
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
    item_id = CopiedSelected(related="schedule_id.item_id", store=True, index=True)
    company_id = CopiedMany2one(related="schedule_id.company_id", store=True)
    currency_id = CopiedMany2one(related="schedule_id.currency_id", store=True)
    period_start = fields.Date(related="schedule_id.period_start", store=True)
    quantity = fields.Float(digits=(16, 6), readonly=True)
    amount = fields.Monetary(readonly=True)
    data = fields.Json(readonly=True, help="The rating with its tiers, as the engine keeps it.")
    event_count = fields.Integer(string="Events", readonly=True)
    last_seq = BigInteger(
        string="Events Up To", readonly=True, help="The last event, in order of arrival, it saw."
    )
    seen_seq = BigInteger(
        readonly=True,
        help="The last event of all, in order of arrival, that was there when it was rated.",
    )
    carried_out = fields.Float(
        string="Allowance Carried On",
        digits=(16, 6),
        readonly=True,
        aggregator=None,
        help="As it was when this was rated.",
    )

    rated_at = fields.Datetime(string="Rated On", default=fields.Datetime.now, readonly=True)

    contract_id = fields.Many2one(related="item_id.contract_id")
    explanation = fields.Text(compute="_compute_explanation")

    _once_each = models.UniqueIndex(
        "(schedule_id, calculator_id, COALESCE(beneficiary_id, 0))",
        "This row was rated by the calculator already.",
    )

    # The list begins with the last period.
    _period_idx = models.Index("(period_start DESC, id)")

    @api.depends("calculator_id.name", "beneficiary_id.name")
    @api.depends_context("lang")
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
                [f"usage_{code}", values]
                for code, values in (steps_data(rating._engine_rating()) if rating.data else ())
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
    def _last_seen(self):
        """The number of the last event that this transaction sees, as all that it measures."""
        [[seen]] = self.env.execute_query(
            SQL("SELECT greatest(max(id), max(seq)) FROM cn285_usage_event")
        )
        return seen or 0

    @api.model
    def _insert_outcomes(self, outcomes_by_row, seen=None):
        """Store the outcomes of rows by COPY: a batch rates tens of thousands.

        The same values as :meth:`create` would store, its stored related fields among them.

        :param outcomes_by_row: ``{schedule row: [Outcome]}``
        :param seen: what :meth:`_last_seen` says, where it was asked before
        """
        if seen is None:
            seen = self._last_seen()
        rated = [
            (owner, outcome)
            for row, outcomes in outcomes_by_row.items()
            for owner in [
                (row.id, row.item_id.id, row.company_id.id, row.currency_id.id, row.period_start)
            ]
            for outcome in outcomes
        ]
        for _owner, outcome in rated:
            outcome.values.setdefault("seen_seq", seen)
        ids = next_ids(self.env, self._table, len(rated))
        now = fields.Datetime.now()
        more = sorted(set().union(*(outcome.values for _owner, outcome in rated)))
        copy_made(
            self.env.cr,
            self._table,
            [
                partial(_columns, ids[one : one + PART], rated[one : one + PART], more, now)
                for one in range(0, len(rated), PART)
            ],
        )
        self.env["cn285.billing.schedule"].invalidate_model(["rating_ids"], flush=False)


class Partner(models.Model):
    _inherit = "res.partner"

    @api.ondelete(at_uninstall=False)
    def _unlink_only_without_usage(self):
        # sudo: usage was rated, whoever may see it.
        rated = self.env["cn285.usage.rating"].sudo()
        found = rated.search([("beneficiary_id", "in", self.ids)], limit=1)
        if found:
            raise UserError(
                self.env._(
                    "Usage of %(partner)s was rated in contract %(contract)s, so the contact "
                    "cannot be deleted. Archive it instead.",
                    partner=found.beneficiary_id.display_name,
                    contract=found.contract_id.name,
                )
            )


def _columns(ids, rated, more, now):
    """Columns of ratings, ``{name: values}`` as the database stores them.

    :param rated: pairs of the values of :data:`OWNER_COLUMNS` and an ``Outcome``
    :param more: names among the outcomes' ``values``
    """
    owners, outcomes = zip(*rated, strict=True)
    texts = RatingTexts()
    return {
        "id": ids,
        **dict(zip(OWNER_COLUMNS, zip(*owners, strict=True), strict=True)),
        "calculator_id": [one.part.calculator_id for one in outcomes],
        "beneficiary_id": [one.part.beneficiary_id for one in outcomes],
        "quantity": [_six_decimals(one.rating.quantity) for one in outcomes],
        "amount": [str(one.rating.amount) for one in outcomes],
        "data": [texts.data(one.rating) for one in outcomes],
        "event_count": [one.events for one in outcomes],
        "last_seq": [one.last_seq for one in outcomes],
        "carried_out": [_six_decimals(one.carried_out) for one in outcomes],
        **{name: [one.values.get(name) for one in outcomes] for name in more},
        "rated_at": [now] * len(ids),
    }


def _six_decimals(value):
    return str(value.quantize(SIX_DECIMALS, rounding=ROUND_HALF_UP))
