import logging
from datetime import datetime
from pathlib import Path

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import commit_batch
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, config

from ...engine.month_file import COLUMNS, ORDER, PAGE, NoParquet
from ..ingest.usage_event_storage import TABLE

_logger = logging.getLogger(__name__)
FOLDER = "cn285_usage_months"
# Quantities and properties are texts: exactly what the database has.
_SELECT = ", ".join(
    f"{name}::text" if name in ("quantity", "properties") else name for name in COLUMNS
)


class UsageMonth(models.Model):
    """A month of usage events (UTC, as a partition has it), and where its events are.

    ``stored`` → ``exported`` (a verified file beside them) → ``dropped`` (the file alone) →
    ``restored`` (read back for an audit) → ``dropped``. Whatever is interrupted is done again:
    events leave the database in the transaction that says so, after the file was read once more.
    """

    _name = "cn285.usage.month"
    _description = "Month of Usage Events"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "date_start desc"

    name = fields.Char(compute="_compute_name", store=True)
    date_start = fields.Date(string="Month", required=True, readonly=True)
    state = fields.Selection(
        string="Status",
        selection=[
            ("stored", "In the Database"),
            ("exported", "In the Database and a File"),
            ("dropped", "In a File"),
            ("restored", "Read Back from the File"),
        ],
        default="stored",
        required=True,
        readonly=True,
    )
    event_count = fields.Integer(string="Events", readonly=True)
    file_size = fields.Float(string="Size (MB)", digits=(16, 3), readonly=True)
    file_hash = fields.Char(string="SHA-256 of the File", readonly=True)
    content_digest = fields.Char(readonly=True, help="SHA-256 of all that its rows say.")
    verified_at = fields.Datetime(
        readonly=True, help="When the file was last read in full, and had what it should have."
    )
    kept_by = fields.Text(string="What Keeps It", readonly=True)

    _once = models.Constraint("unique(date_start)", "A month is listed once.")

    @api.depends("date_start")
    def _compute_name(self):
        for month in self:
            month.name = f"{month.date_start:%Y-%m}" if month.date_start else ""

    # === WHICH MONTHS THERE ARE === #

    @api.model
    def action_list(self):
        """List the months whose events are in the database, or were; for administrators."""
        self._check_administrator()
        self.sudo()._list_months()  # sudo: which months there are is a fact of the program.
        return self.env["ir.actions.act_window"]._for_xml_id("cn285_usage.action_usage_month")

    @api.model
    def _check_administrator(self):
        if not (self.env.su or self.env.user.has_group("base.group_system")):
            raise AccessError(
                self.env._("Only administrators move months of usage out of the database.")
            )

    @api.model
    def _list_months(self):
        """Make the records of months with a partition that is over."""
        self.env.cr.execute(
            SQL(
                "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
                "WHERE i.inhparent = %s::regclass",
                TABLE,
            )
        )
        names = {row[0].removeprefix(f"{TABLE}_y") for row in self.env.cr.fetchall()}
        known = {month.name for month in self.search([])}
        now = fields.Datetime.now()
        firsts = [
            datetime(int(name[:4]), int(name[5:7]), 1)
            for name in names
            if len(name) == 7 and name[4] == "m"
        ]
        return self._inside().create(
            [
                {"date_start": first.date()}
                for first in sorted(firsts)
                if f"{first:%Y-%m}" not in known and first + relativedelta(months=1) <= now
            ]
        )

    # === WHERE A MONTH IS === #

    def _begins(self):
        """Its first instant, UTC."""
        self.ensure_one()
        return datetime(self.date_start.year, self.date_start.month, 1)

    def _ends(self):
        """The first instant that is no longer its."""
        return self._begins() + relativedelta(months=1)

    def _partition(self):
        return self.env["cn285.usage.event"]._partition_name(self._begins())

    def _path(self):
        """Where its file is: a folder that an administrator names, else beside attachments."""
        # sudo: a technical parameter, set by administrators.
        folder = self.env["ir.config_parameter"].sudo().get_param("cn285_usage.archive_folder")
        database = self.env.cr.dbname
        base = Path(folder) / database if folder else Path(config.filestore(database)) / FOLDER
        return base / f"usage-{self.name}.parquet"

    def _stored_pages(self):
        """Its rows in the database, page by page, in the order of files."""
        name = SQL.identifier(f"cn285_month_{self.id}")
        order = SQL(", ").join(SQL.identifier(one) for one in ORDER)
        query = SQL(
            "SELECT %s FROM %s ORDER BY %s",
            SQL(_SELECT),
            SQL.identifier(self._partition()),
            order,
        )
        cr = self.env.cr
        cr.execute(SQL("DECLARE %s NO SCROLL CURSOR FOR %s", name, query))
        while True:
            cr.execute(SQL("FETCH %s FROM %s", PAGE, name))
            page = cr.fetchall()
            if not page:
                break
            yield page
        cr.execute(SQL("CLOSE %s", name))

    # === BUTTONS === #

    def action_export(self):
        """Write the months to files and read these again; the events stay where they are."""
        return self._each("_export")

    def action_drop(self):
        """Take months out of the database that have a file, where nothing needs them any more."""
        return self._each("_drop")

    def action_restore(self):
        """Read months back from their files, for an audit or a statement of an old invoice."""
        return self._each("_restore")

    def action_verify(self):
        """Read the files in full, and compare them with what was written."""
        return self._each("_verify_file")

    def _each(self, method):
        self._check_administrator()
        for month in self.sudo().sorted("date_start"):  # sudo: administrators were asked for.
            try:
                getattr(month, method)()
            except NoParquet:
                raise UserError(self._library_missing()) from None
            except OSError as error:
                raise UserError(month._unwritable(error)) from None
        return True

    def _unwritable(self, error):
        """What a user is told of a folder that is not there, closed, or on a full disk."""
        return self.env._(
            "%(month)s: its file %(path)s cannot be written or read (%(reason)s).",
            month=self.name,
            path=self._path(),
            reason=str(error),
        )

    @api.model
    def _library_missing(self):
        return self.env._(
            "Months are exported to Parquet by the Python library pyarrow, which is not installed: "
            "pip install pyarrow."
        )

    @api.model
    def _cron_archive(self):
        """Export and drop the months that are older than the system parameter says; 0: none.

        One that something still needs says what, and is looked at again the next day.
        """
        age = self.env["cn285.usage.event"]._months_parameter("cn285_usage.archive_months", 0)
        if not age:
            return
        self._list_months()
        for month in self.search([("state", "=", "dropped")]):
            # Once more: who dropped it may have been killed before the shards were told.
            self._drop_on_shards(month.date_start)
        limit = fields.Datetime.now() - relativedelta(months=age)
        for month in self.search([("state", "in", ("stored", "exported"))], order="date_start"):
            if month._ends() > limit:
                continue
            try:
                month._export()
                commit_batch(self.env)
                month._drop()
            except (UserError, OSError, ValueError) as error:
                month._write_inside({"kept_by": str(error)})
            except NoParquet:
                _logger.error("Months of usage are not exported: pyarrow is not installed.")
                return
            commit_batch(self.env)
