import base64
from hashlib import sha256

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .import_loader import NAMESPACE
from .report import LoadReport, packed, refused_files

# Rows up to which a load is done while its user waits.
AT_ONCE = 2000
MANAGERS = "cn285_import.group_import_manager"


class ImportLoad(models.Model):
    """A load of files: what it is to load, how far it is, and what became of the rows.

    It goes in batches, each committed on its own with all that is said of it here: killed at any
    moment it goes on behind the last one, and comes to the same. Files are kept until it is through
    only; their hashes stay.
    """

    _name = "cn285.import.load"
    _description = "Load of Files"
    _order = "id desc"

    name = fields.Char(string="Files", compute="_compute_name")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("running", "Loading"),
            ("failed", "Interrupted"),
            ("tried", "Tried"),
            ("done", "Loaded"),
            ("undoing", "Being Undone"),
            ("undone", "Undone"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    is_trial = fields.Boolean(
        string="Trial", readonly=True, help="Loaded to see what becomes of it, and taken back."
    )
    namespace = fields.Char(
        string="External Ids Under", default=NAMESPACE, required=True, readonly=True
    )
    mapping = fields.Text(readonly=True)
    decimal = fields.Char(string="Decimals Behind", readonly=True)
    dates = fields.Char(string="Dates As", readonly=True)
    is_strict = fields.Boolean(
        string="No Unknown Columns",
        readonly=True,
        help="Nothing is loaded where a file has a column that is not known.",
    )
    choices = fields.Json(
        string="Columns", readonly=True, help="What the columns of its files are, where chosen."
    )
    context = fields.Json(readonly=True, help="What the loader is told beside.")
    position = fields.Integer(
        string="Batches Done", readonly=True, help="Batches that are committed."
    )
    batch_count = fields.Integer(string="Batches", readonly=True)
    row_count = fields.Integer(string="Rows", readonly=True)
    rows_done = fields.Integer(readonly=True)
    progress = fields.Float(string="Progress (%)", compute="_compute_progress")
    date_started = fields.Datetime(string="Started", readonly=True)
    date_done = fields.Datetime(string="Finished", readonly=True)
    problem = fields.Text(readonly=True, help="Why it was interrupted.")
    notes = fields.Text(string="Also to Be Known", readonly=True)
    tallies = fields.Json(readonly=True)
    undone = fields.Text(string="What Stays", readonly=True, help="What an undo has left, and why.")
    file_ids = fields.One2many("cn285.import.load.file", "load_id", readonly=True)
    count_ids = fields.One2many(
        "cn285.import.load.count", "load_id", string="Counts", readonly=True
    )
    error_ids = fields.One2many(
        "cn285.import.load.error", "load_id", string="Refused Rows", readonly=True
    )
    error_count = fields.Integer(string="Refused", compute="_compute_error_count")
    made_count = fields.Integer(
        string="Records Made",
        compute="_compute_made_count",
        help="Records that it made, and that are still there to be undone.",
    )
    error_file = fields.Binary(compute="_compute_error_file")
    error_name = fields.Char(compute="_compute_error_file")

    # === COMPUTED === #

    @api.depends("file_ids.name")
    def _compute_name(self):
        for load in self:
            names = load.file_ids.mapped("name")
            more = len(names) - 3
            load.name = ", ".join(names[:3]) + (f" (+{more})" if more > 0 else "")

    @api.depends("name", "date_started")
    def _compute_display_name(self):
        for load in self:
            load.display_name = load.name or self.env._("Load %s", load.id)

    @api.depends("rows_done", "row_count", "state")
    def _compute_progress(self):
        for load in self:
            done = load.state in ("done", "tried", "undone")
            load.progress = 100.0 if done else 100.0 * load.rows_done / (load.row_count or 1)

    @api.depends("error_ids")
    def _compute_error_count(self):
        counted = dict(
            self.env["cn285.import.load.error"]._read_group(
                [("load_id", "in", self.ids)], ["load_id"], ["__count"]
            )
        )
        for load in self:
            load.error_count = counted.get(load, 0)

    def _compute_made_count(self):
        # sudo: how many there are, for whoever may see the load.
        records = self.env["cn285.import.record"].sudo()
        counted = dict(records._read_group([("load_id", "in", self.ids)], ["load_id"], ["__count"]))
        for load in self:
            load.made_count = counted.get(load, 0)

    @api.depends("error_ids")
    def _compute_error_file(self):
        for load in self:
            files = refused_files(load.error_ids._as_errors())
            load.error_name, content = packed(files)
            load.error_file = base64.b64encode(content) if content else False

    # === BUTTONS === #

    def action_error_file(self):
        """The refused rows, as files that load again once they are corrected.

        :raises UserError: where no row was refused
        """
        self.ensure_one()
        if not self.error_file:
            raise UserError(self.env._("No row was refused that could be loaded again."))
        url = f"/web/content/{self._name}/{self.id}/error_file/{self.error_name}?download=true"
        return {"type": "ir.actions.act_url", "url": url, "target": "self"}

    def action_resume(self):
        """Go on behind the last batch that is committed: in a background job."""
        self.ensure_one()
        self._check_own()
        if self.state not in ("waiting", "running", "failed"):
            raise UserError(self.env._("There is nothing left to load."))
        self._write({"state": "waiting", "problem": False})
        self._delay()
        return True

    def action_load_tried(self):
        """Load what was tried: at once, or in a background job where it is much.

        :raises UserError: where it was not tried, or its files are gone
        """
        self.ensure_one()
        self._check_own()
        kept = self.sudo().file_ids.filtered("content")  # sudo: the load's own files
        if self.state != "tried" or not kept:
            raise UserError(self.env._("The files are not there any more: import them again."))
        self.sudo()._forget_results()
        self._write({"state": "waiting", "is_trial": False})
        self._start()
        return True

    def _check_own(self):
        """Whoever started a load may go on with it; managers may with others' too.

        :raises AccessError: for somebody else
        """
        if self.create_uid != self.env.user and not self.env.user.has_group(MANAGERS):
            raise AccessError(self.env._("This is somebody else's load."))

    # === HOW ONE COMES ABOUT === #

    @api.model
    def _make(self, files, mapping=None, **values):
        """A load of files, that waits to be started.

        :param files: ``[(name, bytes)]``: CSV files, workbooks, zips of them, and others that rows
            name by their path
        :param mapping: how their columns are read, as the text of a mapping
        :param values: others of its fields
        """
        if isinstance(mapping, bytes):
            mapping = mapping.decode("utf-8-sig", "replace")
        # sudo: users make loads by this door only; it is theirs, by the right to import.
        load = self.sudo().create({"mapping": mapping or False, **values})
        self.env["cn285.import.load.file"].sudo().create(
            [
                {
                    "load_id": load.id,
                    "name": name,
                    "size": len(content),
                    "sha256": sha256(content).hexdigest(),
                    "content": base64.b64encode(content),
                }
                for name, content in files
            ]
        )
        return load.sudo(self.env.su)

    @api.model
    def _unfinished(self, files, **values):
        """A load of the user's own of the same files and terms that did not come to its end.

        :param files, values: as for :meth:`_make`, the mapping among the values
        """
        wanted = sorted(sha256(content).hexdigest() for _name, content in files)
        values = {"company_id": self.env.company.id, **values, "create_uid": self.env.uid}
        mapping = values.pop("mapping", None)
        # sudo: one's own loads.
        loads = self.sudo().search(
            [("state", "in", ("waiting", "running", "failed"))]
            + [(name, "=", value or False) for name, value in values.items() if name != "context"]
        )
        for load in loads:
            same = sorted(load.file_ids.mapped("sha256")) == wanted
            if same and (load.mapping or "") == (mapping or ""):
                return load.sudo(self.env.su)
        return self.browse()

    def _report(self):
        """What became of the rows so far, as a ``LoadReport``."""
        report = LoadReport(
            errors=self.error_ids._as_errors(), notes=(self.notes or "").split("\n")
        )
        report.notes = [note for note in report.notes if note]
        for count in self.count_ids:
            if count.created or count.updated or count.skipped:
                report.created[count.kind] += count.created
                report.updated[count.kind] += count.updated
                report.skipped[count.kind] += count.skipped
        return report

    def _start(self):
        """Load at once what is little, and order a job for what is much; whether it was little."""
        self.ensure_one()
        self.env.flush_all()
        # sudo: the load's own files.
        if self.sudo().file_ids._rough_rows() > AT_ONCE:
            self._delay()
            return False
        self._run(commit=False)
        return True

    def _write(self, vals):
        """Write on the load, which its users only read."""
        # sudo: by the machinery alone, on what the user has started or may undo.
        self.sudo().write(vals)

    def _forget_results(self):
        """Drop what was counted and refused, to begin from the first batch."""
        self.count_ids.unlink()
        self.error_ids.unlink()
        self._write(
            {
                "position": 0,
                "rows_done": 0,
                "notes": False,
                "tallies": False,
                "problem": False,
                "date_started": False,
                "date_done": False,
            }
        )
