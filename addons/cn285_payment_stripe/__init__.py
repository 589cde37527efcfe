from odoo.addons.cn285_import.uninstall import forget
from odoo.tools import SQL

from . import controllers, models

# Indexes of ours on columns of Odoo's, by which events find their records.
INDEXES = (
    "payment_token__provider_ref_index",
    "payment_token__stripe_mandate_index",
    "payment_token__stripe_payment_method_index",
    "payment_transaction__provider_reference_index",
)


def uninstall_hook(env):
    """Leave nothing behind that Odoo does not remove."""
    for index in INDEXES:
        env.cr.execute(SQL("DROP INDEX IF EXISTS %s", SQL.identifier(index)))
    forget(env, "cn285_payment_stripe")
