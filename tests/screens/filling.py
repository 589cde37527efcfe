"""Fills in a form as somebody would who has nothing in particular in mind."""

from datetime import date, datetime

from odoo import fields
from odoo.tools import mute_logger

from .client import evaluate, is_hidden, own_fields

SIMPLE = (str, bytes, int, float, bool, date, dict, type(None))


class Unfillable(Exception):
    """A form that nobody could save without knowing more; no fault of the screen."""


def _values(form):
    """The values of a form, as expressions see them."""
    values = {}
    for name, value in dict(form._values).items():
        # What the form keeps of a list of records: their ids are enough.
        values[name] = value if isinstance(value, SIMPLE) else list(value)
    return values


def _is_editable(node, info, env, values):
    readonly = node.get("readonly")
    if readonly is None:
        readonly = "True" if info.get("readonly") else "False"
    return not evaluate(readonly, env, values) and not is_hidden(node, env, values)


def editable_fields(model, view, form):
    """``(node, what the server says of the field)`` of the fields that a user may fill in."""
    values = _values(form)
    for node in own_fields(view.arch):
        info = view.fields.get(node.get("name"))
        if info and _is_editable(node, info, model.env, values):
            yield node, info


def _domain(model, node, info, values):
    domain = node.get("domain") or info.get("domain") or []
    if isinstance(domain, str):
        domain = evaluate(domain, model.env, values)
    return domain


def offered_choices(model, view, form):
    """Open every drop-down of a form, as its user does."""
    values = _values(form)
    for node, info in editable_fields(model, view, form):
        if info["type"] in ("many2one", "many2many") and info.get("relation"):
            domain = _domain(model, node, info, values)
            choices = model.env[info["relation"]]
            choices.web_name_search("", {"display_name": {}}, domain=domain, limit=8)


def fill(model, view, form):
    """Give values to what is required and empty.

    :raises Unfillable: where there is nothing to choose
    """
    # Onchanges may ask for more: a few rounds.
    for _round in range(3):
        empty = [
            (node, info)
            for node, info in editable_fields(model, view, form)
            if _is_required(node, info, model.env, _values(form))
            and not _values(form).get(node.get("name"))
        ]
        if not empty:
            return
        for node, info in empty:
            value = _value_for(model, node, info, _values(form))
            with mute_logger("odoo.tests.form"):
                setattr(form, node.get("name"), value)


def _is_required(node, info, env, values):
    required = node.get("required")
    if required is None:
        return info.get("required")
    return evaluate(required, env, values)


def _value_for(model, node, info, values):
    kind = info["type"]
    if kind == "many2one":
        domain = _domain(model, node, info, values)
        choices = model.env[info["relation"]]
        found = choices.name_search("", domain, limit=1)
        if not found:
            raise Unfillable(f"nothing to choose for {node.get('name')}")
        return choices.browse(found[0][0])
    if kind == "selection":
        return info["selection"][0][0]
    if kind == "date":
        return fields.Date.to_string(date.today())
    if kind == "datetime":
        return fields.Datetime.to_string(datetime.now())
    if kind in ("integer", "float", "monetary"):
        return 1
    if kind in ("char", "text", "html"):
        return "Walk"
    raise Unfillable(f"{node.get('name')} is a {kind}")
