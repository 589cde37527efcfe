"""Quotations that ask for means or a payment: what they ask for, and what follows from it.
Called by: the page of a quotation, sellers' *Confirm*, and prepayments, which go on with what came.
"""

from . import company, quote_start, quote_paying, prepayment, payment_transaction
