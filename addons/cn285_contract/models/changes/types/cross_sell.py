# The hooks of a change type return nothing: pylint: disable=missing-return
from odoo.tools import LazyTranslate

from .add_item import AddItem

_lt = LazyTranslate(__name__)


class CrossSell(AddItem):
    """A new item beside another, of a product that a tier path says is sold beside it."""

    name = "cross_sell"
    label = _lt("Sold Beside")
    group = "offer"
    by_path = True
    on = "item"

    def check(self, change):
        change._check_in_service()
        change._check_path(change._parsed()["product_id"])
        super().check(change)
