"""Both sides of a replica for BI: Odoo's database, and the one that BI tools read.

``tools/replica.py`` is the command, ``addons/cn285_bi/engine`` has the statements. No password is
in a statement that a server would log: roles get the SCRAM verifier, and while a subscription is
made the session logs nothing.
"""

import secrets
import time

import psycopg2
from odoo.addons.cn285_bi.engine import publication, role_sql, view_sql
from odoo.addons.cn285_bi.engine.watching import slot_name
from replica_server import Refused, Side

#: Seconds that views wait for whoever reads them.
PATIENCE = 60
SUBSCRIPTION = "cn285_bi"

#: A changed type would be refused for a column that is published. Before it, the table is let go;
#: ``make replica-refresh`` copies it anew.
LET_GO = """
CREATE OR REPLACE FUNCTION public.cn285_bi_let_go() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE one record;
BEGIN
  IF current_query() !~* 'ALTER\\s+COLUMN\\s+"?\\w+"?\\s+(SET\\s+DATA\\s+)?TYPE\\M' THEN
    RETURN;
  END IF;
  FOR one IN SELECT pub.pubname, rel.relname FROM pg_publication_rel listed
               JOIN pg_publication pub ON pub.oid = listed.prpubid
               JOIN pg_class rel ON rel.oid = listed.prrelid
              WHERE pub.pubname IN ('cn285_bi', 'cn285_bi_events')
                AND current_query() ~* ('ALTER\\s+TABLE\\s+[^;]*\\m' || rel.relname || '\\M') LOOP
    EXECUTE format('ALTER PUBLICATION %I DROP TABLE public.%I', one.pubname, one.relname);
  END LOOP;
END $$
"""


class Primary(Side):
    """Odoo's database: what it publishes, and to whom."""

    @property
    def reader(self):
        """The role by which the subscription comes."""
        return slot_name(self.dbname).replace("cn285_bi_", "cn285_bi_reader_", 1)[:63]

    def check(self):
        """That this server can publish.

        :raises Refused: with what to set
        """
        (level,) = self.rows("SHOW wal_level")[0]
        if level != "logical":
            raise Refused(
                f"PostgreSQL's wal_level is {level}: set wal_level = logical and restart it"
            )

    def publish(self, wanted):
        """Let the publications have what is wanted, and the reader read it."""
        owner = self.rows(
            "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = 'res_company'::regclass"
        )[0][0]
        for name in (publication.ROWS, publication.EVENTS):
            there = self.exists("pg_publication", "pubname", name)
            if name not in wanted:
                if there:
                    self.run(f"DROP PUBLICATION {name}")
            elif there:
                self.run(publication.set_publication(name, wanted[name]))
            else:
                self.run(
                    publication.create_publication(name, wanted[name]),
                    f"ALTER PUBLICATION {name} OWNER TO {view_sql.name(owner)}",
                )
        for tables in wanted.values():
            self.run(*publication.reader_grants(self.reader, tables))
        self._let_go()

    def _let_go(self):
        """An update that changes a type lets go of the table; only a superuser can arrange it."""
        if self.rows("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")[0][0]:
            self.run(LET_GO)
            if not self.exists("pg_event_trigger", "evtname", "cn285_bi_let_go"):
                self.run(
                    "CREATE EVENT TRIGGER cn285_bi_let_go ON ddl_command_start"
                    " WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION cn285_bi_let_go()"
                )

    def new_reader(self):
        """The subscription's role with a new password, which is returned and kept nowhere else."""
        password = secrets.token_urlsafe(24)
        role = view_sql.name(self.reader)
        verifier = view_sql.quoted(self.verifier(password, self.reader))
        verb = "ALTER" if self.exists("pg_roles", "rolname", self.reader) else "CREATE"
        self.run(
            f"{verb} ROLE {role} LOGIN REPLICATION PASSWORD {verifier}",
            f"GRANT CONNECT ON DATABASE {view_sql.name(self.dbname)} TO {role}",
        )
        return password

    def types(self, tables):
        """The columns of tables with their types, ``{table: {column: type}}``, in order.

        :raises Refused: where a column is missing
        """
        rows = self.rows(
            """SELECT rel.relname, att.attname, format_type(att.atttypid, att.atttypmod)
                 FROM pg_attribute att JOIN pg_class rel ON rel.oid = att.attrelid
                WHERE rel.relnamespace = 'public'::regnamespace AND rel.relname = ANY(%s)
                  AND att.attnum > 0 AND NOT att.attisdropped""",
            [list(tables)],
        )
        types = {(table, column): kind for table, column, kind in rows}
        for table, columns in tables.items():
            for name in columns:
                if (table, name) not in types:
                    raise Refused(
                        f"{table} has no {name}: update the addons of {self.dbname} first"
                    )
        return {
            table: {name: types[table, name] for name in columns}
            for table, columns in tables.items()
        }

    def published(self):
        """What is published, ``{table: columns}``."""
        return {
            table: tuple(columns)
            for table, columns in self.rows(
                "SELECT tablename, attnames::text[] FROM pg_publication_tables"
                " WHERE pubname = ANY(%s)",
                [[publication.ROWS, publication.EVENTS]],
            )
        }

    def take_out(self, tables):
        """Publish these tables no more."""
        for name, table in self.rows(
            "SELECT pubname, tablename FROM pg_publication_tables"
            " WHERE pubname = ANY(%s) AND tablename = ANY(%s)",
            [[publication.ROWS, publication.EVENTS], list(tables)],
        ):
            self.run(f"ALTER PUBLICATION {name} DROP TABLE public.{view_sql.name(table)}")

    def drop(self):
        """Publish nothing any more, and let nobody in for it."""
        self.run(
            f"DROP PUBLICATION IF EXISTS {publication.EVENTS}",
            f"DROP PUBLICATION IF EXISTS {publication.ROWS}",
        )
        if self.rows("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")[0][0]:
            self.run(
                "DROP EVENT TRIGGER IF EXISTS cn285_bi_let_go",
                "DROP FUNCTION IF EXISTS cn285_bi_let_go()",
            )
        slot = slot_name(self.dbname)
        if self.rows("SELECT 1 FROM pg_replication_slots WHERE slot_name = %s", [slot]):
            self.rows("SELECT pg_drop_replication_slot(%s)", [slot])
        if self.exists("pg_roles", "rolname", self.reader):
            role = view_sql.name(self.reader)
            self.run(f"DROP OWNED BY {role}")
            try:
                self.run(f"DROP ROLE {role}")
            except psycopg2.errors.DependentObjectsStillExist:
                # A copy of the database has its rights as well; it lets nobody in.
                self.run(f"ALTER ROLE {role} NOLOGIN PASSWORD NULL")


class Replica(Side):
    """The database that BI tools read."""

    @classmethod
    def made(cls, address, dbname):
        """It, made where it is missing."""
        server = Side(address, "postgres")
        if not server.exists("pg_database", "datname", dbname):
            server.run(
                f"CREATE DATABASE {view_sql.name(dbname)} ENCODING 'UTF8' TEMPLATE template0"
            )
        server.close()
        replica = cls(address, dbname)
        replica.run(*view_sql.schema_statements(), *role_sql.closed_statements(dbname))
        return replica

    @classmethod
    def found(cls, address, dbname):
        """It, or None where it was never made."""
        server = Side(address, "postgres")
        there = server.exists("pg_database", "datname", dbname)
        server.close()
        return cls(address, dbname) if there else None

    def tables(self):
        """``{table: {column: type}}`` of what has arrived."""
        found = {}
        for table, column, kind in self.rows(
            """SELECT rel.relname, att.attname, format_type(att.atttypid, att.atttypmod)
                 FROM pg_class rel JOIN pg_attribute att ON att.attrelid = rel.oid
                WHERE rel.relnamespace = 'public'::regnamespace AND rel.relkind = 'r'
                  AND att.attnum > 0 AND NOT att.attisdropped ORDER BY rel.relname, att.attnum"""
        ):
            found.setdefault(table, {})[column] = kind
        return found

    def subscribed(self):
        """Whether the subscription is there."""
        return bool(
            self.rows(
                "SELECT 1 FROM pg_subscription sub JOIN pg_database db ON db.oid = sub.subdbid"
                " WHERE db.datname = current_database() AND subname = %s",
                [SUBSCRIPTION],
            )
        )

    def shape(self, views, installed, types, anew):
        """Make tables and views as they should be, all at once; roles keep their rights.

        :param types: the tables with their types
        :param anew: tables that are emptied and made again; those that are no more wanted go
        """
        there = self.tables()
        roles = self.roles()
        with self.together():
            self.run(f"SET LOCAL lock_timeout = '{PATIENCE}s'")
            self.run(f"DROP SCHEMA IF EXISTS {view_sql.SCHEMA} CASCADE")
            for table in there:
                if table in anew or table not in types:
                    self.run(f"DROP TABLE public.{view_sql.name(table)}")
            for table, columns in types.items():
                if table not in there or table in anew:
                    self.run(publication.create_table(table, columns))
            self.run(
                *view_sql.schema_statements(),
                *view_sql.view_statements(views, installed),
                *role_sql.closed_statements(self.dbname),
            )
            for role, companies in roles.items():
                self.run(*role_sql.grants(role, self.dbname, companies))

    def roles(self):
        """Who may read, ``{role: companies}``."""
        found = {}
        for role, company in self.rows(
            f"SELECT role, company_id FROM {view_sql.PRIVATE}.access ORDER BY role, company_id"
        ):
            found.setdefault(role, []).append(company)
        return found

    def new_role(self, role, companies):
        """A role that sees these companies; its password, or None where the role was there."""
        password = None
        if not self.exists("pg_roles", "rolname", role):
            password = secrets.token_urlsafe(24)
            self.run(*role_sql.create_role(role, self.verifier(password, role)))
        with self.together():
            self.run(*role_sql.grants(role, self.dbname, companies))
        return password

    def subscribe(self, primary, dbname, names):
        """Follow Odoo's database from now on, all that it has first.

        :param primary: the address of Odoo's server as this one reaches it, with the reader
        """
        with self.unlogged():
            connection = view_sql.quoted(primary.string(dbname))
            try:
                self.run(
                    f"CREATE SUBSCRIPTION {SUBSCRIPTION} CONNECTION {connection}"
                    f" PUBLICATION {', '.join(names)}"
                    f" WITH (slot_name = '{slot_name(dbname)}')"
                )
            except psycopg2.Error as error:
                raise Refused(
                    f"the replica's server does not reach Odoo's database: {_short(error)}"
                ) from None

    def follow(self, names=None, copy=True):
        """Take note of what is published now."""
        if names:
            self.run(
                f"ALTER SUBSCRIPTION {SUBSCRIPTION} SET PUBLICATION {', '.join(names)}"
                " WITH (refresh = false)"
            )
        self.run(
            f"ALTER SUBSCRIPTION {SUBSCRIPTION} REFRESH PUBLICATION"
            f" WITH (copy_data = {str(copy).lower()})"
        )

    def wait(self, seconds=3600):
        """Wait until all tables have been copied.

        :raises Refused: where that takes longer
        """
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            states = {one for (one,) in self.rows("SELECT srsubstate FROM pg_subscription_rel")}
            if states <= {"r"}:
                self.run("ANALYZE")
                return
            time.sleep(0.05)
        raise Refused("the tables are still being copied: see the log of the replica's server")

    def drop(self):
        """Remove the subscription, its slot, the roles and the database."""
        roles = self.roles()
        if self.subscribed():
            try:
                self.run(f"DROP SUBSCRIPTION {SUBSCRIPTION}")
            except psycopg2.Error:  # Odoo's server is away: its slot is dropped there
                self.run(
                    f"ALTER SUBSCRIPTION {SUBSCRIPTION} DISABLE",
                    f"ALTER SUBSCRIPTION {SUBSCRIPTION} SET (slot_name = NONE)",
                    f"DROP SUBSCRIPTION {SUBSCRIPTION}",
                )
        for role in roles:
            if self.exists("pg_roles", "rolname", role):
                self.run(f"DROP OWNED BY {view_sql.name(role)}")
        self.close()
        server = Side(self.address, "postgres")
        server.run(f"DROP DATABASE IF EXISTS {view_sql.name(self.dbname)} WITH (FORCE)")
        server.run(*(f"DROP ROLE IF EXISTS {view_sql.name(role)}" for role in roles))
        server.close()


def _short(error):
    """The first line of an error; a connection's has its host and no password."""
    return str(error).strip().split("\n", 1)[0]
