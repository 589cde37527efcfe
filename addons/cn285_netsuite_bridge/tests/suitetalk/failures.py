"""What goes wrong: at random (seeded), or for the next calls."""

import random
import threading
from dataclasses import dataclass, field

# Before any work: the call is refused or never arrives.
BLOCKED = "blocked"
CONCURRENCY = "concurrency"
DROP_BEFORE = "drop_before"
UNAVAILABLE = "unavailable"
# After the work: it was done, but nobody hears of it.
DROP_AFTER = "drop_after"
SLOW = "slow"
# Some records of a list call fail, the others go through.
PARTIAL = "partial"

ALL = (BLOCKED, CONCURRENCY, DROP_BEFORE, UNAVAILABLE, DROP_AFTER, PARTIAL)


@dataclass
class Failures:
    """Decides the fate of each call.

    ``rate`` of the calls fail, in a way chosen from ``kinds``; ``queue`` comes first: a list of
    kinds (None: this call works). ``seed`` makes it repeatable. ``seconds`` is how long a slow
    answer takes. `partial` fails every second record with ``code``.
    """

    rate: float = 0.0
    kinds: tuple = ALL
    seed: int = 285
    seconds: float = 5.0
    code: str = "UNEXPECTED_ERROR"
    queue: list = field(default_factory=list)

    def __post_init__(self):
        self._random = random.Random(self.seed)
        self._lock = threading.Lock()
        self.happened = []

    def next(self):
        """The failure of the call that comes in now, or None."""
        with self._lock:
            if self.queue:
                kind = self.queue.pop(0)
            elif self._random.random() < self.rate:
                kind = self._random.choice(self.kinds)
            else:
                kind = None
            if kind:
                self.happened.append(kind)
            return kind
