"""A month goes to a file, is verified, and leaves the database."""

from decimal import Decimal
from functools import partial
from itertools import zip_longest

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine import month_file
from ..ingest.usage_event_storage import TABLE


class UsageMonth(models.Model):
    _inherit = "cn285.usage.month"

    def _export(self):
        """Write the file, and read it again: rows, sums of each item, and all that rows say.

        :raises UserError: if the month is not closed, or the file has not what it should have
        """
        self.ensure_one()
        if self.state == "dropped":
            return
        self._check_closed()
        path = self._path()
        written = month_file.write(path, self._stored_pages())
        self._compare_sums(path)
        self._write_inside(
            {
                "state": "restored" if self.state == "restored" else "exported",
                "event_count": written.count,
                "content_digest": written.digest,
                "file_size": path.stat().st_size / 1e6,
                "file_hash": month_file.file_hash(path),
            }
        )
        self._verify_file()

    def _check_closed(self):
        earliest = self.env["cn285.usage.event"]._earliest()
        if not earliest or earliest < self._ends():
            raise UserError(
                self.env._(
                    "%(month)s still takes events: months leave the database once they are "
                    "closed. See Months Open for Usage in the settings.",
                    month=self.name,
                )
            )

    def _verify_file(self):
        """Read the file in full.

        :raises UserError: if it is not there, cannot be read, or does not have what was written
        """
        self.ensure_one()
        if not self.content_digest:
            raise UserError(self.env._("%(month)s has no file yet.", month=self.name))
        path = self._path()
        try:
            same = (
                month_file.file_hash(path) == self.file_hash
                and month_file.content_of(month_file.read(path)) == self._content()
            )
        except (OSError, ValueError) as error:
            raise UserError(
                self.env._(
                    "%(month)s: its file %(path)s cannot be read (%(reason)s).",
                    month=self.name,
                    path=path,
                    reason=str(error),
                )
            ) from None
        if not same:
            raise UserError(
                self.env._(
                    "%(month)s: its file %(path)s is not what was written. Bring it back from a "
                    "backup.",
                    month=self.name,
                    path=path,
                )
            )
        self._write_inside({"verified_at": fields.Datetime.now()})

    def _content(self):
        return month_file.Content(self.event_count, self.content_digest)

    def _compare_sums(self, path):
        """The events and quantities of each item and metric are those that the database adds up."""
        cr = self.env.cr
        name = SQL.identifier(f"cn285_month_sums_{self.id}")
        cr.execute(
            SQL(
                "DECLARE %s NO SCROLL CURSOR FOR SELECT company_id, item_id, metric_id, count(*), "
                "sum(quantity)::text FROM %s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                name,
                SQL.identifier(self._partition()),
            )
        )

        def stored():
            while True:
                cr.execute(SQL("FETCH %s FROM %s", month_file.PAGE, name))
                page = cr.fetchall()
                if not page:
                    return
                for *key, total in page:
                    yield (*key, Decimal(total))

        for one, other in zip_longest(stored(), month_file.sums(month_file.read(path))):
            if one != other:
                raise UserError(
                    self.env._(
                        "%(month)s: the file and the database do not add up to the same "
                        "(%(file)s, %(database)s).",
                        month=self.name,
                        file=other,
                        database=one,
                    )
                )
        cr.execute(SQL("CLOSE %s", name))

    # === THE EVENTS GO === #

    def _drop(self):
        """Take the events out of the database, in this transaction; the file has them all.

        Events that are still needed one by one (parked; a level that is in force; of local days
        that lie in the next month) stay, in the partition for what has no month.

        :raises UserError: saying what still needs the month
        """
        self.ensure_one()
        if self.state not in ("exported", "restored"):
            return
        self._check_closed()
        self._write_inside({"kept_by": False})
        self._close_month()
        partition = SQL.identifier(self._partition())
        cr = self.env.cr
        cr.execute(SQL("LOCK TABLE %s IN SHARE MODE", partition))
        self._verify_file()
        if month_file.content_of(self._stored_pages()) != self._content():
            # Something was changed since: partners merged, a person made anonymous.
            self._export()
        cr.execute(SQL("ALTER TABLE %s DETACH PARTITION %s", SQL.identifier(TABLE), partition))
        cr.execute(
            SQL(
                "INSERT INTO %s SELECT * FROM %s e WHERE %s",
                SQL.identifier(TABLE),
                partition,
                self._needed_sql(),
            )
        )
        cr.execute(SQL("DROP TABLE %s", partition))
        self._write_inside({"state": "dropped"})
        self._drop_remains()
        self.env.cr.postcommit.add(partial(self._drop_on_shards, self.date_start))
        self.env["cn285.usage.event"].invalidate_model()

    @api.model
    def _drop_on_shards(self, day):
        """Let shards drop a month that is not in the database any more; again, nothing happens."""
        shards = self.env["cn285.usage.shard"]._shards()
        if shards:
            with self.env.registry.cursor() as cr:
                shards.with_env(self.env(cr=cr))._tell("drop", month=day)

    def _drop_remains(self):
        """Let go of what earlier months left that is needed no more: their files have it."""
        for month in self.search([("state", "=", "dropped"), ("date_start", "<", self.date_start)]):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s e WHERE e.occurred_at >= %s AND e.occurred_at < %s "
                    "AND NOT (%s)",
                    SQL.identifier(f"{TABLE}_default"),
                    month._begins(),
                    month._ends(),
                    self._needed_sql(),
                )
            )
