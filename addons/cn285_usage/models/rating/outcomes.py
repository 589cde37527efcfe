"""What rows came to, some of them only when somebody asks: no model is defined here."""


class Outcomes(dict):
    """Lists of ``Outcome`` by row id; those of some rows are made when they are asked for.

    :ivar later: ids of such rows; they are not among the keys before
    :ivar rate: a function that makes the outcomes of one of them, None where it cannot be rated
    """

    later: set = frozenset()
    rate = None

    def _make(self, row_id):
        if row_id in self.later and not dict.__contains__(self, row_id):
            outcomes = self.rate(row_id)
            if outcomes is not None:
                self[row_id] = outcomes

    def __contains__(self, row_id):
        self._make(row_id)
        return super().__contains__(row_id)

    def __getitem__(self, row_id):
        self._make(row_id)
        return super().__getitem__(row_id)

    def get(self, row_id, default=None):
        """As of any dict."""
        self._make(row_id)
        return super().get(row_id, default)
