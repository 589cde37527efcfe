"""Changes of bundles: what the usual types do of them, and some of their own; no model is here.

Called by: ``cn285.contract.change._change_types``.
"""

from .component import Component
from .components import Components
from .new_bundle import NewBundle
from .refused import OF_BUNDLES, OF_COMPONENTS, NotOfBundles
from .swap import SwapComponent
from .usual import BundlePrice, BundleQuantity, EndOfBundle


def with_bundles(types):
    """The types with those of bundles: their own, extensions, and refusals in words."""
    usual = {
        "add_item": NewBundle(types["add_item"]),
        "cross_sell": NewBundle(types["cross_sell"]),
        "end_item": EndOfBundle(types["end_item"]),
        "quantity": BundleQuantity(types["quantity"]),
        "price": BundlePrice(types["price"]),
    }
    refused = {
        name: NotOfBundles(types[name])
        for name in types
        if name in OF_BUNDLES | OF_COMPONENTS and name not in usual
    }
    own = {kind.name: kind for kind in (Component(), Components(), SwapComponent())}
    return types | usual | refused | own
