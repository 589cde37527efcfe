from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import COUNT, PERCENT, PRICE, UNITS
from odoo.addons.cn285_contract.models.common import STATE_DOOR, as_decimal
from odoo.exceptions import ValidationError

from ...engine.allowance import Allowance, Rollover
from ...engine.errors import UsageError
from ...engine.formula import Formula
from ...engine.rating import NOTHING
from ...engine.tariff import Feed, Tariff
from ...engine.tiers import Tier
from .charge_model_table import CHARGE_MODELS
from .usage_calculator_part import KEPT, TOGETHER


class UsageCalculator(models.Model):
    """How a quantity of usage becomes an amount: the charge model and its figures.

    A calculator belongs to one usage item, or to an item of a template, from which contract items
    get their own copy. An item may have several, each with a metric of its own; a period's amount
    is their sum.
    """

    _name = "cn285.usage.calculator"
    _description = "Usage Calculator"
    _inherit = ["cn285.guarded", "cn285.bounded", "cn285.large.table"]
    _order = "item_id, template_item_id, sequence, id"
    _ordered_by_number = frozenset({"item_id", "template_item_id"})

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
    source_item_id = fields.Many2one(
        "cn285.contract.item",
        string="Triggered By",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('billing_type', '=', 'usage'), ('company_id', '=', company_id), "
        "('id', '!=', item_id)]",
        help="What this item of usage, of this or another contract, is rated with is the usage of "
        "this calculator.",
    )
    source_template_item_id = fields.Many2one(
        "cn285.contract.template.item",
        string="Triggered By (Template)",
        index="btree_not_null",
        ondelete="cascade",
        help="The item of the same template that triggers this one.",
    )
    source_calculator_id = fields.Many2one(
        "cn285.usage.calculator",
        string="Only Its Calculator",
        ondelete="set null",
        domain="[('item_id', '=', source_item_id)]",
        help="Left empty, all calculators of the triggering item count.",
    )
    source_measure = fields.Selection(
        [("quantity", "Quantity"), ("amount", "Amount")],
        string="What Counts",
        default="quantity",
        required=True,
        help="The rated quantity of the triggering item, or its amount without taxes, in the "
        "periods that end within the period of this item.",
    )
    is_payout = fields.Boolean(
        string="Owed to the Customer",
        help="For a third party that is paid, such as by a royalty: the amount is a credit in its "
        "contract, and its invoice a credit note. Otherwise it is charged.",
    )
    payout_document = fields.Selection(
        [
            ("credit", "A Credit Note for the Customer"),
            ("purchase", "A Purchase: We Invoice Ourselves"),
        ],
        string="Paid by",
        default="credit",
        required=True,
        help="A customer that gets money back gets a credit note. A third party that sells us "
        "something, such as a right, makes a sale: with its mandate we make out its invoice to us, "
        "in the purchase journal, with deductible tax.",
    )
    template_id = fields.Many2one(related="template_item_id.template_id")
    target_contract_id = fields.Many2one(
        related="item_id.contract_id", string="Contract Triggered", store=False
    )
    charge_model = fields.Selection(
        "_charge_model_choices",
        required=True,
        default=next(iter(CHARGE_MODELS)),
    )
    # What forms go by, instead of the names of charge models.
    read_figures = fields.Json(compute="_compute_read_figures")
    feed = fields.Char(compute="_compute_read_figures")
    tiers_in_percent = fields.Boolean(compute="_compute_read_figures")
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
    allowance_scope = fields.Selection(
        [
            ("own", "This Item Alone"),
            ("contract", "Items of the Contract Together"),
            ("pool", "A Pool over Contracts"),
        ],
        string="Included For",
        default="own",
        required=True,
        help="Who may use the included units. Together: what one item does not use, another of "
        "the contract (or of the pool) may use.",
    )
    pool_id = fields.Many2one(
        "cn285.usage.pool", ondelete="restrict", index="btree_not_null", check_company=True
    )
    change_method = fields.Selection(
        [
            ("split", "By the Day of Use, Tiers Go On"),
            ("windows", "Each Part by Itself"),
            ("days", "By Share of the Days"),
        ],
        string="Change within a Period",
        default="split",
        required=True,
        help="How terms that change in the middle of a period count. By the day of use: what was "
        "used before is rated by the old terms, the rest by the new ones; tiers and included units "
        "go on. Each part by itself: as two periods, each with its share of included units and "
        "bounds, and tiers that begin anew. By share of the days: usage counts as spread evenly "
        "over the days, also for discounts.",
    )
    minimum_amount = fields.Float(string="Minimum of a Period", digits=(16, 6))
    maximum_amount = fields.Float(string="Maximum of a Period", digits=(16, 6))
    zero_usage_owes_flat = fields.Boolean(
        default=True, help="Whether zero usage still owes the first tier's flat fee."
    )
    smartcode_id = fields.Many2one(
        "cn285.smartcode", string="SmartCode", ondelete="restrict", index="btree_not_null"
    )
    metric_ids = fields.Many2many(
        "cn285.usage.metric",
        "cn285_usage_calculator_metric_rel",
        string="Metrics It Receives",
        help="SmartCode: the metrics of which the macro gets the quantities. Empty: all.",
    )

    _list_idx = models.Index("(item_id, template_item_id, sequence, id)")
    _one_owner = models.Constraint(
        "CHECK((item_id IS NULL) != (template_item_id IS NULL))",
        "A calculator belongs to one contract item or to one template item.",
    )

    @api.model
    def _bounds(self):
        prices = ("price_unit", "overage_price", "fixed_amount", "event_minimum", "event_maximum")
        prices = (*prices, "minimum_amount", "maximum_amount")
        units = ("package_size", "free_units", "allowance_units")
        return {
            **super()._bounds(),
            **dict.fromkeys(prices, PRICE),
            **dict.fromkeys(units, UNITS),
            "percent": PERCENT,
            "free_events": COUNT,
        }

    @api.model_create_multi
    def create(self, vals_list):
        asked = [self._asked_from(vals) for vals in vals_list]
        # A copy for another contract joins the pool of that one.
        vals_list = [
            {**vals, "pool_id": False} if vals.get("allowance_scope") != "pool" else vals
            for _day, _correct, vals in asked
        ]
        whole = self.with_context(**{TOGETHER: STATE_DOOR, KEPT: STATE_DOOR})
        calculators = super(UsageCalculator, whole).create(vals_list).with_env(self.env)
        calculators.with_context(**{KEPT: STATE_DOOR})._join_contract_pools()
        calculators.filtered("smartcode_id")._check_smartcode_right()
        calculators._keep_beginnings(asked)
        return calculators

    def write(self, vals):
        """Another charge model begins without the figures of the one before, as in a form."""
        day, correct, vals = self._asked_from(vals)
        before = self._terms_before(day)
        smartcodes = {calculator: calculator.smartcode_id for calculator in self}
        vals = {**self._unread_figures(vals), **vals}
        inside = {TOGETHER: STATE_DOOR, KEPT: STATE_DOOR}
        result = super(UsageCalculator, self.with_context(**inside)).write(vals)
        if {"allowance_scope", "metric_id", "item_id"} & vals.keys():
            self.with_context(**{KEPT: STATE_DOOR})._join_contract_pools()
        self._keep_history(before, day, correct)
        chosen = self.filtered(
            lambda calculator: (
                calculator.smartcode_id and calculator.smartcode_id != smartcodes[calculator]
            )
        )
        chosen._check_smartcode_right()
        return result

    @api.depends("charge_model")
    def _compute_read_figures(self):
        models = self._charge_models()
        for calculator in self:
            entry = models.get(calculator.charge_model)
            calculator.read_figures = list(entry.figures) if entry else []
            calculator.feed = entry and entry.feed.value
            calculator.tiers_in_percent = bool(entry) and entry.tiers_in_percent

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
                calculator._tariff().bound(NOTHING)
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
            if field.store and not field.related and name not in ("own_name", "sequence", "id")
        ]

    def _inputs(self):
        """What the quantity may come from; one of them is given."""
        self.ensure_one()
        if self._feed() is Feed.inputs:
            # A program is given what it needs: see :meth:`_metrics_by_calculator`.
            return [True]
        return [
            self.metric_id,
            self.formula,
            self.source_item_id or self.source_template_item_id,
        ]

    def _place(self):
        """Where a calculator is found: its contract, or its template."""
        self.ensure_one()
        owner = self.item_id.contract_id or self.template_item_id.template_id
        return owner.display_name

    # === CHARGE MODEL === #

    @api.model
    def _charge_models(self):
        """The charge models by name: ``charge_model.ChargeModelEntry``. Addons add their own."""
        return CHARGE_MODELS

    @api.model
    def _charge_model_choices(self):
        return [(entry.name, self.env._(entry.label)) for entry in self._charge_models().values()]

    def _entry(self):
        """What there is to know of its charge model."""
        self.ensure_one()
        return self._charge_models()[self.charge_model]

    def _charge_model_label(self):
        """What clerks call its charge model."""
        labels = dict(self._fields["charge_model"]._description_selection(self.env))
        return labels.get(self.charge_model, "")

    def _feed(self):
        """What its charge model is fed with."""
        return self._entry().feed

    def _rates_a_quantity(self):
        """Whether the charge model is fed with a quantity, rather than single events or values."""
        return self._feed() is Feed.quantity

    # === ENGINE === #

    def _tariff(self):
        """The calculator's figures, as the engine rates with them.

        :raises UsageError: when the figures make no model
        """
        self.ensure_one()
        entry = self._entry()
        return Tariff(
            model=entry.make(self),
            feed=entry.feed,
            allowance=self._allowance(),
            minimum=self._optional("minimum_amount"),
            maximum=self._optional("maximum_amount"),
        )

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

    def _allowance(self):
        """The included units of a period; None where there are none."""
        self.ensure_one()
        if not self.allowance_units:
            return None
        return Allowance(as_decimal(self.allowance_units), Rollover(self.rollover))

    def _formula(self):
        self.ensure_one()
        return Formula(self.formula) if self.formula else None
