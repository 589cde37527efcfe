from odoo.tools import LazyTranslate, float_compare

from ..change_value import Value
from .base import ChangeType

_lt = LazyTranslate(__name__)


class Quantity(ChangeType):
    """From the day on the item counts so many units."""

    name = "quantity"
    label = _lt("Quantity")
    group = "price"
    on = "item"
    values = {"quantity": Value("number", required=True)}
    for_customers = True

    def check(self, change):
        change._check_in_service()
        if change._parsed()["quantity"] < 0:
            raise change._refusal(change.env._("a quantity cannot be negative."))

    def nature_of(self, change):
        """More is an upgrade, less a downgrade."""
        terms = change.item_id._price_terms_on(change.date_effective)
        more = float_compare(change._parsed()["quantity"], terms.quantity, precision_digits=6)
        return {1: "upgrade", -1: "downgrade"}.get(more, "")

    def apply(self, changes):
        changes._change_terms(
            [change._terms_change({"quantity": change._parsed()["quantity"]}) for change in changes]
        )
