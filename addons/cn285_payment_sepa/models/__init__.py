"""Mandates are signed and become means of payment; charging one makes a debit, debits leave in a
file to the bank, are settled on their day, and come back where the bank says so.
Called by: the collection of cn285_payment, crons of the day, the portal and clerks.
"""

from . import (
    payment_provider,
    provider_state,
    payment_method,
    sepa_words,
    sepa_mandate,
    sepa_mandate_account,
    sepa_mandate_portal,
    payment_token,
    sepa_debit,
    payment_transaction,
    sepa_file,
    sepa_file_making,
    sepa_transfer,
    sepa_transfer_making,
    sepa_settlement,
    sepa_file_giving,
    sepa_notice,
    sepa_bank_file,
    sepa_bank_file_said,
    sepa_bank_file_reading,
    sepa_bank_file_credits,
    sepa_bank_file_returns,
    mandate_documents,
    personal_data,
    import_mandates,
)
