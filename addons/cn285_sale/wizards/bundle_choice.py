"""The dialog in which a seller chooses the components of a bundle."""

from odoo import api, fields, models
from odoo.fields import Command


class BundleChoice(models.TransientModel):
    _name = "cn285.bundle.choice"
    _description = "Components of a Bundle"
    _inherit = ["cn285.links.read", "cn285.bounded"]

    order_line_id = fields.Many2one(
        "sale.order.line", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="order_line_id.currency_id")
    price = fields.Monetary(
        string="Price of One Bundle",
        compute="_compute_price",
        help="For one period, with all extra prices, before the discount.",
    )
    warning = fields.Char(string="Not Complete", compute="_compute_price")
    line_ids = fields.One2many("cn285.bundle.choice.line", "dialog_id")

    @api.model
    def _of(self, line):
        """The dialog of a bundle's line, filled with what may be and is chosen."""
        taken = line._cn285_taken()
        choices = line.product_id.product_tmpl_id._cn285_choices()
        return self.create(
            {
                "order_line_id": line.id,
                "line_ids": [
                    Command.create({"choice_id": choice.id, "count": taken.get(choice, 0)})
                    for choice in choices
                ],
            }
        )

    def _counts(self):
        # sudo: see product.template._cn285_choices
        return {line.choice_id._origin.sudo(): line.count for line in self.line_ids}

    @api.depends("line_ids.count")
    @api.depends_context("lang")
    def _compute_price(self):
        for dialog in self:
            line = dialog.order_line_id
            bundle, terms = line.product_id.product_tmpl_id, line._cn285_price_terms()
            terms.pop("pricelist")
            dialog.price = bundle._cn285_bundle_total(
                line.cn285_bundle_price, dialog._counts(), **terms
            )
            dialog.warning = bundle._cn285_bundle_problem(dialog._counts()) or False

    def action_choose(self):
        """Let the bundle consist of what is chosen."""
        self.ensure_one()
        self.order_line_id.order_id.check_access("write")
        self.order_line_id._cn285_take(self._counts())
        return {"type": "ir.actions.act_window_close"}


class BundleChoiceLine(models.TransientModel):
    _name = "cn285.bundle.choice.line"
    _description = "Choice of a Component"
    _inherit = ["cn285.links.read", "cn285.bounded"]
    _order = "id"

    dialog_id = fields.Many2one("cn285.bundle.choice", required=True, ondelete="cascade")
    choice_id = fields.Many2one("product.combo.item", string="Offer", required=True, readonly=True)
    slot_id = fields.Many2one(related="choice_id.combo_id", string="Choice")
    least = fields.Integer(related="slot_id.cn285_min", string="At Least")
    most = fields.Integer(related="slot_id.cn285_max", string="At Most")
    product_id = fields.Many2one(related="choice_id.product_id")
    currency_id = fields.Many2one(related="choice_id.currency_id")
    extra_price = fields.Float(related="choice_id.extra_price")
    no_billing = fields.Boolean(related="choice_id.cn285_no_billing")
    count = fields.Integer(string="Taken")
