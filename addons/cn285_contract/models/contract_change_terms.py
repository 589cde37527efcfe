from odoo import api, fields, models

from .change_type import ChangeType, Value


class ContractChange(models.Model):
    """Changes of an item's price terms: quantity and price."""

    _inherit = "cn285.contract.change"

    type = fields.Selection(
        selection_add=[("quantity", "Quantity"), ("price", "Price")],
        ondelete={"quantity": "cascade", "price": "cascade"},
    )

    @api.model
    def _change_types(self):
        return {
            **super()._change_types(),
            "quantity": ChangeType(on="item", values={"quantity": Value("number", required=True)}),
            "price": ChangeType(
                on="item", values={"price_unit": Value("number"), "discount": Value("number")}
            ),
        }

    # === QUANTITY === #

    def _check_quantity(self):
        self._check_in_service()
        if self._parsed()["quantity"] < 0:
            raise self._refusal(self.env._("a quantity cannot be negative."))

    def _apply_quantity(self):
        """From the day on the item counts so many units."""
        self._change_terms(
            [change._terms_change({"quantity": change._parsed()["quantity"]}) for change in self]
        )

    # === PRICE === #

    def _check_price(self):
        """A price, a discount, or both; a price that is empty leaves it to the pricelist."""
        self._check_in_service()
        values = self._parsed()
        if not values:
            raise self._refusal(self.env._("give a unit price or a discount."))
        discount = values.get("discount") or 0.0
        if not 0 <= discount <= 100:
            raise self._refusal(
                self.env._("the discount must be between 0 and 100 %%, not %s.", discount)
            )

    def _apply_price(self):
        """From the day on a unit costs so much, or what the pricelist says."""
        self._change_terms([change._terms_change(change._price_patch()) for change in self])

    def _price_patch(self):
        self.ensure_one()
        values, patch = self._parsed(), {}
        if "price_unit" in values:
            price = values["price_unit"]
            patch["price_source"] = "pricelist" if price is None else "manual"
            patch["price_unit"] = price or 0.0
        if "discount" in values:
            patch["discount"] = values["discount"] or 0.0
        return patch
