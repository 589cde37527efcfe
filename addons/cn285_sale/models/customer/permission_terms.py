from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import QUANTITY, Bound
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import ValidationError

DAY_OF_MONTH = Bound(0, 31)
DAYS = Bound(0, 3650)
TIMES = Bound(0, 1000)


class PermissionTerms(models.AbstractModel):
    """A kind of change that customers may make themselves, and within which limits.

    Shared by templates, whose new contracts take it over, and contracts.
    """

    _name = "cn285.permission.terms"
    _description = "What Customers May Change Themselves"
    _inherit = ["cn285.guarded"]

    sequence = fields.Integer(default=10)
    kind = fields.Selection(selection="_kind_selection", string="Customers May", required=True)
    product_id = fields.Many2one(
        "product.product",
        string="Only of",
        ondelete="cascade",
        help="Left empty: of all services of the contract.",
    )
    quantity_min = fields.Float(
        string="At Least", default=1.0, digits=(16, 6), help="The least quantity."
    )
    quantity_max = fields.Float(
        string="At Most", digits=(16, 6), help="The greatest quantity. 0: no limit."
    )
    quantity_step = fields.Float(
        string="In Steps of",
        default=1.0,
        digits=(16, 6),
        help="Counted from the least quantity. 0: any quantity.",
    )
    day_from = fields.Integer(
        string="From Day", default=1, help="First day of the month that customers may choose."
    )
    day_to = fields.Integer(
        string="To Day", default=28, help="Last day of the month that customers may choose."
    )
    offered_ids = fields.Many2many(
        "cn285.contract.template.item",
        string="Offered Services",
        help="Items of contract templates that customers may add, at the terms they have there.",
    )
    notice_days = fields.Integer(
        string="Days Ahead",
        help="A change takes effect so many days after it was asked for, at the earliest. The "
        "rules of changes of the template count besides.",
    )
    times_a_year = fields.Integer(
        string="Times a Year",
        help="How often customers may do so within twelve months, on each item. 0: no limit.",
    )
    invoiced_at_once = fields.Boolean(
        help="What a change comes to is invoiced as soon as it takes effect, and the customer is "
        "led to its payment; else it goes with the next invoice.",
    )
    uses_quantity = fields.Boolean(compute="_compute_uses")
    uses_days = fields.Boolean(compute="_compute_uses")
    uses_offers = fields.Boolean(compute="_compute_uses")
    uses_product = fields.Boolean(compute="_compute_uses")

    @api.model
    def _kind_selection(self):
        kinds = self.env["cn285.contract"]._customer_kinds()
        return [
            (name, self.env._(kind.label)) for name, kind in kinds.items() if kind.needs_permission
        ]

    @api.depends("kind")
    def _compute_uses(self):
        """Which limits count for the kind: screens show these alone."""
        kinds = self.env["cn285.contract"]._customer_kinds()
        for row in self:
            kind = kinds.get(row.kind)
            limits = kind.limits if kind else frozenset()
            row.uses_quantity = "quantity_min" in limits
            row.uses_days = "day_from" in limits
            row.uses_offers = "offered_ids" in limits
            row.uses_product = bool(kind) and kind.on == "item"

    @api.model
    def _bounds(self):
        return {
            **super()._bounds(),
            "quantity_min": QUANTITY,
            "quantity_max": QUANTITY,
            "quantity_step": QUANTITY,
            "day_from": DAY_OF_MONTH,
            "day_to": DAY_OF_MONTH,
            "notice_days": DAYS,
            "times_a_year": TIMES,
        }

    @api.constrains("quantity_min", "quantity_max", "quantity_step", "day_from", "day_to")
    def _check_limits(self):
        for row in self:
            reason = row._limits_error()
            if reason:
                label = dict(self._kind_selection()).get(row.kind, row.kind)
                raise ValidationError(
                    self.env._("%(kind)s, limits: %(reason)s", kind=label, reason=reason)
                )

    def _limits_error(self):
        self.ensure_one()
        if min(self.quantity_min, self.quantity_max, self.quantity_step) < 0:
            return self.env._("quantities and steps are not negative.")
        if self.quantity_max and self.quantity_max < self.quantity_min:
            return self.env._("the greatest quantity is less than the least.")
        if not 1 <= self.day_from <= self.day_to <= 31:
            return self.env._("days of the month are from 1 to 31, the first before the last.")
        return None

    @api.model
    def _taken_over(self):
        """Names of the fields that a contract takes over from its template."""
        return [
            "sequence",
            "kind",
            "product_id",
            "quantity_min",
            "quantity_max",
            "quantity_step",
            "day_from",
            "day_to",
            "offered_ids",
            "notice_days",
            "times_a_year",
            "invoiced_at_once",
        ]

    def _prepare_permission_vals(self):
        """Values of a contract's row that is made from this one."""
        self.ensure_one()
        vals = {}
        for name in self._taken_over():
            value = self[name]
            if self._fields[name].type == "many2many":
                vals[name] = [fields.Command.set(value.ids)]
            else:
                vals[name] = value.id if isinstance(value, models.BaseModel) else value
        return vals

    # === LIMITS === #

    def _quantity_limits(self):
        """The least, the most (None: no limit) and the step (0: any), as decimals."""
        self.ensure_one()
        least, most, step = (
            as_decimal(self[name]) for name in ("quantity_min", "quantity_max", "quantity_step")
        )
        return least, most or None, step or Decimal(0)

    def _days_of_month(self):
        """The first and the last day of the month that may be chosen."""
        self.ensure_one()
        return self.day_from, self.day_to
