from odoo.tools import LazyTranslate

from .base import CustomerKind, is_live

_lt = LazyTranslate(__name__)


class EndItem(CustomerKind):
    """A service ends; the contract goes on."""

    name = "end_item"
    label = _lt("End a service")
    words = _lt("The rest of the contract goes on")
    icon = "fa-times"
    change_type = "end_item"

    def is_possible(self, asked):
        # The last one ends with the contract: that is a termination, with its own rules.
        others = asked.contract.item_ids - asked.item
        return is_live(asked.item) and any(is_live(item) for item in others)
