"""Bundles: products sold as one, with components to choose, on quotations and on contracts.

Called by: lines of quotations, contracts when they are confirmed, contract changes, invoices.
"""

from . import (
    product_combo,
    product_template,
    quote_bundle,
    quote_bundle_line,
    contract_bundle,
    contract_bundle_links,
    bundle_change_effect,
    running_bundle,
    customer_choice,
    invoice_bundle,
    import_bundle,
)
