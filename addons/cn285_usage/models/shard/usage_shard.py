"""Other PostgreSQL servers that keep a part of the events each."""

import logging
import re

import psycopg2
from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, mute_logger

from . import shard_sql as sql

_logger = logging.getLogger(__name__)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,19}")
# How rows travel: what is fetched, and stored, at once (18 columns of at most 65,535 parameters).
_OPTIONS = {
    "fetch_size": "10000",
    "batch_size": "2000",
    "async_capable": "true",
    # Rows cost to travel: what a shard can add up itself, it adds up.
    "fdw_tuple_cost": "0.2",
    # Joins by number then ask for the rows that are wanted, not for all of a month.
    "use_remote_estimate": "true",
}


class UsageShard(models.Model):
    """A server that keeps events of a share of the items, from the months on that come.

    PostgreSQL's foreign data wrapper reaches it. How it logs in there stands in a user mapping of
    the database, which PostgreSQL shows to nobody else; no record and no log has the password.
    """

    _name = "cn285.usage.shard"
    _description = "Shard of Usage Events"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id"

    name = fields.Char(required=True, readonly=True)
    host = fields.Char(readonly=True)
    port = fields.Integer(readonly=True)
    database = fields.Char(readonly=True)
    user_name = fields.Char(string="Logs In As", readonly=True)
    schema_name = fields.Char(string="Schema", readonly=True)

    _once = models.Constraint("unique(name)", "A shard of that name is there already.")
    # Told twice in one transaction, it would wait for itself.
    _apart = models.Constraint(
        "unique(host, port, database)", "A shard in that database is there already."
    )

    @api.model
    def _add(self, name, host, port, database, user_name, password=None):
        """Add a shard: its schema there, the way to it here. Months made from now on use it.

        :param name: lower-case letters, digits and underscores
        :param password: goes to the user mapping alone
        :raises UserError: if it cannot be reached, or the database may not reach other servers
        """
        if not (self.env.su or self.env.user.has_group("base.group_system")):
            raise AccessError(self.env._("Only administrators add shards."))
        if not _NAME.fullmatch(name or ""):
            raise UserError(
                self.env._("A shard's name has lower-case letters, digits and underscores.")
            )
        schema = re.sub(r"[^a-z0-9_]", "_", f"cn285_{self.env.cr.dbname}".lower())[:60]
        shard = (
            self.sudo()  # sudo: administrators were asked for; records are the program's.
            ._inside()
            .create(
                {
                    "name": name,
                    "host": host,
                    "port": int(port),
                    "database": database,
                    "user_name": user_name,
                    "schema_name": schema,
                }
            )
        )
        self._make_schema(schema, host, port, database, user_name, password)
        shard._make_way(password)
        self.env.registry.clear_cache()
        # sudo: administrators were asked for, above
        self.env["cn285.usage.event"].sudo()._spread_empty_months()
        _logger.info("Usage events: shard %s at %s:%s was added.", name, host, port)
        return shard

    @api.model
    def _make_schema(self, schema, host, port, database, user_name, password):
        try:
            connection = psycopg2.connect(
                host=host,
                port=port,
                dbname=database,
                user=user_name,
                password=password,
                connect_timeout=10,
            )
        except psycopg2.OperationalError as error:
            raise UserError(
                self.env._("The shard cannot be reached: %(reason)s", reason=str(error).strip())
            ) from None
        try:
            with connection, connection.cursor() as cr:
                for statements in (sql.SCHEMA, sql.FUNCTIONS):
                    cr.execute(statements.replace("{schema}", schema))
        finally:
            connection.close()

    def _make_way(self, password):
        """The server, the user mapping, and the table by which the shard is told what to do."""
        cr, server = self.env.cr, SQL.identifier(self._server())
        options = {"host": self.host, "port": str(self.port), "dbname": self.database, **_OPTIONS}
        login = {"user": self.user_name}
        if password:
            login["password"] = password
        try:
            # A statement that fails would be logged, with the password in it.
            with mute_logger("odoo.sql_db"), cr.savepoint():
                cr.execute("CREATE EXTENSION IF NOT EXISTS postgres_fdw")
                cr.execute(
                    SQL(
                        "CREATE SERVER %s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (%s)",
                        server,
                        _listed(options),
                    )
                )
                cr.execute(
                    SQL(
                        "CREATE USER MAPPING FOR CURRENT_USER SERVER %s OPTIONS (%s)",
                        server,
                        _listed(login),
                    )
                )
        except psycopg2.errors.InsufficientPrivilege:
            raise UserError(
                self.env._(
                    "This database's user may not use other servers. A superuser of PostgreSQL "
                    "does once: CREATE EXTENSION postgres_fdw; GRANT USAGE ON FOREIGN DATA WRAPPER "
                    "postgres_fdw TO the user."
                )
            ) from None
        cr.execute(
            SQL(
                sql.FOREIGN_COMMAND,
                table=SQL.identifier(self._command_table()),
                server=server,
                schema=self.schema_name,
            )
        )

    def _server(self):
        return f"cn285_shard_{self.name}"

    def _command_table(self):
        return f"cn285_usage_command_{self.name}"

    @api.model
    def _shards(self):
        """All shards, in the order in which they were added."""
        return self.sudo().browse(self._shard_ids())  # sudo: the program's own.

    @api.model
    @tools.ormcache()
    def _shard_ids(self):
        # Months are made while the module is installed, when there may be no such table yet.
        if not tools.sql.table_exists(self.env.cr, self._table):
            return ()
        # sudo: the program's own.
        return tuple(self.sudo().search([]).ids)  # pylint: disable=no-search-all

    def _tell(self, what, doubt=None, first=None, last=None, month=None):
        """Tell these shards to do something, in this transaction here and there."""
        for shard in self:
            self.env.cr.execute(
                SQL(
                    "INSERT INTO %s (what, id, first_number, last_number, month) "
                    "VALUES (%s, %s, %s, %s, %s)",
                    SQL.identifier(shard._command_table()),
                    what,
                    doubt,
                    first,
                    last,
                    month,
                )
            )


def _listed(options):
    return SQL(", ").join(
        SQL("%s %s", SQL.identifier(name), value) for name, value in options.items()
    )
