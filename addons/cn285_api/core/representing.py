"""Records as the API names and shows them, many at once."""

from odoo.addons.cn285_import.models.import_loader import NAMESPACE
from odoo.tools import SQL

from ..engine.decimals import money_text, number_text
from ..schemas.common import Ref
from .external import name_of
from .problems import Problem

READ = """
    SELECT DISTINCT ON (d.model, d.res_id) d.model, d.res_id, d.name
      FROM unnest(%s::text[], %s::int[]) AS w (model, res_id)
      JOIN ir_model_data d ON d.model = w.model AND d.res_id = w.res_id AND d.module = %s
     ORDER BY d.model, d.res_id, d.id
"""


class Names:
    """The external ids of some records, of several models, in one statement."""

    def __init__(self, env, *groups):
        """:param groups: recordsets; those of one model may come in several"""
        wanted = {(group._name, number) for group in groups for number in group.ids}
        self._ids = {}
        if wanted:
            models, numbers = zip(*wanted, strict=True)
            rows = env.execute_query(SQL(READ, list(models), list(numbers), NAMESPACE))
            self._ids = {(model, number): name_of(name) for model, number, name in rows}

    def external_id(self, record):
        return self._ids.get((record._name, record.id))

    def ref(self, record):
        """A link to a record; None where there is none."""
        if not record:
            return None
        # sudo: what a record links to is named wherever it is shown, as Odoo's screens do.
        name = record.sudo().display_name or ""
        return Ref(id=record.id, external_id=self.external_id(record), name=name)


def money(currency, amount):
    """An amount with the digits of its currency."""
    return money_text(amount or 0.0, currency.decimal_places)


def number(value):
    return number_text(value or 0.0)


def day(value):
    """A day, or None: Odoo has False for none."""
    return value or None


def text(value):
    return value or None


def expansions(call, asked, known):
    """Which links are to be shown whole.

    :param asked: names separated by commas, or None
    :param known: those that there are
    :raises Problem: naming one that there is not
    """
    names = {name.strip() for name in (asked or "").split(",")} - {""}
    unknown = sorted(names - set(known))
    if unknown:
        detail = call.env._(
            "“%(name)s” cannot be expanded; these can: %(known)s.",
            name=unknown[0],
            known=", ".join(known) or "–",
        )
        raise Problem("invalid", detail)
    return names
