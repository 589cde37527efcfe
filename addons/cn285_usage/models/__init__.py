"""Usage in rooms, as an event passes through them: ``ingest``, ``measure``, ``calculator``,
``rating``, ``trigger``, ``cascade``, ``smartcode``, ``statement``; ``changes`` of contracts; and
``purge`` of what is old, ``archive`` of whole months, ``shard``: other servers.
Beside them stands what several rooms need: terms of items, the list of rating aspects, the import.
Called by: programs that send events, and billing runs of cn285_contract.
"""

# The order matters: a model comes before the files that extend it.
from . import (
    ingest,
    measure,
    calculator,
    rating,
    trigger,
    cascade,
    smartcode,
    statement,
    changes,
    archive,
    purge,
    shard,
)
from . import (
    import_usage,
    rating_aspects,
    usage_terms,
)
