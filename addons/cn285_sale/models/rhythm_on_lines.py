"""What lines of quotations, and of templates of quotations, have in common: a rhythm."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

RECURRING = ("fixed", "usage", "none")


class RhythmOnLines(models.AbstractModel):
    """A line that sells a service in a rhythm: its own, or that of an item of a template."""

    _name = "cn285.rhythm.on.lines"
    _description = "Rhythm of Lines"
    _inherit = ["cn285.rhythm.terms"]

    # What nothing is said of is sold once.
    billing_type = fields.Selection(default="one_shot")
    cn285_template_item_id = fields.Many2one(
        "cn285.contract.template.item",
        string="Terms From",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        domain="[('product_id', '=', product_id)]",
        help="The item of a contract template that brings rhythm, discounts and calculators.",
    )

    @api.onchange("product_id")
    def _onchange_cn285_product(self):
        for line in self.filtered(lambda line: not line._cn285_has_own_rhythm()):
            line.update(line._cn285_values_of(line._cn285_usual_item(line.product_id)))

    def _cn285_has_own_rhythm(self):
        """Hook: whether the line goes on in a rhythm that another product does not change."""
        return False

    @api.onchange("cn285_template_item_id")
    def _onchange_cn285_template_item(self):
        for line in self.filtered("cn285_template_item_id"):
            line.update(line._cn285_values_of(line.cn285_template_item_id))

    @api.model
    def _cn285_usual_item(self, product):
        """The terms by which a product, a variant, is sold where nothing else is said."""
        item = product.cn285_template_item_id
        return item if item.product_id == product else item.browse()

    @api.model
    def _cn285_values_of(self, item):
        """Values of a line that is sold by the terms of an item of a template."""
        if not item:
            return {"cn285_template_item_id": False, "billing_type": "one_shot"}
        terms = {name: item[name] for name in self._rhythm_fields()}
        return {"cn285_template_item_id": item.id, **terms}

    @api.model
    def _cn285_filled(self, vals):
        """Values of a new line, with the terms that follow from its product or its item.

        What is given stays.
        """
        items = self.env["cn285.contract.template.item"]
        if "cn285_template_item_id" in vals:
            item = items.browse(vals["cn285_template_item_id"] or [])
        elif "billing_type" in vals:
            return vals
        else:
            product = self.env["product.product"].browse(vals.get("product_id") or [])
            item = self._cn285_usual_item(product)
        return {**self._cn285_values_of(item), **vals} if item else vals

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._cn285_filled(vals) for vals in vals_list])

    @api.constrains("recurring_interval", "billing_day", "trial_days", "period_count")
    def _check_cn285_rhythm(self):
        for line in self:
            reason = line._rhythm_error()
            if reason:
                raise ValidationError(
                    self.env._("Line “%(line)s”: %(reason)s", line=line.name, reason=reason)
                )

    @api.constrains("start_condition")
    def _check_cn285_start(self):
        for line in self.filtered(lambda line: line.start_condition == "date"):
            raise ValidationError(
                self.env._(
                    "Line “%s”: what is sold starts with the contract, or when it is activated.",
                    line.name,
                )
            )
