"""The adapters of NetSuite, one for each kind of record, its settings, and what it says was paid.
Called by: the outbox, the inbox and the pulse of cn285_bridge. They call ``transport``.
"""

# The order matters: a model comes before the files that extend it.
from . import (
    backend,
    partner,
    binding,
    netsuite_adapter,
    adapter_item,
    adapter_customer,
    payment_status,
    adapter_document,
    adapter_journal,
)
