from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import UNITS
from odoo.exceptions import AccessError, UserError, ValidationError

from ...engine import property_filter
from ...engine.errors import UsageError
from .aggregation_table import AGGREGATIONS

# How long events are kept, and what of them.
RETENTION = {"retention_months", "retention_scope"}
# What the quantity of an event was worked out by when it was recorded.
MEASURED = ("input_kind", "duration_unit", "duration_step", "duration_minimum", "company_id")


class UsageMetric(models.Model):
    """What is measured, and how a period's events become one quantity."""

    _name = "cn285.usage.metric"
    _description = "Usage Metric"
    _inherit = ["cn285.guarded"]
    _order = "code, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, copy=False, help="The name of the metric in events that programs send."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    unit = fields.Char(help="What one unit is called on statements: call, minute, GB.")
    input_kind = fields.Selection(
        selection=[("quantity", "A quantity"), ("duration", "A start and an end")],
        string="Events Have",
        default="quantity",
        required=True,
    )
    aggregation = fields.Selection(
        "_aggregation_choices",
        default="sum",
        required=True,
        help="How the events of a period become its quantity.",
    )
    # What forms go by, instead of the names of aggregations.
    needs_property = fields.Boolean(compute="_compute_needs_property")
    property_name = fields.Char(
        string="Property", help="The property of which different values are counted."
    )
    filter_json = fields.Json(
        string="Filter Data",
        help='Only events with these properties count: {"property": ["value", "other value"]}, or '
        '{"property": {"not": ["value"]}}.',
    )
    filter_text = fields.Text(
        string="Only Events With",
        compute="_compute_filter_text",
        inverse="_inverse_filter_text",
        help="A condition for each line, all of which must hold: country = FR, BE or "
        "status != test. Values with commas stand in double quotes. Left empty, all events count.",
    )
    rounding_mode = fields.Selection(
        selection=[
            ("none", "Not Rounded"),
            ("half_up", "To the Nearest"),
            ("up", "Up"),
            ("down", "Down"),
        ],
        default="none",
        required=True,
    )
    rounding_digits = fields.Integer(
        string="Decimals", help="Decimals of the quantity; -2 rounds to hundreds."
    )
    duration_unit = fields.Selection(
        selection=[("second", "Second"), ("minute", "Minute"), ("hour", "Hour"), ("day", "24 h")],
        default="minute",
        required=True,
    )
    duration_step = fields.Float(
        string="Step",
        default=1.0,
        digits=(16, 6),
        help="Time is billed in steps of so many units; a started step counts in full.",
    )
    duration_minimum = fields.Float(
        string="Minimum", digits=(16, 6), help="The least that one event counts, in units."
    )

    retention_months = fields.Integer(
        string="Purge After (months)",
        copy=False,
        help="Events that are older go, once they are billed and nothing needs them any more; "
        "ratings, statements and invoices stay. 0: they are kept. Only administrators set it.",
    )
    retention_scope = fields.Selection(
        selection=[("events", "Events"), ("details", "Properties, Beneficiaries and Numbers Only")],
        string="What Is Purged",
        default="events",
        required=True,
        help="Events as a whole, or what they say of a person: when, how much and for which item "
        "is kept then.",
    )

    is_administrator = fields.Boolean(compute="_compute_is_administrator")

    _retention_positive = models.Constraint(
        "CHECK(retention_months BETWEEN 0 AND 1200)",
        "Events are purged after 1 to 1,200 months, or kept (0).",
    )
    _code_uniq = models.Constraint(
        "unique(code, company_id)", "A metric with this code already exists in the company."
    )
    _step_positive = models.Constraint(
        "CHECK(duration_step > 0)", "The step of a duration must be above zero."
    )
    _minimum_positive = models.Constraint(
        "CHECK(duration_minimum >= 0)", "The minimum of a duration must not be negative."
    )
    _digits_range = models.Constraint(
        "CHECK(rounding_digits BETWEEN -20 AND 20)",
        "Quantities can be rounded to -20 to 20 decimals.",
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "duration_step": UNITS, "duration_minimum": UNITS}

    # === AGGREGATIONS === #

    @api.model
    def _aggregations(self):
        """All aggregations by name, in the order in which forms offer them.

        Another addon adds its own: ``return super()._aggregations() | {"x": Aggregation("x", …)}``,
        with texts that are translated already.
        """
        return AGGREGATIONS

    @api.model
    def _aggregation_choices(self):
        entries = self._aggregations().values()
        return [(entry.name, self.env._(entry.label)) for entry in entries]

    @api.model
    def _aggregations_that(self, attribute):
        """Names of the aggregations of whose entries an attribute holds: a list, for SQL."""
        entries = self._aggregations().values()
        return [entry.name for entry in entries if getattr(entry, attribute)]

    def _aggregation(self):
        """The entry of this metric's aggregation."""
        return self._aggregations()[self.aggregation]

    @api.depends("aggregation")
    def _compute_needs_property(self):
        for metric in self:
            metric.needs_property = metric.aggregation and metric._aggregation().needs_property

    # === CHECKS === #

    @api.constrains("aggregation", "property_name")
    def _check_property(self):
        for metric in self:
            if metric.needs_property and not metric.property_name:
                raise ValidationError(
                    self.env._(
                        "Metric %(metric)s counts different values: name the property whose "
                        "values they are.",
                        metric=metric.name,
                    )
                )

    @api.constrains("filter_json")
    def _check_filter(self):
        for metric in self.filtered("filter_json"):
            if not property_filter.is_valid(metric.filter_json):
                raise ValidationError(
                    self.env._(
                        "The filter of metric %(metric)s must name properties, each with a list "
                        'of the values that count, such as {"country": ["FR", "BE"]}.',
                        metric=metric.name,
                    )
                )

    @api.depends("filter_json")
    def _compute_filter_text(self):
        for metric in self:
            data = metric.filter_json
            # What is no filter is refused when it is saved; until then there is no text for it.
            readable = bool(data) and property_filter.is_valid(data)
            metric.filter_text = property_filter.to_text(data) if readable else False

    def _inverse_filter_text(self):
        for metric in self:
            metric.filter_json = metric._parsed_filter()

    @api.onchange("filter_text")
    def _onchange_filter_text(self):
        """A line that is no condition is said at once, not on saving only."""
        self._parsed_filter()

    def _parsed_filter(self):
        """The conditions of the text as data, or False.

        :raises ValidationError: naming the line that is no condition
        """
        try:
            return property_filter.parse(self.filter_text or "") or False
        except UsageError as error:
            messages = {
                "filter_line": self.env._(
                    "“%(line)s” is not a condition. Write a property, = or != and values, such as: "
                    "country = FR, BE"
                ),
                "filter_twice": self.env._(
                    "“%(name)s” stands in two conditions: write all its values in one."
                ),
            }
            raise ValidationError(messages[error.code] % error.values) from error

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_may_purge(vals.get("retention_months"))
        return super().create(vals_list)

    @api.depends_context("uid")
    def _compute_is_administrator(self):
        self.is_administrator = self.env.user.has_group("base.group_system")

    def _check_may_purge(self, changes):
        """Refuse all but administrators to say how long events are kept.

        :raises AccessError: in words
        """
        if changes and not self.env.su and not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only administrators say how long usage events are kept."))

    def write(self, vals):
        kept = {name: vals[name] for name in RETENTION if name in vals}
        self._check_may_purge(
            any(metric[name] != value for metric in self for name, value in kept.items())
        )
        self._refuse_change_of_used(vals)
        if vals.keys() & {"name", "unit"}:
            self._keep_told()
        measured = {name: vals[name] for name in MEASURED if name in vals}
        used = measured and self.env["cn285.usage.event"]._used_metrics(self)
        before = used and [[metric[name] for name in measured] for metric in used]
        result = super().write(vals)
        if used and before != [[metric[name] for name in measured] for metric in used]:
            raise UserError(
                self.env._(
                    "Metric %(metric)s has events already: how they are measured cannot change "
                    "any more. Archive it and make a new one.",
                    metric=used[0].name,
                )
            )
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        used = self.env["cn285.usage.event"]._used_metrics(self)
        if used:
            raise UserError(
                self.env._(
                    "Metric %(metric)s has events and cannot be deleted; archive it instead.",
                    metric=used[0].name,
                )
            )

    @api.depends("name", "unit")
    def _compute_display_name(self):
        for metric in self:
            name = metric.name or ""
            metric.display_name = f"{name} ({metric.unit})" if metric.unit else name
