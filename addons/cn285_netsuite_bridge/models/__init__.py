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
