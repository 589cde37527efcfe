"""A load is cut into batches, each of which can be committed without the others.

What belongs together in the end stays together: a contract with its items, their discounts and
calculators. These kinds are a group: each names its owner (``Column.owner``).
"""

from collections import defaultdict
from dataclasses import dataclass

from ..engine.batches import cut
from ..engine.order import loading_order
from .cells import split_list

# Rows that are committed together, where no contract has more.
BATCH = 2000


@dataclass
class Batch:
    """Rows that go in together: ``{kind: entries}``, of the kinds of one group, in their order."""

    kinds: tuple[str, ...]
    entries: dict[str, list]

    def rows(self):
        return sum(map(len, self.entries.values()))


class Planner:
    """Cuts the entries of a load into batches.

    :param kinds: ``{name: Kind}`` in the order of loading
    :param namespace: under which external ids are kept
    :param named_by: ``{model: fields}`` by which cells may name records
    """

    def __init__(self, env, kinds, namespace, named_by):
        self.env = env
        self.kinds = kinds
        self.namespace = namespace
        self.named_by = named_by

    def batches(self, entries, most=None):
        """The batches of a load, in the order in which they go in.

        The same entries make the same batches, whatever is in the database.

        :param entries: ``{kind: list of Entry}``, each with its key
        :param most: rows of a batch, by itself ``BATCH``; those of one contract are never parted
        """
        most = most or BATCH
        result = []
        for names in self.groups():
            if any(entries.get(name) for name in names):
                result += self._batches_of(names, entries, most)
        return result

    def groups(self):
        """Kinds that are loaded together, as tuples of names, in the order of loading."""
        by_model = defaultdict(list)
        for kind in self.kinds.values():
            by_model[kind.model].append(kind.name)
        leader = {name: name for name in self.kinds}

        def lead(name):
            while leader[name] != name:
                name = leader[name]
            return name

        needs = defaultdict(list)
        for kind in self.kinds.values():
            for _column, model, is_owner, _several in self._links(kind):
                needs[kind.name] += by_model[model]
                for other in by_model[model] if is_owner else ():
                    leader[lead(kind.name)] = lead(other)
        members = defaultdict(list)
        for name in self.kinds:
            members[lead(name)].append(name)
        order = loading_order(
            {
                first: [lead(needed) for name in some for needed in needs[name]]
                for first, some in members.items()
            }
        )
        return [tuple(members[first]) for first in order]

    def _links(self, kind):
        """``(column, model, is owner, names several)`` of the columns that name records."""
        fields = self.env[kind.model]._fields
        return [
            (name, fields[column.field].comodel_name, column.owner, several)
            for name, column in kind.columns.items()
            if column.field and not column.reader and fields[column.field].relational
            for several in [fields[column.field].type != "many2one"]
        ]

    def _batches_of(self, names, entries, most):
        families = _Families()
        models = {self.kinds[name].model for name in names}
        links = {
            name: [link for link in self._links(self.kinds[name]) if link[1] in models]
            for name in names
        }
        named = {name: self._own_names(self.kinds[name]) for name in names}
        for name in names:
            model = self.kinds[name].model
            owners = [(column, linked) for column, linked, is_owner, _s in links[name] if is_owner]
            for entry in entries.get(name, ()):
                family = families.of_owner(
                    (linked, self._own_text(entry.text(column))) for column, linked in owners
                )
                families.add(family, entry)
                families.know(family, model, [entry.key])
            # Ids before codes and names: a code may be another row's id.
            for family, entry in families.all() if named[name] else ():
                if entry.kind == name:
                    families.know(family, model, map(entry.text, named[name]))
        for family, entry in families.all():
            for column, model, _is_owner, several in links[entry.kind]:
                text = entry.text(column)
                if text:
                    for one in split_list(text) if several else [text]:
                        families.need(family, model, self._own_text(one))
        result = []
        for places in cut(families.sizes(), families.needs, most):
            batch = Batch(names, defaultdict(list))
            for place in places:
                for entry in families.members[place]:
                    batch.entries[entry.kind].append(entry)
            result.append(batch)
        return result

    def _own_names(self, kind):
        """The columns of a kind by which cells may name its records, beside their ids."""
        fields = self.named_by.get(kind.model, ("name",))
        return [name for name, column in kind.columns.items() if column.field in fields]

    def _own_text(self, text):
        return text.removeprefix(f"{self.namespace}.")


class _Families:
    """Rows that stay together, and which of these need which."""

    def __init__(self):
        self.members = []
        self.needs = []
        self._by_name = {}

    def of_owner(self, owners):
        """The family of the first owner that is named; a new one where there is none."""
        for owner in owners:
            if owner[1]:
                if owner not in self._by_name:
                    # It is in the database, or nowhere: its rows stay together all the same.
                    self._by_name[owner] = self._new()
                return self._by_name[owner]
        return self._new()

    def _new(self):
        self.members.append([])
        self.needs.append(set())
        return len(self.members) - 1

    def add(self, family, entry):
        self.members[family].append(entry)

    def know(self, family, model, texts):
        for text in texts:
            if text:
                self._by_name.setdefault((model, text), family)

    def need(self, family, model, text):
        other = self._by_name.get((model, text))
        if other is not None and other != family:
            self.needs[family].add(other)

    def all(self):
        for family, entries in enumerate(self.members):
            for entry in entries:
                yield family, entry

    def sizes(self):
        return list(map(len, self.members))
