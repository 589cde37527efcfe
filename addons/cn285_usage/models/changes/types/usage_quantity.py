# pylint: disable=missing-return
from odoo.addons.cn285_contract.models.changes.types.base import ChangeTypeExtension


class UsageQuantity(ChangeTypeExtension):
    """A quantity that is counted is not changed by hand."""

    def check(self, change):
        if change.item_id.billing_type == "usage":
            raise change._refusal(
                change.env._(
                    "item “%s” bills usage: its quantity is what was used. Prices, tiers and "
                    "included units change by “Usage Terms”.",
                    change.item_id.name,
                )
            )
        super().check(change)
