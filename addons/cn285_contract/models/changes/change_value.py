"""The values that say what a change changes: their kinds, and how they are read; no model here."""

from math import isfinite
from typing import Any, NamedTuple

from odoo import fields
from odoo.addons.cn285_import.engine.text import is_text

from ...engine.limits import LARGEST_PRICE, is_date_of_contract, real_end


class Value(NamedTuple):
    """One of the values that say what a change changes, as it stands in JSON.

    ``kind``: ``number``, ``integer``, ``boolean``, ``text``, ``date`` (ISO text), ``end`` (a date,
    or none), ``choice`` (one of ``choices``), ``record`` (id of ``model``), ``records`` (list of
    ids), ``fields`` (values by names of fields of ``model``) or ``data``.

    ``in_dialog``: the dialog asks for it, by its field of the same name. ``blank_counts``: left
    empty there it says "none", or zero; else an empty field leaves it as it is.
    """

    kind: str
    required: bool = False
    model: str = ""
    choices: tuple[str, ...] = ()
    in_dialog: bool = True
    blank_counts: bool = False


class BadValue(ValueError):
    """A value of the wrong kind; the model says which and where."""


def parse_value(env, value: Any, spec: Value) -> Any:
    """The value of a change as models use it: dates, records, numbers that are numbers.

    :raises BadValue: with the reason in words
    """
    reader = _READERS[spec.kind]
    return reader(env, value, spec)


def _number(env, value, _spec):
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise BadValue(env._("%s is not a number.", value))
    if abs(value) > LARGEST_PRICE:
        raise BadValue(env._("%s is too large.", value))
    return float(value)


def _integer(env, value, _spec):
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadValue(env._("%s is not a whole number.", value))
    if abs(value) >= 2**31:
        raise BadValue(env._("%s is too large.", value))
    return value


def _boolean(env, value, _spec):
    if not isinstance(value, bool):
        raise BadValue(env._("%s is neither yes nor no.", value))
    return value


def _text(env, value, _spec):
    if not isinstance(value, str):
        raise BadValue(env._("%s is not a text.", value))
    if not is_text(value):
        raise BadValue(env._("it holds a character that is no text (NUL, or half of one)."))
    return value


def _date(env, value, _spec):
    try:
        day = fields.Date.to_date(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if not day:
        raise BadValue(env._("%s is not a date (YYYY-MM-DD).", value))
    if not is_date_of_contract(day):
        raise BadValue(env._("%s is no date of these centuries.", value))
    return day


def _end(env, value, spec):
    """A last day; one beyond all centuries, such as 9999-12-31, says that there is none."""
    try:
        day = fields.Date.to_date(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    return None if day and not real_end(day) else _date(env, value, spec)


def _choice(env, value, spec):
    if value not in spec.choices:
        raise BadValue(
            env._("%(value)s is none of %(choices)s.", value=value, choices=", ".join(spec.choices))
        )
    return value


def _record(env, value, spec):
    record = env[spec.model].browse(_integer(env, value, spec))
    # What the user may not read is not there for him.
    if not record.exists() or not record.has_access("read"):
        raise BadValue(
            env._(
                "there is no %(model)s with number %(id)s.",
                model=record._description.lower(),
                id=value,
            )
        )
    return record


def _records(env, value, spec):
    if not isinstance(value, list):
        raise BadValue(env._("%s is not a list.", value))
    return env[spec.model].union(*(_record(env, entry, spec) for entry in value))


def _fields(env, value, spec):
    names = env[spec.model]._fields
    if not isinstance(value, dict):
        raise BadValue(env._("%s has no values by name.", value))
    for name in value:
        if name not in names:
            raise BadValue(env._("%s is no field.", name))
        try:
            _field_value(env, names[name], value[name])
        except BadValue as error:
            raise BadValue(f"{name}: {error}") from error
    return value


def _field_value(env, field, value):
    """Refuse what a field cannot have; none, or false, empties it."""
    if value is None or (value is False and field.type != "boolean"):
        return
    if field.type == "many2one":
        _record(env, value, Value("record", model=field.comodel_name))
    elif field.type == "selection":
        _choice(env, value, Value("choice", choices=tuple(field.get_values(env))))
    elif field.type in _OF_FIELDS:
        _READERS[_OF_FIELDS[field.type]](env, value, None)
    else:
        raise BadValue(env._("it cannot be changed like this."))


def _data(_env, value, _spec):
    return value


# Which kind the values of a type of field are.
_OF_FIELDS = {
    "boolean": "boolean",
    "char": "text",
    "date": "date",
    "float": "number",
    "integer": "integer",
    "monetary": "number",
    "text": "text",
}
_READERS = {
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "text": _text,
    "date": _date,
    "end": _end,
    "choice": _choice,
    "record": _record,
    "records": _records,
    "fields": _fields,
    "data": _data,
}
