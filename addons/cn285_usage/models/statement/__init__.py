"""What an invoice of usage consists of, event by event, as PDF, Excel and CSV files
whose sums are the invoice's. What a row can tell: ``engine/statement_fields.py``.
Called by: the billing run after posting, mails of invoices, the portal.
"""

from . import (
    statement_layout,
    statement,
    usage_statement_choice,
    usage_statement_events,
    usage_statement_rows,
    usage_statement_told,
    usage_statement_invoice,
    usage_statement_mail,
)
