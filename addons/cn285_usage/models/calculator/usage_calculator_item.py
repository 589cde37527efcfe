"""What a calculator must have in keeping with its item, and why it stays there."""

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date


class UsageCalculator(models.Model):
    _inherit = "cn285.usage.calculator"

    @api.constrains("item_id", "template_item_id")
    def _check_item_bills(self):
        self.item_id._check_calculators_bill()
        self.template_item_id._check_calculators_bill()

    @api.constrains("charge_model", "item_id", "template_item_id")
    def _check_rated_together(self):
        for calculator in self:
            item = calculator.item_id or calculator.template_item_id
            if item.usage_rated_by == "both" and not calculator._rates_a_quantity():
                raise ValidationError(
                    self.env._(
                        "Calculator “%(calculator)s”: what beneficiaries use beyond their own "
                        "allowance can be added up only where a quantity is rated, not with the "
                        "charge model “%(model)s”.",
                        calculator=calculator.name,
                        model=calculator._charge_model_label(),
                    )
                )

    @api.constrains(
        "allowance_units",
        "minimum_amount",
        "maximum_amount",
        "metric_id",
        "item_id",
        "template_item_id",
    )
    def _check_delivery(self):
        """What belongs to a period cannot be billed by deliveries."""
        for calculator in self:
            item = calculator.item_id or calculator.template_item_id
            if item.billing_type != "usage" or item.usage_billing != "delivery":
                continue
            of_period = (
                calculator.allowance_units or calculator.minimum_amount or calculator.maximum_amount
            )
            metric = calculator.metric_id
            if of_period or (metric and metric._aggregation().over_time):
                raise ValidationError(
                    self.env._(
                        "Item “%(item)s” is billed on delivery: each delivery is rated by itself, "
                        "so calculator “%(calculator)s” can have neither an allowance nor a "
                        "minimum or maximum of a period, nor a value weighted by time.",
                        item=item.name,
                        calculator=calculator.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_without_ratings(self):
        """Ratings of what is not invoiced yet go with their calculator; what was billed stays."""
        # sudo: that something was rated is true for whoever asks.
        ratings = self.env["cn285.usage.rating"].sudo().search([("calculator_id", "in", self.ids)])
        rows = ratings.schedule_id
        waiting = rows.filtered(lambda row: row.kind == "usage" and row.state == "planned")
        kept = ratings.filtered(lambda rating: rating.schedule_id not in waiting)
        if kept:
            first, last = min(kept.mapped("period_start")), max(rows.mapped("period_end"))
            calculator = kept[0].calculator_id
            raise UserError(
                self.env._(
                    "Calculator “%(calculator)s” of item “%(item)s” (%(contract)s) has rated usage "
                    "from %(first)s to %(last)s, which is kept with what was billed, so it cannot "
                    "be deleted. Change its prices, or give the item an end date and add another.",
                    calculator=calculator.name,
                    item=calculator.item_id.name,
                    contract=calculator.item_id.contract_id.name,
                    first=format_date(self.env, first),
                    last=format_date(self.env, last),
                )
            )
        waiting._unrate()
