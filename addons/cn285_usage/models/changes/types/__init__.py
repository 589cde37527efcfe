"""Types of contract change as items of usage have them; the table of all that is different here.

Called by: ``cn285.contract.change._change_types``.
"""

from .usage_price import UsagePrice
from .usage_quantity import UsageQuantity
from .usage_terms import UsageTerms


def extended(types):
    """The types of other addons with what is different of usage."""
    return types | {
        "usage_terms": UsageTerms(),
        "price": UsagePrice(types["price"]),
        "quantity": UsageQuantity(types["quantity"]),
    }
