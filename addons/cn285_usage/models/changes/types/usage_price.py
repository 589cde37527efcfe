# pylint: disable=missing-return
from odoo.addons.cn285_contract.models.changes.types.base import ChangeTypeExtension


class UsagePrice(ChangeTypeExtension):
    """Of usage it changes the discount; prices are those of the calculators.

    What was used before keeps the discount of its days. Where the change is dated back into what
    was billed, that is rated anew, and the difference is billed or credited.
    """

    def start_values(self, item):
        values = super().start_values(item)
        return {**values, "own_price": False} if item.billing_type == "usage" else values

    def check(self, change):
        if change.item_id.billing_type == "usage" and self._sets_price(change):
            raise change._refusal(
                change.env._(
                    "item “%s” bills usage by its calculators: their prices, tiers and included "
                    "units change by “Usage Terms”. Here only the discount can be given.",
                    change.item_id.name,
                )
            )
        super().check(change)

    def approval_amount(self, change):
        """A discount of usage to come: what was used last tells how much it is about."""
        amount = super().approval_amount(change)
        if change.item_id.billing_type != "usage":
            return amount
        return max(amount, change._usage_at_stake())

    def _sets_price(self, change):
        values = change._parsed()
        return values.get("price_unit") is not None or "discount" not in values

    def apply(self, changes):
        super().apply(changes)
        for change in changes.filtered(lambda change: change.item_id.billing_type == "usage"):
            change.item_id._discount_anew(change._first_day())
