"""How contracts start: means first, paid first, or billed at once and paid afterwards.
Called by: buttons of drafts, the customer's page, and transactions of which providers tell.
"""

from . import (
    initiation,
    prepayment,
    prepayment_paying,
    prepayment_activation,
    prepayment_giving_back,
    prepayment_buttons,
    contract_doors,
    payment_links,
)
