"""Files to fill in: for each kind its columns, an example that loads, and the choices."""

import io
import zipfile

from odoo import api, models

from ..engine.table import write_table
from ..engine.xlsx import write_workbook
from .cells import split_list

# Sheets and columns whose names begin so are remarks: they are not read.
REMARK = "#"


class ImportLoader(models.AbstractModel):
    _inherit = "cn285.import.loader"

    @api.model
    def _template_xlsx(self, name):
        """A workbook to fill in: the kind's columns and example, what the example refers to, and
        what each column means.

        It loads as it is. Where the example names files, it is a zip with these.

        :param str name: of the kind
        :returns: ``(file name, bytes)``
        """
        kinds = self._catalogue()
        kind = kinds[name]
        header = ["id", *kind.columns]
        rows = [[row.get(column, "") for column in header] for row in kind.example_rows()]
        sheets = [(name, header, rows)]
        for needed in self._example_needs(kinds, kind):
            sheets.append((needed.name, *self._example_table(needed)))
        titles = [
            self.env._("Column"),
            self.env._("Meaning"),
            self.env._("Written As"),
            self.env._("Required"),
        ]
        remarks = self.env._("columns")
        sheets.append((f"{REMARK}{remarks}", titles, self._column_rows(kinds, kind)))
        content = write_workbook(sheets)
        if not kind.beside:
            return f"{name}.xlsx", content
        return f"{name}.zip", _zipped({f"{name}.xlsx": content, **kind.beside})

    @api.model
    def _template_csv(self, name):
        """The kind's columns and example as CSV, without what the example refers to.

        :returns: ``(file name, bytes)``
        """
        kind = self._catalogue()[name]
        header = ["id", *kind.columns]
        rows = [[row.get(column, "") for column in header] for row in kind.example_rows()]
        return f"{name}.csv", write_table(header, rows).encode("utf-8-sig")

    @api.model
    def _example_table(self, kind):
        """The example of a kind, ``(header, rows)``: the columns that it fills."""
        rows = kind.example_rows()
        header = list(dict.fromkeys(column for row in rows for column in row))
        return header, [[row.get(column, "") for column in header] for row in rows]

    @api.model
    def _example_needs(self, kinds, kind):
        """The kinds whose examples a kind's example refers to, and those that these do.

        And those without which it is not whole: a contract has items.
        """
        found, todo = {}, [kind]
        while todo:
            one = todo.pop()
            parts = [
                other
                for other in kinds.values()
                if one in self._example_named(kinds, other, other.required_owners())
            ]
            for other in self._example_named(kinds, one) + parts:
                if other.name != kind.name and other.name not in found:
                    found[other.name] = other
                    todo.append(other)
        return list(found.values())

    @api.model
    def _example_named(self, kinds, kind, columns=None):
        """The kinds whose examples have a row that a cell of a kind's example names.

        :param columns: which cells; None: all
        """
        fields, named = self.env[kind.model]._fields, []
        for row in kind.example_rows():
            for column, text in row.items():
                spec = kind.columns.get(column) if columns is None or column in columns else None
                field = spec and spec.field and fields[spec.field]
                if not field or field.type not in ("many2one", "many2many"):
                    continue
                texts = {text, *split_list(text)}
                named += [
                    other
                    for other in kinds.values()
                    if self._same_model(other.model, field.comodel_name)
                    and any(texts & set(one.values()) for one in other.example_rows())
                ]
        return named

    @api.model
    def _same_model(self, model, other):
        """Whether records of one model are what references to another name."""
        return model == other or other in self.env[model]._inherits

    # === WHAT COLUMNS MEAN === #

    @api.model
    def _column_rows(self, kinds, kind):
        """A line for each column: name, meaning, how it is written, whether it is required."""
        yes = self.env._("yes")
        known = self.env._("By what the row is known: loaded again, it changes its record.")
        rows = [["id", known, self.env._("text"), ""]]
        for name, column in kind.columns.items():
            required = yes if name in kind.required else ""
            rows.append([name, *self._column_words(kinds, kind, column), required])
        return rows

    @api.model
    def _column_words(self, kinds, kind, column):
        """What a column means, and how it is written, in the user's words."""
        field = column.field and self.env[kind.model]._fields[column.field]
        if not field:
            return [self.env._(column.meaning), self._written(column.reader)]
        label = field._description_string(self.env) or ""
        text = column.meaning and self.env._(column.meaning)
        text = text or field._description_help(self.env) or ""
        meaning = ". ".join(filter(None, (label, text)))
        if field.type == "selection":
            choices = field._description_selection(self.env)
            return [meaning, " | ".join(f"{value} ({words})" for value, words in choices)]
        if field.type in ("many2one", "many2many") and not callable(column.reader):
            what = [
                other.name
                for other in kinds.values()
                if self._same_model(other.model, field.comodel_name)
            ]
            what = ", ".join(what) or self.env["ir.model"]._get(field.comodel_name).name
            if field.type == "many2many":
                return [meaning, self.env._("several of %s, separated by |", what)]
            return [meaning, self.env._("one of %s: id, code or name", what)]
        return [meaning, self._written(column.reader or field.type)]

    @api.model
    def _written(self, how):
        """How a cell of a type is written."""
        texts = {
            "boolean": self.env._("yes or no"),
            "date": self.env._("date, as 2026-12-31"),
            "datetime": self.env._("date, as 2026-12-31"),
            "end_of_day": self.env._("date, as 2026-12-31"),
            "integer": self.env._("whole number"),
            "float": self.env._("number, as 12.50"),
            "monetary": self.env._("number, as 12.50"),
        }
        return texts.get(how, self.env._("text"))


def _zipped(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return out.getvalue()
