"""From values of invoices to posted journal items, set-based, equal to Odoo's own field by field;
where that cannot be proved, by Odoo's ordinary way.
Called by: the billing run, for each batch of prepared invoices.
"""

from . import (
    invoice_writer,
)
