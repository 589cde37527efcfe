"""What readers of files and mappings refuse, in a clerk's words."""


def describe(env, error):
    """The message for a ``TableError`` or a ``MappingError``, in the user's language."""
    _ = env._
    messages = {
        "not_utf8": _("this is not UTF-8 text; save the file as “CSV UTF-8”"),
        "not_text": _("this is not a text file; save it as “CSV UTF-8”"),
        "not_csv": _("this cannot be read as CSV: %(reason)s"),
        "empty_file": _("the file is empty"),
        "unnamed_column": _("column %(position)s has no name"),
        "duplicate_column": _("there are two columns “%(column)s”"),
        "too_many_cells": _(
            "the row has %(cells)s cells, but there are %(columns)s columns; "
            "put texts that hold the separator between quotes"
        ),
        "too_few_cells": _("the row has %(cells)s cells, but there are %(columns)s columns"),
        "cell_too_long": _("a cell is too long; a quote may be missing"),
        "not_a_mapping": _("the mapping cannot be read: %(reason)s"),
        "needs_python_311": _("mappings in TOML need Python 3.11; write this one in JSON"),
        "unknown_key": _("mapping, %(where)s: “%(key)s” is not known; known are %(known)s"),
        "missing_key": _("mapping, %(where)s: “%(key)s” is missing"),
        "one_source": _("mapping, %(key)s: give either a column, a text or a date"),
        "unmapped_value": _(
            "%(key)s: the mapping does not say what becomes of “%(value)s”; it knows %(known)s"
        ),
        "bad_date": _("%(key)s: “%(value)s” is not a date written as %(pattern)s"),
        "bad_number": _("%(key)s: “%(value)s” is not a whole number"),
    }
    return messages[error.code] % error.values
