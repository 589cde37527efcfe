"""Events over several PostgreSQL servers: each keeps a part of the items' events of a month.
The database here decides which of them count: keys, and ranges of numbers in doubt, are here.
Called by: whoever stores events or adds them up; shards are added by ``tools/shards.py``.
"""

from . import (
    usage_shard,
    shard_months,
    shard_doubt,
    shard_measure,
)
