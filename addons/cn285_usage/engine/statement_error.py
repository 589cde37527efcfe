"""Why a statement, or its layout, cannot be made."""

from ...cn285_contract.engine.errors import EngineError

_MESSAGES = {
    "unknown_field": "%(field)s is not a field of a usage row.",
    "unknown_total": "%(total)s is not a way to total a column.",
    "total_needs_number": "The column %(column)s holds no numbers, so it can only be counted.",
    "no_columns": "A statement needs at least one column.",
    "summary_needs_group": "A summary needs at least one grouping.",
    "group_twice": "The statement is grouped twice by %(field)s.",
    "group_by_number": "A statement cannot be grouped by %(field)s.",
    "not_sorted": "The rows are not in the order of their groups: %(group)s comes twice.",
    "line_needed": "The row %(row)s does not say which line it belongs to.",
    "total_differs": "The statement adds up to %(found)s, but %(rated)s was rated.",
    "line_differs": "The rows of %(line)s add up to %(found)s, but %(rated)s was rated.",
    "not_numeric": "%(value)s in the column %(column)s is not a number.",
    "weights_differ": "The weights add up to %(found)s, not to %(total)s.",
    "no_weight": "An amount cannot be spread over weights that add up to zero.",
}


class StatementError(EngineError):
    """A statement that cannot be made; ``code``, ``values`` and text as in ``EngineError``."""

    messages = _MESSAGES
