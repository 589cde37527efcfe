from collections import defaultdict
from fractions import Fraction

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal

from ..engine.allowance import rate_beyond, use_allowance
from ..engine.difference import difference
from ..engine.errors import UsageError
from ..engine.percentage import Percentage
from ..engine.rating import from_data, to_data
from .usage_measure import Window, next_day


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
    carried_out = fields.Float(string="Allowance Carried On", digits=(16, 6), readonly=True)

    _once = models.Constraint(
        "unique(schedule_id, calculator_id)", "This row was rated by the calculator already."
    )


class BillingSchedule(models.Model):
    """Rating of usage rows, and difference rows for usage that came after the invoice."""

    _inherit = "cn285.billing.schedule"

    kind = fields.Selection(
        selection_add=[("usage_difference", "Usage Difference")],
        ondelete={"usage_difference": "cascade"},
    )
    rating_ids = fields.One2many("cn285.usage.rating", "schedule_id", string="Ratings")

    def _rate_waiting(self):
        """Rate rows whose period is over: amounts, explanation, and the state ``planned``.

        All rows of a batch are measured by one statement per metric.
        """
        reasons = super()._rate_waiting()
        rows = self.filtered(
            lambda row: (
                row.kind == "usage"
                and row.item_id.calculator_ids
                and row.period_end < row.company_id._cn285_today()
            )
        )
        ratings, failed = rows._rate_rows()
        self.env["cn285.usage.rating"].create(
            [vals for row_ratings in ratings.values() for vals in row_ratings]
        )
        for row, row_ratings in ratings.items():
            row._store_rated(row_ratings)
        return {**reasons, **failed}

    def _rate_rows(self, invoiced=None):
        """Ratings of rows by today's events.

        :param invoiced: ``{(row, calculator): [engine ratings]}`` billed before; gives differences
        :returns: ``{row: list of values of cn285.usage.rating}``, and ``{contract: reason}`` for
            rows that could not be rated
        """
        measured = self._measure_rows()
        # Allowance left by earlier periods of this batch, which are not stored yet.
        carried = {}
        result, failed = {}, {}
        for row in self.sorted(lambda row: (row.item_id.id, row.period_start)):
            try:
                result[row] = [
                    row._prepare_rating(calculator, measured, carried, invoiced)
                    for calculator in row.item_id.calculator_ids
                ]
            except UsageError as error:
                failed[row.contract_id] = self.env._(
                    "Item “%(item)s”, usage of %(period)s: %(reason)s",
                    item=row.item_id.name,
                    period=row.display_name,
                    reason=error,
                )
        return result, failed

    def _prepare_rating(self, calculator, measured, carried, invoiced=None):
        """Values of the rating of one row by one calculator."""
        rating, facts = self._rate_one(calculator, measured, carried)
        if invoiced is not None:
            rating = difference(rating, invoiced.get((self, calculator), ()))
        return {
            "schedule_id": self.id,
            "calculator_id": calculator.id,
            "quantity": float(rating.quantity),
            "amount": float(rating.amount),
            "data": to_data(rating),
            **facts,
        }

    def _measure_rows(self):
        """Measured usage of the rows: ``{(row id, calculator id, metric): Measured}``."""
        windows = defaultdict(list)
        for row in self:
            for calculator in row.item_id.calculator_ids:
                for metric in calculator._metrics():
                    by_property = calculator._split_property()
                    with_amounts = calculator.charge_model == "percentage"
                    windows[metric, by_property, with_amounts].append(
                        row._window((row.id, calculator.id, metric))
                    )
        measured = {}
        for (metric, by_property, with_amounts), members in windows.items():
            measured.update(metric._measure(members, by_property, with_amounts))
        return measured

    def _window(self, key):
        self.ensure_one()
        item = self.item_id
        siblings = item.contract_id.item_ids.filtered(
            lambda other: other.billing_type == "usage" and other.state != "cancelled"
        )
        return Window(
            key=key,
            item_id=item.id,
            contract_id=item.contract_id.id,
            start=self.period_start,
            end=next_day(self.period_end),
            # Events of the contract as a whole belong to its first usage item.
            whole_contract=item == siblings[:1],
        )

    def _rate_one(self, calculator, measured, carried):
        """The rating of one row by one calculator, and the facts that are kept with it."""
        self.ensure_one()
        rounding = as_decimal(self.currency_id.rounding)
        metrics = calculator._metrics()
        found = {metric: measured[self.id, calculator.id, metric] for metric in metrics}
        model = calculator._charge_model()
        quantity = calculator._quantity(found)
        facts = {
            "event_count": sum(entry.events for entry in found.values()),
            "last_seq": max((entry.last_seq for entry in found.values()), default=0),
        }
        allowance = calculator._allowance()
        first = found.get(metrics[:1])
        if calculator.charge_model == "matrix":
            rating = model.rate(first.by_value, rounding)
        elif isinstance(model, Percentage):
            rating = model.rate(first.amounts, rounding)
        elif allowance:
            share = self._share()
            # From the period just before in this batch, else from what is stored.
            units, reached = carried.get(calculator, (None, None))
            if reached != self.period_start:
                units = self._carried_in(calculator)
            use = use_allowance(quantity, allowance, units, share)
            rating = rate_beyond(model, quantity, use, rounding)
            carried[calculator] = use.carried_out, next_day(self.period_end)
            facts["carried_out"] = float(use.carried_out)
        else:
            rating = model.rate(quantity, rounding)
        return calculator._bound(rating, self._share(), rounding), facts

    def _share(self):
        """The row's share of a full period, exact."""
        return Fraction(as_decimal(self.proration)).limit_denominator(100000)

    def _carried_in(self, calculator):
        """Units of the allowance that the period before has left."""
        before = self.env["cn285.usage.rating"].search(
            [
                ("calculator_id", "=", calculator.id),
                ("period_start", "<", self.period_start),
                ("schedule_id.kind", "=", "usage"),
            ],
            order="period_start desc, id desc",
            limit=1,
        )
        return as_decimal(before.carried_out)

    def _store_rated(self, ratings):
        net = float(sum(as_decimal(vals["amount"]) for vals in ratings))
        item = self.item_id
        included = item._included_taxes().get(item)
        steps = []
        for vals in ratings:
            for step in from_data(vals["data"]).steps:
                values = {name: _text(value) for name, value in step.values.items()}
                steps.append([f"usage_{step.code}", values])
        self.write(
            {
                "quantity": sum(vals["quantity"] for vals in ratings),
                "net": net,
                "amount": item._untaxed(net, included) if included else net,
                "steps": steps,
                "state": "planned",
            }
        )

    # === LATE USAGE === #

    def _unrate(self):
        """Take rows that were rated but not invoiced back to waiting: more usage may have come."""
        self.rating_ids.unlink()
        self.write({"state": "waiting", "net": 0.0, "amount": 0.0, "steps": False})

    @api.model
    def _plan_differences(self, company, since):
        """Difference rows for invoiced periods of which usage has come in, or was taken back.

        :param company: whose rows; each ingest of it is looked at once
        :param since: look at periods that end on this day or later
        :returns: the new rows, rated, due today
        """
        # sudo: a note for the program that these arrivals were looked at.
        ingests = (
            self.env["cn285.usage.ingest"]
            .sudo()
            .search([("company_id", "=", company.id), ("processed", "!=", True)])
        )
        if not ingests:
            return self.browse()
        rows = self.search(
            [
                ("company_id", "=", company.id),
                ("kind", "=", "usage"),
                ("state", "=", "invoiced"),
                ("period_end", ">=", since),
            ]
        )
        known = rows._known_ratings()
        windows = [row._window(row) for row in rows if known[row]]
        changed = self.env["cn285.usage.metric"]._changed_by(ingests, windows)
        ingests.processed = True
        late = rows.filtered(lambda row: row in changed)
        invoiced = defaultdict(list)
        for row in late:
            for rating in known[row]:
                invoiced[row, rating.calculator_id].append(from_data(rating.data))
        created = self.browse()
        ratings_by_row, _failed = late._rate_rows(invoiced)
        for row, ratings in ratings_by_row.items():
            if any(vals["amount"] or vals["quantity"] for vals in ratings):
                created |= row._create_difference(ratings)
        return created

    def _known_ratings(self):
        """Ratings billed for these rows' periods, on the rows and on their differences."""
        differences = self.search(
            [
                ("item_id", "in", self.item_id.ids),
                ("kind", "=", "usage_difference"),
                ("state", "!=", "cancelled"),
            ]
        )
        by_period = differences.grouped(lambda row: (row.item_id, row.period_start))
        return {
            row: row.rating_ids
            | by_period.get((row.item_id, row.period_start), self.browse()).rating_ids
            for row in self
        }

    def _create_difference(self, ratings):
        self.ensure_one()
        before = self.search_count(
            [
                ("item_id", "=", self.item_id.id),
                ("kind", "=", "usage_difference"),
                ("period_start", "=", self.period_start),
            ]
        )
        row = self.create(
            {
                "item_id": self.item_id.id,
                "kind": "usage_difference",
                "revision": before,
                "period_start": self.period_start,
                "period_end": self.period_end,
                "billing_date": self.company_id._cn285_today(),
                "price_unit": self.price_unit,
                "discount": 0.0,
                "proration": self.proration,
            }
        )
        ratings = [{**vals, "schedule_id": row.id} for vals in ratings]
        self.env["cn285.usage.rating"].create(ratings)
        row._store_rated(ratings)
        return row


class UsageCalculator(models.Model):
    _inherit = "cn285.usage.calculator"

    def _metrics(self):
        """The metrics that the quantity is made from."""
        self.ensure_one()
        if self.metric_id:
            return self.metric_id
        names = self._formula().names
        return self.env["cn285.usage.metric"].search(
            [("code", "in", list(names)), ("company_id", "=", self.company_id.id)]
        )

    def _split_property(self):
        return self.property_name if self.charge_model == "matrix" else None

    def _quantity(self, found):
        """The quantity to rate, from what was measured of each metric.

        :raises UsageError: when the formula speaks of a metric that is not there
        """
        self.ensure_one()
        if self.metric_id:
            return found[self.metric_id].quantity
        return self._formula().quantity(
            {metric.code: entry.quantity for metric, entry in found.items()}
        )


def _text(value):
    return value if value is None or isinstance(value, (int, str)) else str(value)
