"""What an import consists of: kinds of rows, their columns, and the fields behind them.

A kind is a constant of this type in the addon that owns the model; the addon's
``cn285.import.loader._kinds`` names it in its list, and nothing else needs to know of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    """A column of a kind.

    :param field: the record's field; None: the kind acts on it (``state``, ``closed_on`` …)
    :param reader: how the cell is read; None: as the field's type asks; a name: one of the
        ``CellReader``'s own (``date``, ``end_of_day`` …); or a function of the ``CellReader`` and
        the text, which raises ``CellError``
    :param owner: the record that this reference names waits for this row: a contract stays a
        draft while one of its rows is refused
    :param meaning: what users are told of it beside the field's label, instead of its help
    """

    field: str | None = None
    reader: str | Callable | None = None
    owner: bool = False
    meaning: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of rows.

    :param name: what files of it are called: ``items.csv``, ``items-fleet.csv``
    :param model: the model of its records
    :param columns: ``{column: Column}``, beside ``id``
    :param required: columns that must be filled when a record is created
    :param fields: given the environment, names more fields that have a column each: the lists that
        models keep anyway, so that what is added there is a column by itself
    :param key: columns that identify a row which has no ``id``
    :param adopt: fields by which a record that exists already is taken over
    :param defaults: values of a new record where the file says nothing
    :param complete: given the values of a row's cells, adds in place what follows from them and
        the file need not repeat
    :param complete_new: the same for new records only; given the values, and the row's cells
    :param complete_record: given the record (an empty one where it is new), the values and the
        row's cells, adds in place what hangs on the record too
    :param make: given the model and a list of values, makes the records; None: as ``create`` does
    :param waiting: given a record and its key: the sentence that says how it waits for a row of
        its own that was refused; None where it does not wait
    :param order: given the cells of a row, what rows are sorted by; None: they stay as they are
    :param example: ``{column: text}`` of a row, or several of them, that load together with the
        examples of the kinds that they refer to: what a template has that users download
    :param beside: files that the example names, as ``{path: bytes}``
    :param finish: given the ``Load``, does what is left to do once all rows of a batch are in:
        those of the kinds that belong to the same records (``Column.owner``)
    :param undo: given records that a load made and that are to be deleted, brings them to where
        that is possible; raises a ``UserError`` that says why one stays
    """

    name: str
    model: str
    columns: dict[str, Column]
    required: tuple[str, ...]
    fields: Callable | None = None
    key: tuple[str, ...] = ()
    adopt: tuple[str, ...] = ()
    defaults: dict[str, object] = field(default_factory=dict)
    complete: Callable | None = None
    complete_new: Callable | None = None
    complete_record: Callable | None = None
    make: Callable | None = None
    waiting: Callable | None = None
    order: Callable | None = None
    finish: Callable | None = None
    example: dict[str, str] | tuple[dict[str, str], ...] = ()
    beside: dict[str, bytes] = field(default_factory=dict)
    undo: Callable | None = None

    def owner_columns(self):
        """The columns that name the record which waits for a row, as ``{column: Column}``."""
        return {name: column for name, column in self.columns.items() if column.owner}

    def required_owners(self):
        """The columns that name what a row is a part of, and that each row fills."""
        return [name for name in self.owner_columns() if name in self.required]

    def example_rows(self):
        """The rows of the example, as a list of ``{column: text}``."""
        return [self.example] if isinstance(self.example, dict) else list(self.example)


def columns_of(*fields, **others):
    """Columns of fields, by :func:`column_name`, and ``column="field"`` or ``column=Column``."""
    columns = {column_name(name): Column(name) for name in fields}
    for name, spec in others.items():
        columns[name] = Column(spec) if isinstance(spec, str) else spec
    return columns


def column_name(field_name):
    """What the column of a field is called, where nothing else is said.

    >>> [column_name(name) for name in ("note", "journal_id", "tag_ids", "cn285_rule_id")]
    ['note', 'journal', 'tags', 'rule']
    """
    name = field_name.removeprefix("cn285_")
    if name.endswith("_ids"):
        return name.removesuffix("_ids") + "s"
    return name.removesuffix("_id")
