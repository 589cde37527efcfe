"""What is tried on a replica, whatever follows: equality, lag, kills, what a role may and sees."""

import os
import signal
import threading
import time

import psycopg2
from replica_server import Address, Side

#: Seconds between two tries of the lag.
EVERY = 0.02
#: What no reader may do: none of it is granted.
FORBIDDEN = [
    "SELECT name FROM public.res_partner",
    "SELECT * FROM bi_private.access",
    "INSERT INTO bi_private.access VALUES (current_user, 2)",
    "DELETE FROM bi.contract",
    "UPDATE bi.company SET name = 'x'",
    "INSERT INTO bi.company (name) VALUES ('x')",
    "CREATE TABLE bi.mine (x integer)",
    "CREATE TABLE public.mine (x integer)",
    "CREATE SCHEMA mine",
    "CREATE TEMP TABLE mine (x integer)",
    "CREATE VIEW bi.mine AS SELECT 1",
    "CREATE FUNCTION bi.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "DROP VIEW bi.contract",
    "ALTER VIEW bi.contract RENAME TO mine",
    "DO 'BEGIN END'",
    "CREATE ROLE mine",
    "ALTER ROLE current_user SUPERUSER",
    "SET ROLE shard",
    "SET SESSION AUTHORIZATION shard",
    "COPY bi.contract TO PROGRAM 'cat'",
    "COPY bi.contract TO '/tmp/mine'",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT lo_import('/etc/hostname')",
    "SELECT subconninfo FROM pg_subscription",
    "SELECT rolpassword FROM pg_authid",
    "SELECT pg_reload_conf()",
    "SELECT pg_create_logical_replication_slot('mine', 'pgoutput')",
    "ALTER SUBSCRIPTION cn285_bi DISABLE",
    "CREATE EXTENSION dblink",
    "TRUNCATE public.cn285_contract",
    "SELECT id FROM public.cn285_contract FOR UPDATE",
]


def caught_up(primary, there, seconds=60):
    """Wait until the replica has all that was committed by now; False: it has not come so far."""
    [(beat,)] = primary.rows("INSERT INTO cn285_replica_beat DEFAULT VALUES RETURNING id")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if there.rows("SELECT 1 FROM public.cn285_replica_beat WHERE id = %s", [beat]):
                return True
        except psycopg2.Error:  # it was killed: it comes again
            again(there)
        time.sleep(0.02)
    return False


def again(there):
    """Connect anew to a server that starts again."""
    for _attempt in range(600):
        try:
            there.connection = psycopg2.connect(**there.address.arguments(there.dbname))
            there.connection.autocommit = True
            return
        except psycopg2.OperationalError:
            time.sleep(0.05)


def different(primary, there):
    """Tables whose rows differ: counted, and each row compared by all columns that leave."""
    told = []
    for table, columns in there.tables().items():
        listed = ", ".join(f'"{name}"' for name in sorted(columns))
        query = (
            f"SELECT COUNT(*), md5(string_agg(told, '|' ORDER BY told)) FROM"
            f' (SELECT ROW({listed})::text AS told FROM public."{table}") rows'
        )
        if primary.rows(query) != there.rows(query):
            told.append(table)
    return told


class Lag(threading.Thread):
    """How long a row takes to be seen on the replica, again and again until it is stopped."""

    def __init__(self, work, database):
        super().__init__(daemon=True)
        self.primary = Side(work.primary, database)
        self.there = Side(work.address, work.name)
        self.seconds, self.stopped = [], threading.Event()

    def run(self):
        """Beat, and wait for the beat."""
        while not self.stopped.is_set():
            [(beat,)] = self.primary.rows(
                "INSERT INTO cn285_replica_beat DEFAULT VALUES RETURNING id"
            )
            since = time.monotonic()
            while not self.there.rows(
                "SELECT 1 FROM public.cn285_replica_beat WHERE id = %s", [beat]
            ):
                time.sleep(0.002)
            self.seconds.append(time.monotonic() - since)
            time.sleep(EVERY)

    def report(self):
        """p50, p95 and the longest, in seconds, and of how many."""
        self.stopped.set()
        self.join()
        told = sorted(self.seconds)
        return {
            "p50": told[len(told) // 2],
            "p95": told[int(len(told) * 0.95)],
            "max": told[-1],
            "tries": len(told),
        }


def kill_subscriber(there):
    """Kill the process that applies changes, as a crash of the server; it starts again."""
    try:
        pids = there.rows("SELECT pid FROM pg_stat_subscription WHERE pid IS NOT NULL")
    except psycopg2.Error:
        again(there)
        return False
    for (pid,) in pids:
        os.kill(pid, signal.SIGKILL)
    again(there)
    return bool(pids)


def refused(work, role, password):
    """Which of what is forbidden is refused to a role, with its own limits switched off."""
    address = Address(work.address.host, work.address.port, role, password)
    reader = Side(address, work.name)
    reader.run("SET default_transaction_read_only = off", "SET statement_timeout = 0")
    let = []
    for statement in FORBIDDEN:
        try:
            reader.run(statement)
            let.append(statement)
        except psycopg2.Error as error:
            if error.pgcode not in ("42501", "55000", "0A000", "42809"):
                let.append(f"{statement}: {error}")
    elsewhere = []
    for name in ("postgres", "template1"):
        try:
            Side(address, name).close()
            elsewhere.append(name)
        except psycopg2.OperationalError:
            pass
    reader.close()
    return {"let": let, "elsewhere": elsewhere}


def seen(work, role, password):
    """What a role sees: companies, customers, and what a BI tool reads of the database."""
    address = Address(work.address.host, work.address.port, role, password)
    reader = Side(address, work.name)
    told = {
        "companies": sorted(
            company for (company,) in reader.rows("SELECT company_id FROM contract")
        ),
        "customers": sorted(name for (name,) in reader.rows("SELECT name FROM customer")),
        "named": reader.rows("SELECT name FROM company ORDER BY company_id"),
        # As Metabase and the reflection of SQLAlchemy ask.
        "views": [
            name
            for (name,) in reader.rows(
                "SELECT table_name FROM information_schema.views WHERE table_schema = 'bi'"
            )
        ],
        "uncommented": reader.rows(
            """SELECT rel.relname, att.attname FROM pg_catalog.pg_class rel
                 JOIN pg_catalog.pg_attribute att ON att.attrelid = rel.oid AND att.attnum > 0
                WHERE rel.relnamespace = 'bi'::regnamespace AND rel.relkind = 'v'
                  AND col_description(rel.oid, att.attnum) IS NULL"""
        ),
        "tables": reader.rows(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_schema NOT IN ('bi', 'pg_catalog', 'information_schema')"
        ),
    }
    told["companies"] = sorted(set(told["companies"]))
    told["rows"] = {
        name: reader.rows(f"SELECT COUNT(*) FROM {name}")[0][0] for name in told["views"]
    }
    reader.close()
    return told
