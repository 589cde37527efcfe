"""By what customers pay: tokens with their expiry, the means of a contract and of a payer, and how
they are renewed. Called by: the portal, clerks, and the collection, which asks whom to charge.
"""

from . import (
    payment_provider,
    provider_state,
    payment_token,
    payment_transaction,
    means_links,
    res_partner,
    contract_means,
    expiring_means,
    chosen_means,
    personal_data,
    import_means,
)
