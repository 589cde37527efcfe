"""Refusals of the recognition engine, as codes that the shell can translate."""

from ...cn285_contract.engine.errors import EngineError

_MESSAGES = {
    "unknown_method": "%(method)s is not a way to recognise revenue.",
    "unknown_convention": "%(convention)s is not a convention for incomplete months.",
    "service_ends_before_start": "The service ends on %(end)s, before it starts on %(start)s.",
    "no_service_period": "It is not known when the service is rendered.",
    "length_not_positive": "The service must last at least one %(unit)s, not %(length)s.",
    "bad_weights": "Usage can only be spread by quantities that are not negative and not all zero.",
    "weight_not_month_end": "%(day)s is not the last day of a month.",
}


class RecognitionError(EngineError):
    """A value the engine refuses: ``code`` for the shell, ``values`` for what it speaks of."""

    messages = _MESSAGES
