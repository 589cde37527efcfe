"""Rows on their way in: as few bytes each as may be, since a load has hundreds of thousands."""

from functools import cache


@cache
def _places(names):
    return {name: place for place, name in enumerate(names)}


class Entry:
    """A row on its way in.

    ``cells`` are ours by name, made when they are first asked for; ``given`` is the row as the file
    has it; ``key`` names the record, ``name`` is the external id under which a new one will be
    kept. ``unknown`` are the columns of which it says something that no record has; ``problem`` is
    why it cannot go in whatever it says; ``file_kind`` is what its file holds, where no mapping
    says what rows become.

    :param names: our columns, shared by the rows of a file
    :param texts: what they say
    :param row: the ``Row`` of the file, or its cells
    """

    __slots__ = (
        "_cells",
        "_names",
        "_row",
        "_texts",
        "digest",
        "file",
        "file_kind",
        "key",
        "kind",
        "line",
        "name",
        "once",
        "problem",
        "unknown",
    )

    def __init__(self, kind, file, line, names, texts, row, once=False, unknown=()):
        self.kind = kind
        self.file = file
        self.line = line
        self._names = names
        self._texts = texts
        self._row = row
        self._cells = None
        self.once = once
        self.unknown = unknown
        self.key = ""
        self.name = None
        self.problem = None
        self.digest = ""
        self.file_kind = ""

    @property
    def cells(self):
        """The texts by our columns; what is put there stays."""
        if self._cells is None:
            self._cells = dict(zip(self._names, self._texts, strict=True))
        return self._cells

    @property
    def given(self):
        """The row as the file has it, ``{column: text}``."""
        return self._row if isinstance(self._row, dict) else self._row.cells

    def text(self, name):
        """What the file says in one of our columns; an empty text where it says nothing."""
        place = _places(self._names).get(name)
        return self._texts[place] if place is not None else ""

    def texts(self):
        """``(column, text)`` of the columns that say something."""
        return [pair for pair in zip(self._names, self._texts, strict=True) if pair[1]]

    def forget_cells(self):
        """Free what was read of the row; its texts stay."""
        self._cells = None
