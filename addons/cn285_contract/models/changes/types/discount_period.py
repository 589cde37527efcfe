# The hooks of a change type return nothing: pylint: disable=missing-return
from odoo.tools import LazyTranslate

from ..change_value import Value
from .base import ChangeType

_lt = LazyTranslate(__name__)


class DiscountPeriod(ChangeType):
    """A discount for a stretch of days that were not invoiced yet.

    What is billed in advance while it is planned has it already, see
    :meth:`cn285.contract.item._planned_discounts`. From the day of the change, or from
    ``date_start``. ``removed`` notes one that was taken away by an edit, ``amount`` and ``name``
    come of edits and programs.
    """

    name = "discount_period"
    label = _lt("Discount Period")
    group = "price"
    on = "item"
    values = {
        "discount": Value("number"),
        "date_start": Value("date"),
        "date_end": Value("end"),
        "amount": Value("number", in_dialog=False),
        "name": Value("text", in_dialog=False),
        "removed": Value("boolean", in_dialog=False),
    }

    def check(self, change):
        """A percentage or an amount, of an item that is billed by periods."""
        change._check_recurs()
        values = change._parsed()
        if values.get("removed"):
            return
        change._check_discount(values.get("discount") or 0.0)
        if bool(values.get("discount")) == bool(values.get("amount")):
            raise change._refusal(change.env._("give either a percentage or an amount."))

    def announce(self, changes, scheduled):
        """Days that are not invoiced yet are planned with what is planned."""
        changes.item_id._replan()

    def apply(self, changes):
        # From now on it is a discount of the item, and no planned one beside it.
        changes = changes.with_context(cn285_discounts_begun=changes.ids)
        for change in changes:
            vals = prepared_discount(change)
            change.env["cn285.contract.item.discount"].create(vals)
        changes._settle_items()


def prepared_discount(change):
    """Values of the discount that a change of this type gives its item."""
    values = change._parsed()
    return {
        "item_id": change.item_id.id,
        "name": values.get("name"),
        "date_start": values.get("date_start") or change._first_day(),
        "date_end": values.get("date_end"),
        "percent": values.get("discount") or 0.0,
        "amount": values.get("amount") or 0.0,
    }
