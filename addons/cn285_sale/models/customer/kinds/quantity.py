from odoo.addons.cn285_contract.models.common import spelled
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from .base import CustomerKind, is_live, quantity_given, quantity_question

_lt = LazyTranslate(__name__)


class Quantity(CustomerKind):
    """More or less of what an item counts, within the least, the most and the step allowed."""

    name = "quantity"
    label = _lt("Change the quantity")
    words = _lt("More or less of a service")
    icon = "fa-sort-numeric-asc"
    change_type = "quantity"
    limits = frozenset({"quantity_min", "quantity_max", "quantity_step"})

    def is_possible(self, asked):
        item = asked.item
        # The components of a bundle go with it.
        counts = item.billing_type == "fixed" and not item.cn285_bundle_line_id
        return is_live(item) and (counts or item._cn285_is_bundle())

    def questions(self, asked):
        return [quantity_question(asked, asked.item.quantity, asked.env._("Quantity"))]

    def values(self, asked, given):
        label = asked.env._("Quantity")
        quantity = quantity_given(asked, given.get("quantity", ""), label)
        if quantity == asked.item.quantity:
            raise UserError(
                asked.env._("%(label)s: it is %(now)s already.", label=label, now=given["quantity"])
            )
        return {"quantity": quantity}

    def told(self, asked, values):
        env = asked.env
        before, after = spelled(env, asked.item.quantity), spelled(env, values["quantity"])
        return [(env._("Quantity"), before, after)]
