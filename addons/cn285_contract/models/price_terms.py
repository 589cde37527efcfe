from odoo import api, fields, models

from .bounds import PERCENT, PRICE, QUANTITY


class PriceTerms(models.AbstractModel):
    """What a period costs and how long it is: the terms that change in an item's life.

    Shared by items, template items, and the versions of an item's terms.
    """

    _name = "cn285.price.terms"
    _description = "Price Terms"
    _inherit = ["cn285.period.terms"]

    quantity = fields.Float(
        default=1.0,
        required=True,
        digits=(16, 6),
        help="Units billed in each period.",
    )
    price_source = fields.Selection(
        [("pricelist", "Pricelist"), ("manual", "Own Price")],
        string="Price From",
        default="pricelist",
        required=True,
        help="Where the unit price comes from: the contract's pricelist (or the product's sales "
        "price) on the first day of each period, or the price given here.",
    )
    price_unit = fields.Float(
        string="Unit Price",
        digits=(16, 6),
        help="Price of one unit for one full period, in the contract's currency. "
        "Left empty, the pricelist decides.",
    )
    discount = fields.Float(
        string="Discount (%)",
        digits=(16, 4),
        help="Percentage off the price for the whole life of the item.",
    )

    @api.model
    def _bounds(self):
        return {
            **super()._bounds(),
            "quantity": QUANTITY,
            "price_unit": PRICE,
            "discount": PERCENT,
        }

    @api.model
    def _price_terms_fields(self):
        """Names of the fields of these terms."""
        return [
            "quantity",
            "price_source",
            "price_unit",
            "discount",
            *self._period_fields(),
        ]
