"""Answers kept under their idempotency key, as Stripe does: errors of the server included."""

import threading

LIVES = 24 * 3600  # seconds


class Conflict(Exception):
    """A key that cannot be used: (status, type, code, message)."""


class Keys:
    """What was answered to which key.

    A key belongs to one request: method, path and body. The same key again gets the stored answer;
    while the first is under way 409; with another body 400. After 24 hours keys are forgotten.
    """

    def __init__(self, now):
        self._now = now
        self._kept = {}
        self._lock = threading.Lock()

    def begin(self, key, request):
        """The stored (status, answer), or None when the request is to be worked.

        :raises Conflict: the key is in use, or was used for something else
        """
        with self._lock:
            known = self._kept.get(key)
            if known and known["answer"] and self._now() - known["at"] > LIVES:
                known = None
            if known is None:
                self._kept[key] = {"request": request, "answer": None, "at": self._now()}
                return None
            if known["request"] != request:
                raise Conflict(
                    400,
                    "idempotency_error",
                    None,
                    "Keys for idempotent requests can only be used with the same parameters they"
                    f" were first used with. Try using a key other than '{key}'.",
                )
            if known["answer"] is None:
                raise Conflict(
                    409,
                    "idempotency_error",
                    "idempotency_key_in_use",
                    "There is currently another in-progress request using this Stripe-Idempotency"
                    " Key.",
                )
            return known["answer"]

    def finish(self, key, answer):
        """Keep an answer."""
        with self._lock:
            self._kept[key].update(answer=answer, at=self._now())

    def forget(self, key):
        """Nothing was done: the key is free again."""
        with self._lock:
            self._kept.pop(key, None)
