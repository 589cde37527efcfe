from odoo import fields, models


class ProductTemplate(models.Model):
    """By what terms a product is sold where nothing else is said."""

    _inherit = "product.template"

    cn285_template_item_id = fields.Many2one(
        "cn285.contract.template.item",
        string="Default Terms",
        ondelete="set null",
        domain="[('product_id.product_tmpl_id', '=', id)]",
        help="An item of a contract template: lines of quotations with this product are billed in "
        "its rhythm, with its discounts and calculators. Left empty, it is billed once.",
    )
