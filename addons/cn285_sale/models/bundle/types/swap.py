from odoo.addons.cn285_contract.models.changes.change_value import Value
from odoo.addons.cn285_contract.models.changes.types import ChangeType
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class SwapComponent(ChangeType):
    """Another product takes the place of a component, as often as that was taken."""

    name = "swap_component"
    label = _lt("Another Component")
    group = "offer"
    on = "item"
    values = {"product_id": Value("record", required=True, model="product.product")}
    for_customers = True

    def check(self, change):
        """The bundle offers the product, and keeps its rules with it in place of the other."""
        item, product = change.item_id, change._parsed()["product_id"]
        bundle = item.cn285_bundle_line_id
        if not bundle:
            raise change._refusal(change.env._("“%s” is not a part of a bundle.", item.name))
        change._check_in_service()
        change._check_goes_on()
        choice = bundle._cn285_choice_of(product)
        if not choice:
            raise change._refusal(
                change.env._(
                    "%(bundle)s does not offer %(product)s.",
                    bundle=bundle.name,
                    product=product.display_name,
                )
            )
        counts = self._counts(change, choice)
        change._check_new_product(product, without=item)
        change._check_not_required(item, coming=product)
        change._cn285_check_counts(bundle, counts)

    def _counts(self, change, choice):
        bundle, before = change.item_id.cn285_bundle_line_id, change.item_id.sudo()
        counts = dict(bundle._cn285_counts(change._first_day()))
        taken = counts.pop(before.cn285_combo_item_id, 0)
        if choice in counts or not taken:
            raise change._refusal(
                change.env._("%s is in the bundle already.", choice.product_id.display_name)
            )
        return {**counts, choice: taken}

    def apply(self, changes):
        wished = {}
        for change in changes:
            item = change.item_id
            choice = item.cn285_bundle_line_id._cn285_choice_of(change._parsed()["product_id"])
            wished[change] = counts = self._counts(change, choice)
            bundle = item.cn285_bundle_line_id
            vals = change._cn285_component_values(bundle, choice, counts[choice])
            vals["price_unit"] = change._cn285_new_price(bundle, choice, counts)
            successor = item._succeed(change, vals)
            change._write_inside({"result_item_id": successor.id})
        changes._settle_successions()
        changes._cn285_respread(wished)
