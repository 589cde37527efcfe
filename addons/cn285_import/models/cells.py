"""From the text of a cell to the value of a field; what is wrong is said in a clerk's words."""

import re
from contextlib import suppress
from datetime import datetime, time

from odoo.fields import Command

from ..engine.written import Style, WrittenError, bare, read_date, read_number

_INTEGER_LIMIT = 2**31
YES = {"yes", "true", "1", "y", "x", "oui", "vrai"}
NO = {"no", "false", "0", "n", "non", "faux"}


class CellError(ValueError):
    """A cell that cannot be read; its message is what the clerk is told."""


class CellReader:
    """Reads cells for one load.

    :param env: the environment of the user who loads
    :param references: the ``References`` of the load
    :param refused: ``{(model, id text): (file, line)}`` of rows that were refused before
    :param beside: other files that came with the rows, as ``{path: bytes}``
    """

    def __init__(self, env, references, refused, beside=None):
        self.env = env
        self.references = references
        self.refused = refused
        self.beside = beside or {}
        # How the file of the row that is read writes numbers and dates.
        self.style = Style()
        # The cells of that row, for readers of a cell that another one explains.
        self.cells = {}
        # Whether the row that is read named one of the files that came with the rows.
        self.used_files = False
        self._selections = {}

    def value_of(self, model, column, text):
        """The value of a cell that is not empty, as :meth:`create` takes it.

        :raises CellError: saying what is wrong, without naming the column
        """
        if callable(column.reader):
            return column.reader(self, text)
        if column.reader:
            return getattr(self, f"_read_{column.reader}")(text)
        field = self.env[model]._fields[column.field]
        if field.type in ("many2one", "many2many"):
            if field.type == "many2one":
                return self.reference(field.comodel_name, text)
            ids = [self.reference(field.comodel_name, name) for name in split_list(text)]
            return [Command.set(ids)]
        if field.type == "selection":
            return self._read_selection(field, text)
        return getattr(self, f"_read_{field.type}")(text)

    # --- plain values --------------------------------------------------------------------

    def _read_char(self, text):
        return text

    _read_text = _read_char
    _read_html = _read_char

    def _read_boolean(self, text):
        if text.lower() in YES:
            return True
        if text.lower() in NO:
            return False
        raise CellError(self.env._("“%s” is neither yes nor no", text))

    def _read_integer(self, text):
        number = bare(text)
        if not re.fullmatch(r"[+-]?[0-9]{1,10}", number) or abs(int(number)) >= _INTEGER_LIMIT:
            raise CellError(self.env._("“%s” is not a whole number", text))
        return int(number)

    def read_float(self, text):
        """A number, written as its file writes numbers; readers of kinds use it for parts of cells.

        :raises CellError: where it is none, or may be two
        """
        try:
            value = float(read_number(text, self.style))
        except WrittenError as error:
            raise CellError(self._why_no_number(error)) from None
        if abs(value) >= 1e12:
            raise CellError(self.env._("“%s” is too large", text))
        return value

    def _why_no_number(self, error):
        if error.code == "ambiguous_number":
            return self.env._(
                "“%s” may be read in two ways: say whether the decimals of this file stand behind "
                "a comma or a point",
                error.text,
            )
        if error.code == "other_separator":
            return self.env._(
                "“%(text)s”: the decimals of this file are said to stand behind “%(separator)s”",
                text=error.text,
                separator=self.style.decimal,
            )
        return self.env._("“%s” is not a number", error.text)

    _read_float = read_float
    _read_monetary = read_float

    def _read_date(self, text):
        with suppress(WrittenError):
            return read_date(text, self.style.dates)
        if self.style.dates == "ymd":
            raise CellError(self.env._("“%s” is not a date; write it like 2026-12-31", text))
        example = {"dmy": "31/12/2026", "mdy": "12/31/2026"}[self.style.dates]
        raise CellError(
            self.env._(
                "“%(text)s” is not a date; write it like %(example)s or 2026-12-31",
                text=text,
                example=example,
            )
        )

    def _read_datetime(self, text):
        return datetime.combine(self._read_date(text), time.min)

    def _read_end_of_day(self, text):
        return datetime.combine(self._read_date(text), time(23, 59, 59))

    def _read_selection(self, field, text):
        if field not in self._selections:
            labels = dict(field._description_selection(self.env))
            known = {label.lower(): value for value, label in labels.items()}
            self._selections[field] = known | {value.lower(): value for value in labels}, labels
        known, labels = self._selections[field]
        if text.lower() not in known:
            raise CellError(self.not_allowed(text, labels))
        return known[text.lower()]

    def not_allowed(self, text, values):
        """The refusal of a text that is none of these values."""
        return self.env._(
            "“%(text)s” is not allowed; choose one of %(values)s",
            text=text,
            values=", ".join(values),
        )

    def file_content(self, text):
        """The bytes of a file that came with the rows, by its path.

        :raises CellError: where there is none of that name
        """
        self.used_files = True
        content = self.beside.get(text.replace("\\", "/").removeprefix("./"))
        if not content:
            raise CellError(
                self.env._("there is no file “%s” in the zip or folder, or it is empty", text)
            )
        return content

    # --- references ----------------------------------------------------------------------

    def reference(self, model, text):
        """The id of the record that a text names, once ``references`` has looked for it.

        :raises CellError: where there is none, or several
        """
        found = self.references.get(model, text)
        if isinstance(found, list):
            raise CellError(
                self.env._(
                    "%(count)s records are called “%(text)s”; use the external id",
                    count=len(found),
                    text=text,
                )
            )
        if not found:
            raise CellError(self.missing(model, text))
        return found

    def missing(self, model, text):
        """The reason why a text names no record."""
        if (model, text) in self.refused:
            file, line = self.refused[model, text]
            return self.env._(
                "“%(text)s” was refused itself (%(file)s, line %(line)s)",
                text=text,
                file=file,
                line=line,
            )
        return self.env._(
            "there is no %(what)s “%(text)s”",
            what=self.env["ir.model"]._get(model).name.lower(),
            text=text,
        )


def split_list(text):
    """The names in a cell that may hold several, separated by a bar."""
    return [name.strip() for name in text.split("|") if name.strip()]
