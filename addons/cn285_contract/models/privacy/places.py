"""Where personal data is: a place each, with how it is found and made anonymous.

No model is defined here. A new place is an entry in ``cn285.personal.data._places``.
"""

import json
from dataclasses import dataclass
from typing import Any

from odoo import SUPERUSER_ID
from odoo.tools import SQL, split_every

# Rows that are looked at together.
BATCH = 2_000


@dataclass(frozen=True)
class Place:
    """Records that say something of a person.

    - ``name``: how programs call it; ``label``: what people read, by ``LazyTranslate``
    - ``model``: of the records; ``domain``: function of a ``Person``: which ones it looks at
    - ``is_proof``: what proves something, and may be kept until its retention is over
    - ``kept``: why the law keeps it, by ``LazyTranslate``; None where it is made anonymous
    """

    name: str
    label: Any
    model: str
    domain: Any
    is_proof: bool = False
    kept: Any = None

    def found(self, person):
        """Ids of the records that say something of the person."""
        return person.env[self.model].search(self.domain(person)).ids

    def sample(self, person):
        """Ids of the records that a look-up shows: all of them, where they can be shown."""
        return self.found(person)

    def anonymise(self, person):
        """Make them anonymous."""


@dataclass(frozen=True)
class Texts(Place):
    """Records whose texts name the person: what names it is replaced, whatever guards the record.

    - ``texts``, ``data``: names of text fields, of JSON fields, in which names are replaced
    - ``cleared``: fields that are emptied, ``marked``: that say only that they were
    """

    texts: tuple = ()
    data: tuple = ()
    cleared: tuple = ()
    marked: tuple = ()

    def found(self, person):
        return [row_id for row_id, _values in self._changes(person)]

    def anonymise(self, person):
        model = person.env[self.model]
        for row_id, values in self._changes(person):
            assignments = SQL(", ").join(
                SQL("%s = %s", SQL.identifier(name), value) for name, value in values.items()
            )
            # Past the doors of proofs and of history: the law on personal data goes above them.
            model.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s WHERE id = %s",
                    SQL.identifier(model._table),
                    assignments,
                    row_id,
                )
            )
        model.invalidate_model(flush=False)

    def _changes(self, person):
        """Pairs of id and new column values of the rows that say something of the person."""
        model = person.env[self.model]
        names = [*self.texts, *self.data, *self.cleared, *self.marked]
        model.flush_model()
        columns = SQL(", ").join(SQL.identifier(name) for name in ("id", *names))
        for ids in split_every(BATCH, self._candidates(person)):
            rows = model.env.execute_query(
                SQL(
                    "SELECT %s FROM %s WHERE id = ANY(%s)",
                    columns,
                    SQL.identifier(model._table),
                    list(ids),
                )
            )
            for row_id, *values in rows:
                changed = self._changed(person, dict(zip(names, values, strict=True)))
                if changed:
                    yield row_id, changed

    def _candidates(self, person):
        """Ids of the records to look at."""
        return person.env[self.model].search(self.domain(person), order="id").ids

    def _changed(self, person, row):
        result = {}
        for name, value in row.items():
            if value in (None, ""):
                continue
            if name in self.cleared:
                result[name] = None
            elif name in self.marked:
                if value != person.mark:
                    result[name] = person.mark
            else:
                cleaned = person.texts.without(value, person.mark)
                if cleaned != value:
                    result[name] = json.dumps(cleaned) if name in self.data else cleaned
        return result


@dataclass(frozen=True)
class Naming(Texts):
    """Records that belong to nobody, such as logs, in which the person is named somewhere."""

    def _candidates(self, person):
        model = person.env[self.model]
        names = [*self.texts, *self.data]
        patterns = name_patterns(person)
        if not patterns:
            return []
        conditions = [
            SQL("%s::text ILIKE ANY(%s)", SQL.identifier(name), patterns) for name in names
        ]
        rows = model.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE %s ORDER BY id",
                SQL.identifier(model._table),
                SQL(" OR ").join(conditions),
            )
        )
        return [row_id for (row_id,) in rows]


def name_patterns(person):
    """What names a person, as patterns for ``ILIKE``: they find more than whole words."""
    return [f"%{_escaped(name)}%" for name in person.names]


def _escaped(text):
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


@dataclass(frozen=True)
class Deleted(Place):
    """Records that go."""

    def anonymise(self, person):
        # As the superuser: proofs are past all others.
        model = person.env(user=SUPERUSER_ID)[self.model]
        model.search(self.domain(person)).unlink()


@dataclass(frozen=True)
class Done(Place):
    """Records that a function of the model makes anonymous: ``method``, of the records found."""

    method: str = ""

    def anonymise(self, person):
        model = person.env[self.model]
        getattr(model.browse(self.found(person)), self.method)(person)
