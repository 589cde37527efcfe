"""Texts that many lines of a batch share. No model is defined here."""

KEY = "cn285_line_texts"


class LineTexts:
    """Remembers texts while the invoices of one batch are prepared; nothing changes meanwhile."""

    def __init__(self):
        self._texts = {}

    @classmethod
    def of(cls, env):
        """Return the one of the batch that ``env`` prepares, else one that remembers nothing."""
        texts = env.context.get(KEY)
        return texts if isinstance(texts, cls) else cls()

    def once(self, key, make):
        """Return ``make()``, called once for each key."""
        if key not in self._texts:
            self._texts[key] = make()
        return self._texts[key]
