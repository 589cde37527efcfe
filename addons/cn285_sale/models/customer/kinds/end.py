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
        # The last one ends with the contract: that is a termination, with its own rules. What a
        # bundle takes with it, and fees that are billed once, are not left as services.
        item = asked.item
        others = asked.contract.item_ids - item - item.cn285_component_ids
        return _goes_on(item) and any(_goes_on(other) for other in others)


def _goes_on(item):
    return is_live(item) and item.billing_type != "one_shot"
