"""Values of a body as the ORM takes them: references become records, decimals floats."""

from decimal import Decimal

from .problems import invalid
from .records import named


def given(body, *skipped):
    """What a body says, by name; what it leaves out is not there, nor what other addons added."""
    names = body.model_fields_set - body.added - set(skipped)
    return {name: getattr(body, name) for name in body.model_fields_set if name in names}


def orm(value):
    """A plain value for the ORM."""
    if isinstance(value, Decimal):
        return float(value)
    return False if value is None else value


def put_references(call, values, names, pointer=""):
    """Replace references among values by the ids of their records, under the names of fields.

    :param values: changed in place
    :param names: ``{name in the API: (field, model)}``
    """
    for name, (field, model) in names.items():
        if name in values:
            record = named(call, model, values.pop(name), f"{pointer}/{name}")
            values[field] = record.id


def currency_id(call, code, pointer="/currency"):
    """The active currency of a code.

    :raises Problem: where there is none
    """
    found = call.env["res.currency"].search([("name", "=", code)], limit=1)
    if not found:
        detail = call.env._("There is no active currency “%s”.", code)
        raise invalid(pointer, "unknown_reference", detail)
    return found.id
