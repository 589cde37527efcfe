from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import ValidationError

from ...engine.allowance import Allowance, Rollover
from ...engine.bounds import apply_bounds
from ...engine.charge_models import (
    Graduated,
    GraduatedPercentage,
    Matrix,
    Package,
    PerUnit,
    Stairstep,
    Volume,
)
from ...engine.errors import UsageError
from ...engine.formula import Formula
from ...engine.percentage import Percentage
from ...engine.rating import NOTHING
from ...engine.tiers import Tier

CHARGE_MODELS = [
    ("per_unit", "Per Unit"),
    ("graduated", "Graduated Tiers"),
    ("volume", "Volume"),
    ("stairstep", "Stairstep"),
    ("package", "Package"),
    ("percentage", "Percentage"),
    ("graduated_percentage", "Graduated Percentage"),
    ("matrix", "Price per Property Value"),
]
# Where a tier without a bound stands among the others.
OPEN_BOUND = 1e30
# Context of a calculator that is saved with its tiers: they are checked when all are there.
TOGETHER = "cn285_calculator_as_a_whole"
TIERED = ("graduated", "volume", "stairstep", "graduated_percentage")


class UsageCalculator(models.Model):
    """How a quantity of usage becomes an amount: the charge model and its figures.

    A calculator belongs to one usage item, or to an item of a template, from which contract items
    get their own copy. An item may have several, each with a metric of its own; a period's amount
    is their sum.
    """

    _name = "cn285.usage.calculator"
    _description = "Usage Calculator"
    _order = "item_id, template_item_id, sequence, id"

    name = fields.Char(
        compute="_compute_name", store=True, readonly=False, precompute=True, required=True
    )
    sequence = fields.Integer(default=10)
    item_id = fields.Many2one("cn285.contract.item", ondelete="cascade", index="btree_not_null")
    template_item_id = fields.Many2one(
        "cn285.contract.template.item", ondelete="cascade", index="btree_not_null"
    )
    company_id = fields.Many2one("res.company", compute="_compute_company_id", store=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    metric_id = fields.Many2one(
        "cn285.usage.metric",
        ondelete="restrict",
        help="What is counted. Left empty, the formula says how metrics make the quantity.",
    )
    formula = fields.Char(
        help="Quantity from several metrics by their codes, such as max(calls - 100, 0) + sms / 2."
    )
    charge_model = fields.Selection(CHARGE_MODELS, required=True, default="per_unit")
    price_unit = fields.Float(string="Unit Price", digits=(16, 10))
    tier_ids = fields.One2many("cn285.usage.tier", "calculator_id", string="Tiers", copy=True)
    value_ids = fields.One2many("cn285.usage.value", "calculator_id", string="Values", copy=True)
    property_name = fields.Char(help="Price per property value: the property that decides.")
    has_default_price = fields.Boolean(
        help="Price per property value: values without a price of their own cost the unit price."
    )
    overage_price = fields.Float(digits=(16, 10), help="Stairstep: each unit above the last band.")
    package_size = fields.Float(digits=(16, 6), default=1.0)
    percent = fields.Float(digits=(16, 6), help="Percentage: the rate, in percent.")
    fixed_amount = fields.Float(string="Fixed per Event", digits=(16, 10))
    event_minimum = fields.Float(string="Minimum per Event", digits=(16, 6))
    event_maximum = fields.Float(string="Maximum per Event", digits=(16, 6))
    free_units = fields.Float(digits=(16, 6))
    free_events = fields.Integer()
    allowance_units = fields.Float(
        string="Included Units", digits=(16, 6), help="Units free of charge in each period."
    )
    rollover = fields.Selection(
        [("no", "Lapses"), ("once", "Next Period"), ("always", "Kept")],
        string="Unused Allowance",
        default="no",
        required=True,
    )
    minimum_amount = fields.Float(string="Minimum of a Period", digits=(16, 6))
    maximum_amount = fields.Float(string="Maximum of a Period", digits=(16, 6))
    zero_usage_owes_flat = fields.Boolean(
        default=True, help="Whether zero usage still owes the first tier's flat fee."
    )

    _one_owner = models.Constraint(
        "CHECK((item_id IS NULL) != (template_item_id IS NULL))",
        "A calculator belongs to one contract item or to one template item.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        whole = self.with_context(**{TOGETHER: True})
        return super(UsageCalculator, whole).create(vals_list).with_env(self.env)

    def write(self, vals):
        return super(UsageCalculator, self.with_context(**{TOGETHER: True})).write(vals)

    @api.depends("metric_id", "formula", "charge_model")
    def _compute_name(self):
        labels = dict(self._fields["charge_model"]._description_selection(self.env))
        for calculator in self:
            subject = calculator.metric_id.name or calculator.formula
            label = labels.get(calculator.charge_model, "")
            calculator.name = f"{subject}: {label}" if subject else label

    @api.depends("item_id.company_id", "template_item_id.company_id")
    def _compute_company_id(self):
        for calculator in self:
            owner = calculator.item_id or calculator.template_item_id
            calculator.company_id = owner.company_id

    @api.depends("item_id", "template_item_id")
    def _compute_currency_id(self):
        for calculator in self:
            owner = calculator.item_id or calculator.template_item_id
            calculator.currency_id = owner.currency_id

    @api.constrains(lambda self: self._checked_fields())
    def _check_model(self):
        for calculator in self:
            if len(list(filter(None, calculator._inputs()))) != 1:
                raise ValidationError(
                    self.env._(
                        "Calculator “%s”: choose either a metric, a formula or another item.",
                        calculator.name,
                    )
                )
            company = calculator.item_id.company_id
            if company and calculator.metric_id.company_id not in (
                company,
                self.env["res.company"],
            ):
                raise ValidationError(
                    self.env._(
                        "Calculator “%(name)s”: metric %(metric)s belongs to another company than "
                        "its item.",
                        name=calculator.name,
                        metric=calculator.metric_id.code,
                    )
                )
            try:
                calculator._terms().bound(NOTHING)
                calculator._formula()
            except UsageError as error:
                raise ValidationError(
                    self.env._(
                        "Calculator “%(name)s”: %(reason)s",
                        name=calculator.name,
                        reason=calculator._reason(error),
                    )
                ) from error

    def _checked_fields(self):
        return [
            name
            for name, field in self._fields.items()
            if field.store and not field.related and name not in ("name", "sequence", "id")
        ]

    def _inputs(self):
        """What the quantity may come from; one of them is given."""
        self.ensure_one()
        return [self.metric_id, self.formula]

    # === ENGINE === #

    def _charge_model(self):
        """The engine's charge model with this calculator's figures.

        :raises UsageError: when the figures make no model
        """
        self.ensure_one()
        makers = {
            "per_unit": lambda: PerUnit(as_decimal(self.price_unit)),
            "graduated": lambda: Graduated(self._tiers(), self.zero_usage_owes_flat),
            "volume": lambda: Volume(self._tiers(), self.zero_usage_owes_flat),
            "stairstep": lambda: Stairstep(
                self._tiers(), self._optional("overage_price"), self.zero_usage_owes_flat
            ),
            "package": lambda: Package(
                as_decimal(self.package_size),
                as_decimal(self.price_unit),
                as_decimal(self.free_units),
            ),
            "percentage": self._percentage,
            "graduated_percentage": lambda: GraduatedPercentage(
                self._tiers(), self.zero_usage_owes_flat
            ),
            "matrix": lambda: Matrix(
                {value.value: as_decimal(value.price_unit) for value in self.value_ids},
                as_decimal(self.price_unit) if self.has_default_price else None,
            ),
        }
        return makers[self.charge_model]()

    def _optional(self, name):
        """The figure, or None where 0 stands for "none"."""
        return as_decimal(self[name]) if self[name] else None

    def _tiers(self):
        return tuple(
            Tier(
                up_to=as_decimal(tier.up_to) if tier.up_to else None,
                unit_price=as_decimal(tier.price_unit),
                flat=as_decimal(tier.flat),
            )
            for tier in self.tier_ids.sorted(lambda tier: tier.up_to or float("inf"))
        )

    def _percentage(self):
        return Percentage(
            percent=as_decimal(self.percent),
            fixed=as_decimal(self.fixed_amount),
            minimum=self._optional("event_minimum"),
            maximum=self._optional("event_maximum"),
            free_events=self.free_events or None,
            free_units=self._optional("free_units"),
        )

    def _allowance(self):
        """The included units of a period; None where there are none."""
        self.ensure_one()
        if not self.allowance_units:
            return None
        return Allowance(as_decimal(self.allowance_units), Rollover(self.rollover))

    def _formula(self):
        self.ensure_one()
        return Formula(self.formula) if self.formula else None

    def _bound(self, rating, share, rounding):
        """The rating within the period's minimum and maximum, prorated by ``share``."""
        self.ensure_one()
        return apply_bounds(
            rating,
            minimum=self._optional("minimum_amount"),
            maximum=self._optional("maximum_amount"),
            share=share,
            rounding=rounding,
        )


class UsageCalculatorPart(models.AbstractModel):
    """Prices of a calculator: they must make a model with the others, however they are changed."""

    _name = "cn285.usage.calculator.part"
    _description = "Part of a Usage Calculator"

    calculator_id = fields.Many2one(
        "cn285.usage.calculator", required=True, ondelete="cascade", index=True
    )

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts._check_calculators(parts.calculator_id)
        return parts

    def write(self, vals):
        before = self.calculator_id
        result = super().write(vals)
        self._check_calculators(before | self.calculator_id)
        return result

    def unlink(self):
        calculators = self.calculator_id
        result = super().unlink()
        self._check_calculators(calculators)
        return result

    def _check_calculators(self, calculators):
        """Refuse prices that make no model; a calculator that is saved as a whole checks itself."""
        if not self.env.context.get(TOGETHER):
            calculators.exists()._validate_fields(["tier_ids", "value_ids"])


class UsageTier(models.Model):
    """A tier of a calculator: what units up to a bound (inclusive) cost."""

    _name = "cn285.usage.tier"
    _inherit = "cn285.usage.calculator.part"
    _description = "Usage Tier"
    _order = "calculator_id, bound, id"

    up_to = fields.Float(digits=(16, 6), help="Last unit of the tier. 0: no bound.")
    bound = fields.Float(compute="_compute_bound", store=True, digits=0)
    price_unit = fields.Float(string="Unit Price", digits=(16, 10))
    flat = fields.Float(string="Flat Fee", digits=(16, 6), help="Owed on reaching the tier.")

    @api.depends("up_to")
    def _compute_bound(self):
        """What tiers are sorted by: the one without a bound is the last."""
        for tier in self:
            tier.bound = tier.up_to or OPEN_BOUND


class UsageValue(models.Model):
    """What a unit costs for one value of the property."""

    _name = "cn285.usage.value"
    _inherit = "cn285.usage.calculator.part"
    _description = "Price per Property Value"
    _order = "calculator_id, id"

    value = fields.Char(required=True)
    price_unit = fields.Float(string="Unit Price", digits=(16, 10))

    _value_once = models.Constraint(
        "unique(calculator_id, value)", "A value has one price in a calculator."
    )
