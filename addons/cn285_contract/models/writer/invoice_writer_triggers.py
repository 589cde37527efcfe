"""Which fields of new invoices make stored fields elsewhere change, in modules we have not read.

Odoo follows, after a change, a tree of relations to the records that depend on it. A relation that
a quick invoice cannot hold leads to no record, so what hangs on it need not be recomputed: a sales
order is not touched by an invoice that has no link to one.
"""

from collections import defaultdict
from itertools import chain


def foreign_triggers(registry, guarded, verified, closed):
    """Return {guarded model: names of its fields} on which foreign stored fields depend.

    :param tuple guarded: models whose records are inserted.
    :param frozenset verified: modules whose dependent fields the quick writer covers.
    :param set closed: fields of the guarded models that quick invoices never hold.
    """
    walk = _Walk(registry, guarded, verified, closed)
    likely = _reaching_others(registry, guarded, verified)
    return {
        name: frozenset(
            fld.name
            for fld in registry[name]._fields.values()
            if fld in likely and walk.changes_others(registry.get_field_trigger_tree(fld))
        )
        for name in guarded
    }


def _reaching_others(registry, guarded, verified):
    """Return the fields on which a foreign stored field depends, by whatever relations.

    Only their trees are worth to be made: each has thousands of branches.
    """
    sources = defaultdict(list)
    for source, paths in registry._field_triggers.items():
        for dependents in paths.values():
            for dependent in dependents:
                sources[dependent].append(source)
    others = {
        dependent
        for dependent in sources
        if dependent.store
        and dependent._module not in verified
        and dependent.model_name not in guarded
    }
    return _reached(others, lambda dependent: sources.get(dependent, ()))


def dependent_fields(registry, names):
    """Return all fields that depend on fields of these models, by whatever relations.

    They are those of ``registry.get_dependent_fields`` for each field, found in one go.
    """
    triggers = registry._field_triggers

    def dependents(source):
        return chain.from_iterable(triggers[source].values()) if source in triggers else ()

    sources = [fld for name in names for fld in registry[name]._fields.values()]
    direct = {dependent for source in sources for dependent in dependents(source)}
    return _reached(direct, dependents)


def _reached(first, following):
    """Return what is reached from the first ones, themselves included."""
    found, ahead = set(first), list(first)
    while ahead:
        for one in following(ahead.pop()):
            if one not in found:
                found.add(one)
                ahead.append(one)
    return found


class _Walk:
    def __init__(self, registry, guarded, verified, closed):
        self.registry = registry
        self.guarded = guarded
        self.verified = verified
        self.closed = closed

    def changes_others(self, tree, new=True):
        """Return whether the tree reaches a foreign stored field from inserted records.

        :param bool new: whether the records at this point are the inserted ones themselves
        """
        return any(self._reaches(key, subtree, new) for key, subtree in tree.items())

    def _reaches(self, key, subtree, new):
        if self._leads_nowhere(key, new):
            return False
        if key.model_name in self.guarded:
            return self.changes_others(subtree, new and self._stays_in_invoice(key))
        return any(
            dependent.store and dependent._module not in self.verified
            for node in subtree.depth_first()
            for dependent in node.root
            if dependent.model_name not in self.guarded
        )

    def _leads_nowhere(self, key, new):
        """Return whether no record can refer to inserted ones by the field ``key``."""
        inverses = [
            inverse
            for inverse in self.registry.field_inverses[key]
            if inverse.model_name in self.guarded
        ]
        if self._stays_in_invoice(key):
            return False
        if key.type in ("many2one", "many2one_reference") or not inverses:
            # nothing refers yet to a record that was just made
            return new
        return all(inverse in self.closed for inverse in inverses)

    def _stays_in_invoice(self, key):
        """Return whether the relation leads from an invoice to its own items, or back."""
        names = (key.name, getattr(key, "inverse_name", None))
        return key.model_name in self.guarded and "move_id" in names
