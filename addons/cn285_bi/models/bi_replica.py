import logging

from odoo import api, fields, models
from odoo.tools import SQL

from ..catalogue import CATALOGUE
from ..engine import publication

_logger = logging.getLogger(__name__)

#: Under which the database is noted that has a replica: a copy of it has none.
DATABASE = "cn285_bi.database"


class BiReplica(models.Model):
    """The replica of this database that BI tools read: what it should have, and has.

    It is made by ``make replica`` and follows by itself. One record, made with it; it belongs to
    the database, not to a company: administrators alone see it.
    """

    _name = "cn285.bi.replica"
    _description = "Replica for BI"
    _inherit = ["mail.thread", "mail.activity.mixin", "cn285.guarded"]
    _is_history = True
    _rec_name = "made_on"

    made_on = fields.Datetime(readonly=True)
    events = fields.Boolean(
        string="Usage Events",
        readonly=True,
        help="Each event of usage goes to the replica as well, as it arrives.",
    )

    def init(self):
        """The table of beats: by it the replica tells how far it is. No model, nobody reads it."""
        result = super().init()
        self.env.cr.execute(
            """CREATE TABLE IF NOT EXISTS cn285_replica_beat (
                 id bigserial PRIMARY KEY,
                 beaten_at timestamp NOT NULL DEFAULT (clock_timestamp() AT TIME ZONE 'UTC'),
                 lsn pg_lsn NOT NULL DEFAULT pg_current_wal_insert_lsn()
               )"""
        )
        return result

    # === WHAT THERE SHOULD BE === #

    @api.model
    def _views(self):
        """All views of the catalogue. An addon adds its own: ``(*super()._views(), View(…))``.

        See ``engine/catalogue.View``; a view is there where its addon is installed.
        """
        return CATALOGUE

    @api.model
    def _installed(self):
        """The technical names of installed addons."""
        return set(self.env["ir.module.module"]._installed())

    @api.model
    def _wanted(self, events=False):
        """What should be published, ``{publication: {table: columns}}``."""
        return publication.wanted(self._views(), self._installed(), events)

    # === WHAT THERE IS === #

    @api.model
    def _published(self):
        """What is published, ``{publication: {table: columns}}``; empty: no replica was made."""
        self.env.cr.execute(
            """SELECT pub.pubname, listed.tablename, listed.attnames::text[]
                 FROM pg_publication pub
            LEFT JOIN pg_publication_tables listed ON listed.pubname = pub.pubname
                WHERE pub.pubname = ANY(%s)""",
            [[publication.ROWS, publication.EVENTS]],
        )
        found = {}
        for name, table, columns in self.env.cr.fetchall():
            tables = found.setdefault(name, {})
            if table:
                tables[table] = tuple(columns)
        return found

    @api.model
    def _differences(self):
        """Tables that are published otherwise than the views need; none where no replica is."""
        published = self._published()
        if not published:
            return []
        wanted = self._wanted(events=publication.EVENTS in published)
        told = []
        for name in published:
            told += publication.differences(wanted.get(name, {}), published[name])
        return told

    def _register_hook(self):
        result = super()._register_hook()
        told = self._differences()
        if told:
            _logger.warning(
                "The replica for BI lacks changes of %s: run make replica-refresh", ", ".join(told)
            )
        return result

    # === MADE AND FORGOTTEN, BY tools/replica.py === #

    @api.model
    def _note_made(self, events=False):
        """Note that this database has a replica now, and let the beats begin."""
        self.env["ir.config_parameter"].set_param(DATABASE, self.env.cr.dbname)
        replica = self.search([], limit=1)
        if not replica:
            replica = self.create({"made_on": fields.Datetime.now()})
        replica.events = events
        self.env.ref("cn285_bi.cron_beat").active = True
        self._beat()

    @api.model
    def _forget(self):
        """Note that there is no replica any more."""
        self.env["ir.config_parameter"].set_param(DATABASE, False)
        self.search([], limit=1).unlink()
        self.env.ref("cn285_bi.cron_beat").active = False
        self.env.cr.execute("DELETE FROM cn285_replica_beat")

    @api.model
    def _drop_traces(self):
        """Remove what is no record: publications, what lets go of tables, beats.

        A slot stays while its replica is connected; ``make replica ARGS=drop`` ends both.
        """
        for name in (publication.EVENTS, publication.ROWS):
            self.env.cr.execute(SQL("DROP PUBLICATION IF EXISTS %s", SQL.identifier(name)))
        self.env.cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if self.env.cr.fetchone()[0]:
            self.env.cr.execute("DROP EVENT TRIGGER IF EXISTS cn285_bi_let_go")
            self.env.cr.execute("DROP FUNCTION IF EXISTS cn285_bi_let_go()")
        self.env.cr.execute("DROP TABLE IF EXISTS cn285_replica_beat")
