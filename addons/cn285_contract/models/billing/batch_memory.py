"""What many lines of a batch share. No model is defined here."""

KEY = "cn285_batch_memory"


class BatchMemory:
    """Remembers answers while the invoices of one batch are prepared; nothing changes meanwhile."""

    def __init__(self):
        self._answers = {}

    @classmethod
    def of(cls, env):
        """Return the one of the batch that ``env`` prepares, else one that remembers nothing."""
        memory = env.context.get(KEY)
        return memory if isinstance(memory, cls) else cls()

    def once(self, key, answer):
        """Return ``answer()``, called once for each key."""
        if key not in self._answers:
            self._answers[key] = answer()
        return self._answers[key]
