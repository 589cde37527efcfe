"""One file a type of contract change: label, values, checks, effect, preview; the table of all.

Called by: the room ``changes``, which asks a change's type at each step.
"""

from .activate import Activate
from .add_item import AddItem
from .base import TYPE_GROUPS, ChangeType, ChangeTypeExtension, UnknownType, by_name
from .beneficiary import Beneficiary
from .billing_day import BillingDay
from .billing_period import BillingPeriod
from .contract_end import ContractEnd
from .contract_terms import ContractTerms
from .cross_sell import CrossSell
from .deactivate import Deactivate
from .discount_period import DiscountPeriod
from .downsell import Downsell
from .end_item import EndItem
from .extend_trial import ExtendTrial
from .holder import Holder
from .pause import Pause
from .payment_terms import PaymentTerms
from .price import Price
from .pricelist import Pricelist
from .quantity import Quantity
from .resume import Resume
from .service_period import ServicePeriod
from .terminate import Terminate
from .transfer_item import TransferItem
from .upsell import Upsell

# In the order in which the dialog offers them.
CHANGE_TYPES = by_name(
    EndItem(),
    Terminate(),
    Quantity(),
    Price(),
    DiscountPeriod(),
    Pricelist(),
    BillingPeriod(),
    BillingDay(),
    AddItem(),
    Upsell(),
    Downsell(),
    CrossSell(),
    ServicePeriod(),
    ExtendTrial(),
    Beneficiary(),
    TransferItem(),
    Holder(),
    PaymentTerms(),
    ContractEnd(),
    ContractTerms(),
    Pause(),
    Resume(),
    Deactivate(),
    Activate(),
)
