"""What readers of files and mappings refuse, in a clerk's words."""


def describe(env, error):
    """The message for a ``TableError`` or a ``MappingError``, in the user's language."""
    messages = {
        "not_utf8": env._("this is not UTF-8 text; save the file as “CSV UTF-8”"),
        "old_excel": env._("this is a workbook of an old Excel; save it as .xlsx or “CSV UTF-8”"),
        "not_a_workbook": env._("this workbook cannot be read; save it anew as .xlsx"),
        "workbook_too_large": env._("this workbook holds too much for one load; cut it in parts"),
        "not_text": env._("this is not a text file; save it as “CSV UTF-8”"),
        "not_csv": env._(
            "this cannot be read as CSV: a quote may be missing, or stand in the middle of a cell"
        ),
        "empty_file": env._("the file is empty"),
        "unnamed_column": env._("column %(position)s has no name"),
        "duplicate_column": env._("there are two columns “%(column)s”"),
        "too_many_cells": env._(
            "the row has %(cells)s cells, but there are %(columns)s columns; "
            "put texts that hold the separator between quotes"
        ),
        "too_few_cells": env._("the row has %(cells)s cells, but there are %(columns)s columns"),
        "cell_too_long": env._("a cell is too long; a quote may be missing"),
        "not_a_mapping": _why_no_mapping(env).get(error.values.get("problem")),
        "needs_python_311": env._("mappings in TOML need Python 3.11; write this one in JSON"),
        "unknown_key": env._("mapping, %(where)s: “%(key)s” is not known; known are %(known)s"),
        "missing_key": env._("mapping, %(where)s: “%(key)s” is missing"),
        "wrong_value": env._("mapping, %(where)s: “%(key)s” cannot be “%(value)s”"),
        "one_source": env._("mapping, %(key)s: give either a column, a text or a date"),
        "unmapped_value": env._(
            "%(key)s: the mapping does not say what becomes of “%(value)s”; it knows %(known)s"
        ),
        "bad_date": env._("%(key)s: “%(value)s” is not a date written as %(pattern)s"),
        "bad_number": env._("%(key)s: “%(value)s” is not a whole number"),
    }
    return messages[error.code] % error.values


def _why_no_mapping(env):
    return {
        "syntax": env._(
            "the mapping cannot be read: line %(line)s, column %(column)s is neither TOML nor JSON"
        ),
        "incomplete": env._("the mapping cannot be read: its end is missing"),
        "too_deep": env._("the mapping cannot be read: it has too many levels"),
        "not_utf8": env._("the mapping cannot be read: it is not UTF-8 text"),
        "not_text": env._("the mapping cannot be read: it holds a character that is no text"),
        "not_table": env._("the mapping cannot be read: [%(key)s] is no table"),
        "not_tables": env._("the mapping cannot be read: [[%(key)s]] is no list of tables"),
    }
