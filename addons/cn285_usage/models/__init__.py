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
)
from . import (
    import_usage,
    usage_deletion,
)
