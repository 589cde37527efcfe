"""Dialogs: confirm, make a change, preview the next invoices, bill ahead, credit, bill again;
merging contacts, making them anonymous; comparing with another system.
Called by: buttons of contracts and invoices. They ask and show; the work is done in ``models``.
"""

from . import (
    bill_ahead,
    contract_change,
    contract_confirm,
    contract_preview,
    credit_again,
    credit_create,
    partner_anonymise,
    partner_merge,
    take_over_compare,
)
