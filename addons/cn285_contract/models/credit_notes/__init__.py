"""What was invoiced and is taken back: credit notes never above what is still invoiced, and which
rows they took back of.
Called by: users on invoices; the room ``changes`` leaves rows that a billing run credits.
"""

from . import (
    credit_reason,
    billing_credit,
    credit_note,
    credit_amounts,
    credit_own_currency,
    reversal,
    billing_again,
    settled_rows,
    origins,
    credit_note_wishes,
    billing_credit_row,
    former_invoices,
)
