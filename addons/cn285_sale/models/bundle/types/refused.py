from odoo.addons.cn285_contract.models.changes.types import ChangeTypeExtension

# What is done to a bundle as a whole: its components, or the whole contract, are changed instead.
OF_BUNDLES = frozenset(
    {
        "upsell",
        "downsell",
        "billing_period",
        "billing_day",
        "discount_period",
        "service_period",
        "extend_trial",
        "transfer_item",
        "pause",
        "resume",
        "deactivate",
        "activate",
    }
)
# What would part a component from its bundle's price, number or rhythm.
OF_COMPONENTS = frozenset(
    {
        "upsell",
        "downsell",
        "billing_period",
        "billing_day",
        "discount_period",
        "service_period",
        "transfer_item",
    }
)


class NotOfBundles(ChangeTypeExtension):
    """A type that is for single items, or the whole contract: not for bundles or their parts."""

    def check(self, change):  # pylint: disable=missing-return
        item = change.item_id
        if item and item._cn285_is_bundle() and self.name in OF_BUNDLES:
            raise change._refusal(
                change.env._(
                    "“%s” is a bundle, and this is for single items. Change its components, its "
                    "quantity or its price; or the whole contract.",
                    item.name,
                )
            )
        if item.cn285_bundle_line_id and self.name in OF_COMPONENTS:
            raise change._refusal(component_refusal(change))
        super().check(change)


def component_refusal(change):
    """Why a component is not changed by itself, in words."""
    return change.env._(
        "“%(item)s” is a part of the bundle “%(bundle)s”: price, quantity and rhythm are the "
        "bundle's; components are added, ended or swapped.",
        item=change.item_id.name,
        bundle=change.item_id.cn285_bundle_line_id.name,
    )
