"""What a preview of a large contract knows of items that are alike; no model is defined here."""

ALIKE_KEY = "cn285_alike"


class Alike:
    """In the context of a preview: for how many items each one stands. No call from outside can
    make one."""

    def __init__(self, counts):
        #: ``{id of an item: how many are as it is}``
        self.counts = counts

    @classmethod
    def of(cls, env):
        """Return what is alike in a preview that ``env`` makes, None elsewhere."""
        found = env.context.get(ALIKE_KEY)
        return found if isinstance(found, cls) else None

    def count(self, row):
        """Return for how many rows a row stands; a credit, which is saved, for itself."""
        return 1 if row.kind == "credit" else self.counts.get(row.item_id.id, 1)
