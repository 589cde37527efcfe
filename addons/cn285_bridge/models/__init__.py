# The order matters: a model comes before the files that extend it.
from . import (
    kind,
    record,
    backend,
    mapping,
    adapter,
    binding,
    exchange,
    outbox,
    outbox_send,
    inbox,
    conflict,
    backend_work,
    hooks,
)
