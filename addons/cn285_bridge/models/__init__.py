"""What keeps another system in step: what has to go (outbox), what came (inbox), which record is
which (binding), who is right (conflict), what was said (exchange).
Called by: changes of records (``hooks``), a cron each minute, and jobs; it calls the adapters of a
system's own addon (``adapter``).
"""

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
    personal_data,
)
