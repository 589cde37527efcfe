from datetime import timedelta

from odoo.addons.cn285_contract.models.changes.change_value import Value
from odoo.addons.cn285_contract.models.changes.types import ChangeType
from odoo.tools import LazyTranslate

from .components import end_before

_lt = LazyTranslate(__name__)


class Component(ChangeType):
    """From the day on a product is so often in each bundle: it comes, goes, or another number.

    Of a product that comes, a new item starts in the rhythm of the bundle; one of which none is
    wanted ends the day before. The bundle's price is spread anew.
    """

    name = "bundle_component"
    label = _lt("Component of a Bundle")
    group = "offer"
    on = "item"
    values = {
        "product_id": Value("record", required=True, model="product.product"),
        "quantity": Value("number", blank_counts=True),
    }
    for_customers = True
    repeatable = True

    def start_values(self, item):
        return {**super().start_values(item), "quantity": 1.0}

    def check(self, change):
        """The bundle offers the product, and keeps its rules with it."""
        bundle = change.item_id
        if not bundle._cn285_is_bundle():
            raise change._refusal(change.env._("“%s” is no bundle.", bundle.name))
        change._check_in_service()
        choice, wanted = self._choice(change), self._wanted(change)
        counts = bundle._cn285_counts(change._first_day())
        if counts.get(choice, 0) == wanted:
            raise change._refusal(
                change.env._(
                    "%(product)s is taken %(count)s times already.",
                    product=choice.product_id.display_name,
                    count=wanted,
                )
            )
        if not counts.get(choice):
            change._check_new_product(choice.product_id)
            change._check_item_limit()
        elif not wanted:
            change._check_not_required(self._item(change))
        change._cn285_check_counts(bundle, {**counts, choice: wanted})

    def _choice(self, change):
        product = change._parsed()["product_id"]
        choice = change.item_id._cn285_choice_of(product)
        if not choice:
            raise change._refusal(
                change.env._(
                    "%(bundle)s does not offer %(product)s.",
                    bundle=change.item_id.name,
                    product=product.display_name,
                )
            )
        return choice

    def _wanted(self, change):
        quantity = change._parsed().get("quantity")
        quantity = 1.0 if quantity is None and "quantity" not in change.values else quantity or 0.0
        if quantity < 0 or quantity != int(quantity):
            raise change._refusal(
                change.env._(
                    "a component is taken a whole number of times for each bundle, not %s.",
                    quantity,
                )
            )
        return int(quantity)

    def _item(self, change):
        """The component's item on that day; empty where it is not there yet."""
        members = change.item_id._cn285_members(change._first_day())
        choice = self._choice(change)
        return members.filtered(lambda item: item.sudo().cn285_combo_item_id == choice)[:1]

    def plans_given_up(self, change):
        if self._wanted(change):
            return super().plans_given_up(change)
        return self._item(change)._plans_void_after(change._first_day() - timedelta(days=1))

    def apply(self, changes):
        wished = {}
        for change in changes:
            bundle, item = change.item_id, self._item(change)
            choice, wanted = self._choice(change), self._wanted(change)
            counts = {**bundle._cn285_counts(change._first_day()), choice: wanted}
            if not item:
                item = change._cn285_new_component(choice, counts)
            elif not wanted:
                self._end(change, item)
            change._write_inside({"result_item_id": item.id})
            wished[change] = counts
        changes._cn285_respread(wished)

    def _end(self, change, item):
        end_before(item, change._first_day())
        item._settle({item: change})
