"""Which column of a file is which of ours, chosen on the screen and tried on the first rows."""

from contextlib import closing

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.table import TableError
from ..engine.xlsx import read_any
from ..models.messages import describe

# Rows of each file that are tried before all are loaded.
TRIED = 100
SAMPLES = 3


class ImportWizard(models.TransientModel):
    """The step between files and report: columns, with values of the file beside them."""

    _inherit = "cn285.import.wizard"

    state = fields.Selection(
        selection_add=[("columns", "Columns"), ("done",)], ondelete={"columns": "set default"}
    )
    saved_id = fields.Many2one(
        "cn285.import.mapping",
        string="Saved Columns",
        help="Columns that were chosen for such files before.",
    )
    save_as = fields.Char(
        string="Save Columns As", help="A name by which these choices are found the next time."
    )
    sheet_ids = fields.One2many("cn285.import.sheet", "wizard_id", string="Tables")
    column_ids = fields.One2many("cn285.import.column", "wizard_id", string="Columns of the Files")
    tried = fields.Char(string="Trial", readonly=True)

    # === STEPS === #

    def action_columns(self):
        """Read the files, and show what each of their columns may be.

        :raises UserError: where a file cannot be read at all
        """
        self.ensure_one()
        self.sheet_ids.unlink()
        self.column_ids.unlink()
        for file, table in self._tables():
            self._add_sheet(file, table)
        self.write({"state": "columns", "tried": False})
        return self._reopen()

    def action_guess(self):
        """Guess the columns anew of tables whose kind was changed on the screen."""
        self.ensure_one()
        tables = {table.file: table for _file, table in self._tables()}
        for sheet in self.sheet_ids:
            columns = self.column_ids.filtered(lambda column, s=sheet: column.sheet_id == s)
            if columns and columns[0].kind != sheet.kind and sheet.name in tables:
                columns.unlink()
                self._add_columns(sheet, tables[sheet.name])
        return self._reopen()

    def action_try(self):
        """Load the first rows of each file, tell what became of them, and undo it all."""
        self.ensure_one()
        choices = self._choices()
        with closing(self.env.cr.savepoint()):
            report = self._loaded(choices=choices, most=TRIED)
            counts = [(kind, report.created[kind], report.updated[kind], report.skipped[kind])
                      for kind in report.kinds()]  # fmt: skip
        self.env.invalidate_all(flush=False)
        self._show(report)
        self.write(
            {
                "state": "columns",
                "tried": self.env._(
                    "%(good)s rows would go in, %(bad)s are refused: of each file the first "
                    "%(most)s rows were tried, and what they refer to. Nothing was kept.",
                    good=sum(sum(numbers) for _kind, *numbers in counts),
                    bad=len(report.errors),
                    most=TRIED,
                ),
            }
        )
        return self._reopen()

    # === WHAT IS CHOSEN === #

    def _choices(self):
        """What was chosen: ``{file: (kind, {header: column or None})}``; it is saved where asked.

        :raises UserError: where a table has no kind, or a column is chosen twice
        """
        choices = {}
        for sheet in self.sheet_ids:
            if not sheet.kind:
                raise UserError(self.env._("%s: say what its rows are.", sheet.name))
            columns = self.column_ids.filtered(lambda column, s=sheet: column.sheet_id == s)
            chosen = {column.header: column.target_id.name or None for column in columns}
            used = [name for name in chosen.values() if name]
            twice = next((name for name in used if used.count(name) > 1), None)
            if twice:
                raise UserError(
                    self.env._(
                        "%(file)s: two columns are “%(column)s”; leave one of them out.",
                        file=sheet.name,
                        column=twice,
                    )
                )
            choices[sheet.name] = (sheet.kind, chosen)
        if self.save_as and choices:
            self._save(choices)
        return choices

    def _save(self, choices):
        mappings = self.env["cn285.import.mapping"]
        content = [{"kind": kind, "columns": columns} for kind, columns in choices.values()]
        name = self.save_as.strip()
        saved = mappings.with_context(active_test=False).search([("name", "=", name)], limit=1)
        if saved:
            saved.write({"content": content, "active": True})
        else:
            saved = mappings.create({"name": name, "content": content})
        self.saved_id = saved

    # === TABLES === #

    def _tables(self):
        """The tables of the files, as ``[(name of the file, Table)]``.

        :raises UserError: where a file cannot be read
        """
        found = []
        for name, content in self._files():
            try:
                tables = read_any(name, content)
            except TableError as error:
                reason = describe(self.env, error)
                raise UserError(
                    self.env._("%(file)s: %(reason)s", file=name, reason=reason)
                ) from error
            found += [(name, table) for title, table in tables if not (title or "").startswith("#")]
        return found

    def _add_sheet(self, file, table):
        loader = self.env["cn285.import.loader"]
        kinds = loader._catalogue()
        saved = self.saved_id._choice(kinds, table.header) if self.saved_id else None
        kind = saved[0] if saved else loader._kind_called(table.file) or loader._kind_called(file)
        sheet = self.env["cn285.import.sheet"].create(
            {
                "wizard_id": self.id,
                "name": table.file,
                "rows": len(table.rows),
                "kind": kind or loader._guess_kind(table.header),
            }
        )
        self._add_columns(sheet, table, saved[1] if saved else None)

    def _add_columns(self, sheet, table, chosen=None):
        """The columns of a table, with what they may be.

        :param chosen: ``{header: column or None}`` that was saved; others are guessed
        """
        loader = self.env["cn285.import.loader"]
        kind = loader._catalogue().get(sheet.kind)
        guessed, targets = {}, {}
        if kind:
            guessed = loader._guess_columns(kind, table.header) | (chosen or {})
            targets = self._targets(kind)
        self.env["cn285.import.column"].create(
            [
                {
                    "wizard_id": self.id,
                    "sheet_id": sheet.id,
                    "kind": sheet.kind,
                    "header": header,
                    "samples": self._samples(table, header),
                    "target_id": targets.get(guessed.get(header)),
                }
                for header in table.header
            ]
        )

    def _samples(self, table, header):
        """The first values of a column that are not empty, each once."""
        values = {}
        for row in table.rows:
            text = row.cells[header]
            if text:
                values.setdefault(text[:40])
            if len(values) == SAMPLES:
                break
        return " · ".join(values)

    def _targets(self, kind):
        """Records of a kind's columns, to be chosen from: ``{column: id}``."""
        targets = self.env["cn285.import.target"]
        known = targets.search([("wizard_id", "=", self.id), ("kind", "=", kind.name)])
        if not known:
            labels = self.env["cn285.import.loader"]._column_labels(kind)
            known = targets.create(
                [
                    {
                        "wizard_id": self.id,
                        "kind": kind.name,
                        "name": name,
                        "label": (texts or [""])[0],
                        "required": name in kind.required,
                    }
                    for name, texts in labels.items()
                ]
            )
        return {target.name: target.id for target in known}


class ImportSheet(models.TransientModel):
    _name = "cn285.import.sheet"
    _description = "Table of an Import"

    wizard_id = fields.Many2one("cn285.import.wizard", required=True, ondelete="cascade")
    name = fields.Char(string="File", readonly=True)
    rows = fields.Integer(readonly=True)
    kind = fields.Selection("_kind_choices", string="Holds")

    @api.model
    def _kind_choices(self):
        return self.env["cn285.import.wizard"]._kind_choices()


class ImportTarget(models.TransientModel):
    """A column of ours that a column of a file may be."""

    _name = "cn285.import.target"
    _description = "Column of an Import"
    _order = "required desc, id"

    wizard_id = fields.Many2one("cn285.import.wizard", required=True, ondelete="cascade")
    kind = fields.Char(required=True)
    name = fields.Char(required=True)
    label = fields.Char()
    required = fields.Boolean()

    @api.depends("name", "label", "required")
    def _compute_display_name(self):
        for target in self:
            words = f"{target.name} – {target.label}" if target.label else target.name
            target.display_name = f"{words} *" if target.required else words

    @api.model
    def _search_display_name(self, operator, value):
        return ["|", ("name", operator, value), ("label", operator, value)]


class ImportColumn(models.TransientModel):
    _name = "cn285.import.column"
    _description = "Column of a File"
    _order = "sheet_id, id"

    wizard_id = fields.Many2one("cn285.import.wizard", required=True, ondelete="cascade")
    sheet_id = fields.Many2one("cn285.import.sheet", string="File", ondelete="cascade")
    kind = fields.Char(readonly=True)
    header = fields.Char(string="Column of the File", readonly=True)
    samples = fields.Char(string="Values", readonly=True)
    target_id = fields.Many2one(
        "cn285.import.target",
        string="Becomes",
        domain="[('wizard_id', '=', wizard_id), ('kind', '=', kind)]",
        help="Left empty, the column is left out.",
    )
