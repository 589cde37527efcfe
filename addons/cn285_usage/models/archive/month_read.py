"""Months are read back from their files."""

from dateutil.relativedelta import relativedelta
from odoo import api, models
from odoo.addons.cn285_contract.engine.pgcopy import columns_file
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine import month_file
from ...engine.month_file import COLUMNS
from ..ingest.usage_event_storage import TABLE

_TEMPORARY = f"CREATE TEMPORARY TABLE cn285_usage_back (LIKE {TABLE}) ON COMMIT DROP"


class UsageMonth(models.Model):
    _inherit = "cn285.usage.month"

    def _rows(self, item_id=None):
        """The events of the file as dictionaries, without the database: for an audit.

        :param item_id: those of one contract item only
        """
        self.ensure_one()
        for page in month_file.read(self._path(), item_id):
            for row in page:
                yield dict(zip(COLUMNS, row, strict=True))

    @api.model
    def _have_event(self, moment, refusal):
        """Whether the event that was refused is in the file of a month that is in a file alone.

        :param moment: when it occurred, UTC
        """
        first = moment.date().replace(day=1)
        month = self.search([("date_start", "=", first), ("state", "=", "dropped")])
        sent = refusal.payload
        return bool(month) and month_file.has_event(
            month._path(),
            refusal.company_id.id,
            str(sent.get("source")),
            str(sent.get("transaction_id")),
        )

    def _restore(self):
        """Put the events back where they were, in this transaction; their days stay closed.

        What stayed in the database, as it was still needed, is not put there twice.

        :raises UserError: if the file is not what was written
        """
        self.ensure_one()
        if self.state != "dropped":
            return
        self._verify_file()
        events = self.env["cn285.usage.event"]
        events._make_partitions([self._begins()])
        cr = self.env.cr
        cr.execute(_TEMPORARY)
        partition = SQL.identifier(self._partition())
        cr.execute(SQL("SELECT id FROM %s", partition))
        there = {row[0] for row in cr.fetchall()}
        for page in month_file.read(self._path()):
            rows = [row for row in page if row[0] not in there]
            if not rows:
                continue
            file = columns_file(zip(*rows, strict=True))
            cr.copy_expert(f"COPY cn285_usage_back ({', '.join(COLUMNS)}) FROM STDIN", file)
        names = SQL(", ").join(SQL.identifier(name) for name in COLUMNS)
        cr.execute(
            SQL("INSERT INTO %s (%s) SELECT %s FROM cn285_usage_back", partition, names, names)
        )
        cr.execute("DROP TABLE cn285_usage_back")
        cr.execute(SQL("SELECT count(*) FROM %s", partition))
        if cr.fetchone()[0] != self.event_count:
            raise UserError(
                self.env._("%(month)s: not all events could be read back.", month=self.name)
            )
        self._write_inside({"state": "restored"})
        events.invalidate_model()


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    def _of_lost_usage(self):
        """Those of these rows of closed days whose events are not in the database.

        Months that were read back have them again: statements can be made, nothing is rated.
        """
        closed = self._of_closed_days()
        if not closed:
            return closed
        # sudo: a fact of the program, whoever asks.
        months = self.env["cn285.usage.month"].sudo().search([("state", "=", "restored")])
        back = {month.name for month in months}
        return closed.filtered(lambda row: not row._month_names() <= back)

    def _month_names(self):
        """The months (UTC) of a row's days; a day belongs to both beside midnight."""
        self.ensure_one()
        names, day = set(), self.period_start.replace(day=1)
        while day <= self.period_end:
            names.add(f"{day:%Y-%m}")
            day += relativedelta(months=1)
        return names
