"""Refusals of the engine of terms, notices and terminations, as codes that the shell translates."""

from ...cn285_contract.engine.errors import EngineError

_MESSAGES = {
    "duration_negative": "A length of time must be a whole number, not %(count)s.",
    "term_without_length": "A term must be at least one unit long.",
    "notice_window_reversed": "The notice could be sent from %(earliest)s, but only until "
    "%(latest)s.",
    "no_legal_rate": "No legal interest rate is known for %(day)s.",
    "bad_principal": "Interest is owed on an amount that is not negative, not on %(principal)s.",
    "no_index_value": "The index has no value for %(day)s or before.",
    "bad_index_value": "An index value must lie above zero, not %(value)s.",
    "bad_revision": "A price cannot be revised by %(percent)s %%.",
    "bad_share": "A share must lie between 0 and 100 %%, not %(percent)s.",
}


class RenewalError(EngineError):
    """A value that this engine refuses; ``code``, ``values`` and text as in ``EngineError``."""

    def __init__(self, code: str, **values: object) -> None:
        # The sentences of this engine are its own: the parent would look for them in its table.
        ValueError.__init__(self, _MESSAGES[code] % values)
        self.code = code
        self.values = values
