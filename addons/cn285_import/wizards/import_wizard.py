import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.files import ArchiveError, unpack, unpack_beside
from ..models.import_loader import NAMESPACE
from ..models.report import packed


class ImportWizard(models.TransientModel):
    """The loader's door for users: files in, the report and the refused rows out."""

    _name = "cn285.import.wizard"
    _description = "Import"

    kinds = fields.Char(
        string="Names of Files",
        compute="_compute_kinds",
        help="What can be imported here, in the order in which it goes in.",
    )
    kind_labels = fields.Text(
        string="What Can Be Imported",
        compute="_compute_kinds",
        help="Each file's name, and what its rows become.",
    )
    attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Files",
        help="CSV files or workbooks named after what they hold, or a zip of them.",
    )
    template_kind = fields.Selection(
        "_kind_choices",
        string="Template",
        help="A file to fill in, with all columns, an example and what may be chosen.",
    )
    template_file = fields.Binary(readonly=True, attachment=False)
    mapping_file = fields.Binary(
        string="Mapping",
        attachment=False,
        help="How the columns of other CSV files are read, in TOML or JSON.",
    )
    mapping_name = fields.Char()
    decimal = fields.Selection(
        [(",", "A Comma (1,5)"), (".", "A Point (1.5)")],
        string="Decimals Behind",
        help="How the numbers of CSV files are written. Left empty, as each file shows; what may "
        "be read in two ways is refused.",
    )
    dates = fields.Selection(
        [("dmy", "31/12/2026"), ("mdy", "12/31/2026")],
        string="Dates As",
        help="How CSV files write dates. Left empty, as 2026-12-31, which is always understood.",
    )
    namespace = fields.Char(
        string="External Ids Under",
        default=NAMESPACE,
        required=True,
        help="Rows that are loaded again under the same name change their records.",
    )
    is_strict = fields.Boolean(
        string="No Unknown Columns",
        help="Nothing is loaded where a file has a column that is not known. Else the column is "
        "left out, and contracts of which it says something wait.",
    )
    state = fields.Selection(
        [("draft", "Files"), ("tried", "Trial"), ("done", "Report")],
        default="draft",
        required=True,
        readonly=True,
    )
    count_ids = fields.One2many("cn285.import.count", "wizard_id", string="Loaded", readonly=True)
    error_ids = fields.One2many(
        "cn285.import.error", "wizard_id", string="Refused Rows", readonly=True
    )
    notes = fields.Text(string="Also to Be Known", readonly=True)
    error_count = fields.Integer(compute="_compute_error_count", string="Refused")
    error_file = fields.Binary(
        string="Refused Rows (CSV)",
        readonly=True,
        attachment=False,
        help="With all of their columns, and the reasons: corrected, they can be imported.",
    )
    error_name = fields.Char(default="refused-rows.csv", readonly=True)

    @api.depends_context("lang")
    def _compute_kinds(self):
        labels = self._kind_labels()
        for wizard in self:
            wizard.kinds = ", ".join(labels)
            wizard.kind_labels = "\n".join(f"{kind}.csv: {what}" for kind, what in labels.items())

    @api.model
    def _kind_labels(self):
        """What rows of each kind become, in the user's words: ``{kind: label}``, in order."""
        # sudo: the names of models, which are no secret; users read them on every screen.
        models_sudo = self.env["ir.model"].sudo()
        catalogue = self.env["cn285.import.loader"]._catalogue()
        return {name: models_sudo._get(kind.model).name for name, kind in catalogue.items()}

    @api.depends("error_ids")
    def _compute_error_count(self):
        for wizard in self:
            wizard.error_count = len(wizard.error_ids)

    def action_load(self):
        """Load the files: at once, or in a background job where they have many rows.

        :returns: what became of them, or the load at work
        :raises UserError: when there is no file, or one that cannot be opened
        """
        return self._load(is_trial=False)

    def action_try_all(self):
        """Load the files, tell what would become of them, and take all of it back."""
        return self._load(is_trial=True)

    def _load(self, is_trial):
        self.ensure_one()
        if not self.attachment_ids:
            raise UserError(self.env._("Choose at least one CSV file, a workbook or a zip."))
        load = self.env["cn285.import.load"]._make(
            [(attachment.name, attachment.raw or b"") for attachment in self.attachment_ids],
            choices=self._choices() or False,
            is_strict=self.is_strict,
            is_trial=is_trial,
            **self._terms(),
        )
        if not load._start():
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Import"),
                "res_model": load._name,
                "res_id": load.id,
                "view_mode": "form",
            }
        self._show(load._report())
        if is_trial:
            self.state = "tried"
        return self._reopen()

    def _loaded(self, **options):
        """Load the files as the dialog says; returns the ``LoadReport``."""
        return self.env["cn285.import.loader"]._load_files(
            self._files(), beside=self._beside(), **self._terms(), **options
        )

    def _terms(self):
        """How the files are read."""
        return {
            "mapping": base64.b64decode(self.mapping_file) if self.mapping_file else None,
            "namespace": self.namespace,
            "decimal": self.decimal,
            "dates": self.dates,
        }

    # === TEMPLATES === #

    @api.model
    def _kind_choices(self):
        """The kinds of files, with what their rows become."""
        return [(name, f"{name} – {label}") for name, label in self._kind_labels().items()]

    def action_template_xlsx(self):
        """Save a workbook to fill in."""
        return self._template("xlsx")

    def action_template_csv(self):
        """Save a CSV file to fill in."""
        return self._template("csv")

    def _template(self, form):
        self.ensure_one()
        if not self.template_kind:
            raise UserError(self.env._("Choose what the file is to hold first."))
        loader = self.env["cn285.import.loader"]
        make = loader._template_xlsx if form == "xlsx" else loader._template_csv
        name, content = make(self.template_kind)
        self.template_file = base64.b64encode(content)
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/template_file/{name}?download=true",
            "target": "download",
        }

    def action_back(self):
        """Back to the files, to load a corrected one."""
        self.ensure_one()
        self.sheet_ids.unlink()
        self.column_ids.unlink()
        self.write({"state": "draft", "attachment_ids": [fields.Command.clear()], "tried": False})
        return self._reopen()

    def _files(self):
        """The CSV files that were given, as a list of ``(name, bytes)``."""
        if not self.attachment_ids:
            raise UserError(self.env._("Choose at least one CSV file, a workbook or a zip."))
        messages = {
            "bad_zip": self.env._("cannot be opened as a zip file"),
            "zip_too_large": self.env._("holds too much for one load; cut it in parts"),
        }
        files = []
        for attachment in self.attachment_ids:
            try:
                files += unpack(attachment.name, attachment.raw or b"")
            except ArchiveError as error:
                reason = messages[error.code]
                raise UserError(
                    self.env._("%(file)s %(reason)s", file=attachment.name, reason=reason)
                ) from error
        return files

    def _beside(self):
        """What else the zips hold, which rows may name: signed papers, by their paths."""
        found = {}
        for attachment in self.attachment_ids:
            found.update(unpack_beside(attachment.name, attachment.raw or b""))
        return found

    def _show(self, report):
        kinds, labels = report.kinds(), self._kind_labels()
        counts = [
            fields.Command.create(
                {
                    "kind": kind.replace("_", " "),
                    "label": labels.get(kind),
                    "created": report.created[kind],
                    "updated": report.updated[kind],
                    "skipped": report.skipped[kind],
                }
            )
            for kind in kinds
        ]
        errors = [
            fields.Command.create({"file": error.file, "line": error.line, "reason": error.reason})
            for error in report.errors
        ]
        name, content = packed(report.error_files())
        self.write(
            {
                "state": "done",
                "count_ids": [fields.Command.clear(), *counts],
                "error_ids": [fields.Command.clear(), *errors],
                "notes": "\n".join(report.notes),
                "error_file": base64.b64encode(content) if content else False,
                "error_name": name or False,
            }
        )

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class ImportCount(models.TransientModel):
    _name = "cn285.import.count"
    _description = "Rows Loaded"

    wizard_id = fields.Many2one("cn285.import.wizard", required=True, ondelete="cascade")
    kind = fields.Char(string="File")
    label = fields.Char(string="What")
    created = fields.Integer(string="New")
    updated = fields.Integer(string="Changed")
    skipped = fields.Integer(string="As Before")


class ImportRefusal(models.TransientModel):
    _name = "cn285.import.error"
    _description = "Refused Row"

    wizard_id = fields.Many2one("cn285.import.wizard", required=True, ondelete="cascade")
    file = fields.Char()
    line = fields.Integer(aggregator=None)
    reason = fields.Text()
