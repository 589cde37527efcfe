"""The external ids under which rows are known: each company's own, where records have a company."""

from dataclasses import dataclass, field
from itertools import chain
from urllib.parse import quote

from odoo.fields import Domain


def external_name(text):
    """The name under which a row's id is kept in `ir.model.data`, which takes no blanks."""
    return quote(text, safe="!$&'()*+,/:;=?@[]|")


@dataclass
class Names:
    """What some names stand for, where one loads.

    ``found`` are the ids of their records; ``hidden`` are names of records that the user may not
    see; ``free`` are, for all others, the names under which a new record may be kept.
    """

    found: dict[str, int] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    free: dict[str, str] = field(default_factory=dict)


class ExternalIds:
    """Finds what was loaded before, and names what is new, without taking another's name.

    A record keeps the plain name of its row. Where a record of another model or of another company
    has it, the model is added to the name, and then the company: ``C1``, ``C1#cn285.contract``,
    ``C1#cn285.contract#2``. No row's own name holds a ``#`` (see :func:`external_name`).
    """

    def __init__(self, env, namespace):
        self.env = env
        self.namespace = namespace

    def resolve(self, model, names, namespace=None):
        """What these names of a model's records stand for, as ``Names``.

        :param namespace: module name of the external ids, if not that of the load
        """
        result = Names()
        if not names:
            return result
        choices = {name: self._choices(model, name) for name in names}
        taken = self._taken(namespace or self.namespace, chain(*choices.values()))
        ids = [record_id for other, record_id in taken.values() if other == model]
        visible, ours = self._visible(model, ids), self._ours(model, ids)
        for name, some in choices.items():
            held = [
                taken[choice][1]
                for choice in reversed(some)
                if choice in taken and taken[choice][0] == model and taken[choice][1] in ours
            ]
            free = next((choice for choice in some if choice not in taken), None)
            if held and held[0] in visible:
                result.found[name] = held[0]
            elif held or not free:
                result.hidden.add(name)
            else:
                result.free[name] = free
        return result

    def name(self, pairs):
        """Give records their names.

        :param pairs: list of ``(free name, record)``
        """
        # sudo: only administrators write external ids; these name records that the user created
        # or may write, and no name is taken from a record.
        self.env["ir.model.data"].sudo()._update_xmlids(
            [
                {"xml_id": f"{self.namespace}.{name}", "record": record, "noupdate": True}
                for name, record in pairs
            ]
        )
        # Odoo remembers what modules bring as they are updated; hundreds of thousands of rows would
        # stay in the memory of the process.
        self.env.registry.loaded_xmlids.difference_update(
            f"{self.namespace}.{name}" for name, _record in pairs
        )

    def _choices(self, model, name):
        """The names that a row's record may have, in the order in which they are taken."""
        return [name, f"{name}#{model}", f"{name}#{model}#{self.env.company.id}"]

    def _taken(self, namespace, names):
        """``{name: (model, record id)}`` of the names that stand for a record."""
        # sudo: only administrators read external ids; what is told of those of records that the
        # user may not see is that their names are taken.
        entries = self.env["ir.model.data"].sudo()
        entries = entries.search_fetch(
            [("module", "=", namespace), ("name", "in", list(names))], ["name", "model", "res_id"]
        )
        existing = {
            model: set(self.env[model].sudo().browse(some.mapped("res_id")).exists().ids)
            for model, some in entries.grouped("model").items()
            if model in self.env
        }
        return {
            entry.name: (entry.model, entry.res_id)
            for entry in entries
            if entry.res_id in existing.get(entry.model, ())
        }

    def _visible(self, model, ids):
        records = self.env[model].with_context(active_test=False)
        return set(records.search([("id", "in", ids)]).ids)

    def _ours(self, model, ids):
        """Those of the records that are of no company, or of the one for which one loads."""
        # sudo: a record that the user may not see must not be mistaken for another company's; its
        # row would make a second one.
        records = self.env[model].sudo().with_context(active_test=False)
        return set(records.search(Domain("id", "in", ids) & self._company_domain(model)).ids)

    def _company_domain(self, model):
        fields = self.env[model]._fields
        if "company_id" in fields:
            return Domain(self.env[model]._check_company_domain(self.env.company))
        # What belongs to a record of a company: a discount to an item.
        for name, parent in fields.items():
            owner = parent.type == "many2one" and parent.required and parent.store
            if owner and "company_id" in self.env[parent.comodel_name]._fields:
                return Domain(f"{name}.company_id", "in", [self.env.company.id, False])
        return Domain.TRUE
