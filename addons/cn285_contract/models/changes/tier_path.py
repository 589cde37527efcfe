from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..bounds import COUNT


class TierPath(models.Model):
    """From which product customers may go to which, and what kind of step that is."""

    _name = "cn285.tier.path"
    _description = "Tier Path"
    _inherit = ["cn285.guarded"]
    _order = "product_from_id, kind, sequence, id"
    _check_company_auto = True

    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", help="Left empty, it holds in all companies.")
    product_from_id = fields.Many2one(
        "product.product", string="From Product", required=True, index=True, check_company=True
    )
    product_to_id = fields.Many2one(
        "product.product", string="To Product", required=True, index=True, check_company=True
    )
    kind = fields.Selection(
        [("upsell", "Upgrade"), ("downsell", "Downgrade"), ("cross_sell", "Sold Beside")],
        required=True,
        default="upsell",
    )

    _path_uniq = models.Constraint(
        "unique(product_from_id, product_to_id, kind, company_id)", "This path exists already."
    )

    @api.constrains("product_from_id", "product_to_id")
    def _check_products(self):
        for path in self:
            if path.product_from_id == path.product_to_id:
                raise ValidationError(
                    self.env._(
                        "A tier path leads from one product to another, not from %s to itself.",
                        path.product_from_id.display_name,
                    )
                )

    @api.depends("product_from_id", "product_to_id")
    def _compute_display_name(self):
        for path in self:
            start, end = path.product_from_id.display_name, path.product_to_id.display_name
            path.display_name = f"{start} → {end}"

    @api.model
    def _leads(self, company, product_from, product_to, kind):
        """Whether a path of that kind leads from one product to the other."""
        return product_to in self._reached(company, product_from, kind)

    @api.model
    def _reached(self, company, product_from, kind):
        """The products to which paths of that kind lead from a product, in the paths' order."""
        paths = self.search(
            [
                ("product_from_id", "=", product_from.id),
                ("kind", "=", kind),
                ("company_id", "in", (company.id, False)),
            ]
        )
        return paths.product_to_id


class ProductTemplate(models.Model):
    _inherit = "product.template"

    cn285_requires_ids = fields.Many2many(
        "product.template",
        "cn285_product_requires_rel",
        "product_id",
        "required_id",
        string="Requires",
        help="Products of which the contract must have one each for this one to be sold with it.",
    )
    cn285_excludes_ids = fields.Many2many(
        "product.template",
        "cn285_product_excludes_rel",
        "product_id",
        "excluded_id",
        string="Excludes",
        help="Products that cannot be on the same contract.",
    )


class PartnerCategory(models.Model):
    _name = "res.partner.category"
    _inherit = ["res.partner.category", "cn285.bounded.values"]

    cn285_max_items = fields.Integer(
        string="Contract Items at Most",
        help="How many running contract items a customer with this tag may have. 0: no limit.",
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "cn285_max_items": COUNT}
