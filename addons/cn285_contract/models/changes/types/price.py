from odoo.tools import LazyTranslate

from ..change_value import Value
from .base import ChangeType

_lt = LazyTranslate(__name__)


class Price(ChangeType):
    """From the day on a unit costs so much, or what the pricelist says."""

    name = "price"
    label = _lt("Price")
    group = "price"
    on = "item"
    values = {
        "price_unit": Value("number", blank_counts=True),
        "discount": Value("number", blank_counts=True),
    }

    def start_values(self, item):
        return {**super().start_values(item), "own_price": True}

    def check(self, change):
        """A price, a discount, or both; a price that is empty leaves it to the pricelist."""
        change._check_in_service()
        values = change._parsed()
        if not values:
            raise change._refusal(change.env._("give a unit price or a discount."))
        change._check_discount(values.get("discount") or 0.0)

    def apply(self, changes):
        changes._change_terms([change._terms_change(self._patch(change)) for change in changes])

    def _patch(self, change):
        values, patch = change._parsed(), {}
        if "price_unit" in values:
            price = values["price_unit"]
            patch["price_source"] = "pricelist" if price is None else "manual"
            patch["price_unit"] = price or 0.0
            patch["pricelist_id"] = change.contract_id.pricelist_id.id
        if "discount" in values:
            patch["discount"] = values["discount"] or 0.0
        return patch
