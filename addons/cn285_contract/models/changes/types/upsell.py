from odoo.tools import LazyTranslate

from ...common import PLANNED_STATES
from .base import ChangeType
from .item_values import NEW_PRODUCT

_lt = LazyTranslate(__name__)


class Upsell(ChangeType):
    """The item ends the day before; another one, of a better product, goes on in its rhythm."""

    name = "upsell"
    label = _lt("Upgrade")
    group = "offer"
    by_path = True
    on = "item"
    values = NEW_PRODUCT
    nature = "upgrade"
    for_customers = True

    def check(self, change):
        """A tier path leads to the product, and it fits the contract's other products."""
        change._check_in_service()
        product = change._parsed()["product_id"]
        change._check_goes_on()
        change._check_path(product)
        change._check_quantity_given()
        change._check_new_product(product, without=change.item_id)
        change._check_not_required(change.item_id, coming=product)

    def obsolete_reason(self, change):
        """The item has gone over to that product before."""
        reason, item = super().obsolete_reason(change), change.item_id
        if reason or item.product_id != change._parsed()["product_id"]:
            return reason
        return change.env._("item “%s” is of that product already.", item.name)

    def plans_given_up(self, change):
        """Prices that were planned for the old product: they are none of the new one's."""
        return change.item_id.change_ids.filtered(
            lambda other: (
                other.type == "price"
                and other.state in PLANNED_STATES
                and other.date_effective >= change.date_effective
            )
        )

    def apply(self, changes):
        for change in changes:
            values = change._parsed()
            product = values["product_id"]
            vals = {"product_id": product.id, "name": values.get("name") or product.display_name}
            for name in ("quantity", "discount"):
                if values.get(name) is not None:
                    vals[name] = values[name]
            price = values.get("price_unit")
            vals["price_source"] = "pricelist" if price is None else "manual"
            vals["price_unit"] = price or 0.0
            successor = change.item_id._succeed(change, vals)
            change._write_inside({"result_item_id": successor.id})
        changes._settle_successions()
