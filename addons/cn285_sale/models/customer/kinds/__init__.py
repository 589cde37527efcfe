"""The kinds of change that customers ask for themselves, a file each, in the order in which the
page shows them. Called by: ``cn285.contract._customer_kinds``.
"""

from .add import Add
from .base import Asked, CustomerKind, Question, by_name
from .beneficiary import Beneficiary
from .billing_day import BillingDay
from .end import EndItem
from .pause import Pause, Resume
from .product import Downgrade, Upgrade
from .quantity import Quantity
from .regret import Regret
from .renewal import Renewal

CUSTOMER_KINDS = by_name(
    Quantity(),
    Upgrade(),
    Downgrade(),
    Add(),
    EndItem(),
    Pause(),
    Resume(),
    BillingDay(),
    Beneficiary(),
    Renewal(),
    Regret(),
)
__all__ = ["CUSTOMER_KINDS", "Asked", "CustomerKind", "Question", "by_name"]
