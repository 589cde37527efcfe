"""From values of invoices to posted journal items, set-based, equal to Odoo's own field by field;
where that cannot be proved, by Odoo's ordinary way, and then it says why.
Called by: the billing run, for each batch of prepared invoices.
"""

from . import (
    account_move,
    billing_run,
    invoice_writer,
    res_config_settings,
)
