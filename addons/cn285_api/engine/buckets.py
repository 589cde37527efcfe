"""How many calls a key may make: a bucket that fills up by itself, and each call takes a token."""

from dataclasses import dataclass, field


@dataclass
class Bucket:
    """So many calls a second, and so many at once. Times are seconds of a clock that only rises."""

    rate: float
    burst: float
    tokens: float = field(default=-1.0)
    at: float = 0.0

    def take(self, now: float) -> float:
        """Take a token; returns 0, or the seconds after which there is one again.

        >>> bucket = Bucket(rate=2, burst=1)
        >>> bucket.take(10.0), bucket.take(10.0), bucket.take(10.5)
        (0.0, 0.5, 0.0)
        """
        if self.tokens < 0:
            self.tokens = self.burst
        else:
            self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) / self.rate


class Buckets:
    """A bucket a key, of this process; the least used are forgotten."""

    def __init__(self, most: int = 10_000):
        self._buckets: dict[int, Bucket] = {}
        self._most = most

    def take(self, key: int, now: float, rate: float, burst: float) -> float:
        """As :meth:`Bucket.take`; without a rate there is no limit."""
        if rate <= 0:
            return 0.0
        bucket, burst = self._buckets.pop(key, None), max(burst, 1)
        if bucket is None or (bucket.rate, bucket.burst) != (rate, burst):
            bucket = Bucket(rate, burst)
        self._buckets[key] = bucket
        while len(self._buckets) > self._most:
            del self._buckets[next(iter(self._buckets))]
        return bucket.take(now)


class Recent:
    """What was seen within so many seconds, by this process; the oldest are forgotten."""

    def __init__(self, seconds: float, most: int = 10_000):
        self._seconds = seconds
        self._most = most
        self._seen: dict[str, float] = {}

    def has(self, name: str, now: float) -> bool:
        """Whether a name was seen already; otherwise it is from now on.

        >>> recent = Recent(seconds=10)
        >>> recent.has("a", 0.0), recent.has("a", 9.0), recent.has("a", 11.0)
        (False, True, False)
        """
        if now - self._seen.get(name, -self._seconds - 1) <= self._seconds:
            return True
        self._seen.pop(name, None)
        self._seen[name] = now
        while len(self._seen) > self._most:
            del self._seen[next(iter(self._seen))]
        return False
