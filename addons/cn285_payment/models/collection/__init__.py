"""Posted invoices are collected: one attempt per invoice and means, transaction, booking, retry.
Called by: the end of a billing run, the cron of due dates, buttons, and new means of payment.
"""

from . import (
    payment_attempt,
    attempt_answers,
    attempt_retries,
    payment_transaction,
    account_move,
    payment_notes,
    collection,
    netting,
    collection_charging,
    collection_booking,
    collection_answers,
    collection_returns,
    collection_asking,
    payment_refund,
    attempt_actions,
    collection_cron,
    company_settings,
    billing_run,
)
