from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import PRICE
from odoo.exceptions import ValidationError


class Cost(models.Model):
    """What a product costs us: for each unit, each period, or by a calculator over its usage.

    Never billed, and never shown to customers. Several of one product add up.
    """

    _name = "cn285.cost"
    _description = "Cost of a Product"
    _inherit = ["cn285.guarded"]
    _order = "product_id, date_from, id"
    _rec_name = "product_id"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade", index=True)
    kind = fields.Selection(
        [
            ("unit", "For Each Unit"),
            ("period", "For Each Period"),
            ("calculator", "By a Calculator"),
        ],
        string="Counted",
        required=True,
        default="unit",
    )
    amount = fields.Float(
        string="Cost", digits=(16, 10), help="In the company's currency, without taxes."
    )
    calculator_id = fields.Many2one(
        "cn285.usage.calculator",
        string="Cost Calculator",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('template_item_id', '!=', False), ('company_id', 'in', (company_id, False))]",
        help="A calculator of a template that nobody is billed by: what it makes of the usage, in "
        "the company's currency, is what the usage costs us.",
    )
    date_from = fields.Date(
        string="Periods From", help="First day on which a period may begin. Left empty: any."
    )
    date_to = fields.Date(
        string="To", help="Last day on which a period may begin. Left empty: any."
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "amount": PRICE}

    @api.constrains("kind", "calculator_id", "company_id")
    def _check_calculator(self):
        for cost in self:
            calculator = cost.calculator_id
            if cost.kind == "calculator" and not calculator:
                raise ValidationError(self.env._("Choose the calculator that says the cost."))
            if calculator and not calculator.template_item_id:
                raise ValidationError(
                    self.env._("Costs are by a calculator of a template: it bills nobody.")
                )
            if calculator.company_id and calculator.company_id != cost.company_id:
                raise ValidationError(
                    self.env._(
                        "%(record)s belongs to another company than the cost.",
                        record=calculator.display_name,
                    )
                )

    @api.constrains("date_from", "date_to")
    def _check_days(self):
        for cost in self:
            if cost.date_from and cost.date_to and cost.date_to < cost.date_from:
                raise ValidationError(self.env._("The last day lies before the first."))

    def _holds(self, row):
        """Whether it is a cost of what a billed row stands for."""
        self.ensure_one()
        day = row.period_start
        return (
            self.product_id == row.product_id
            and (not self.date_from or self.date_from <= day)
            and (not self.date_to or day <= self.date_to)
            and (self.kind != "calculator" or row.kind in ("usage", "usage_delivery"))
        )
