"""A replica for BI beside a database: made, read, killed, altered; and what is in it then.

``python replica_worker.py DATABASE story|kills|lag|update``; prints a JSON object.

The server of the environment is Odoo's; CN285_REPLICA that of the replica, whose processes are
killed.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import forks
import psycopg2
from forks import environment
from odoo import fields

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

import replica
from replica_sides import Primary, Replica, Side

CONTRACTS = 150
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


def seed(env):
    """Contracts of two companies, that are billed by the month, and one that bills usage."""
    env.company.cn285_invoice_dating = "schedule"
    env.company._cn285_mark_test_database()
    product = env["product.product"].create({"name": "Service", "type": "service"})
    partners = env["res.partner"].create([{"name": f"Customer {n}"} for n in range(CONTRACTS)])
    env["cn285.contract"].create(
        [
            {
                "partner_id": partner.id,
                "date_start": "2026-01-01",
                "item_ids": [(0, 0, {"product_id": product.id, "price_unit": 10.0 + number})],
            }
            for number, partner in enumerate(partners)
        ]
    ).action_confirm()
    other = env["res.company"].create({"name": "Other", "currency_id": env.company.currency_id.id})
    env["cn285.contract"].with_company(other).create(
        {
            "company_id": other.id,
            "partner_id": env["res.partner"].create({"name": "Of the other"}).id,
            "date_start": "2026-01-01",
            "item_ids": [(0, 0, {"product_id": product.id, "price_unit": 5.0})],
        }
    )
    metric = env["cn285.usage.metric"].create({"name": "Calls", "code": "calls"})
    item = {
        "product_id": product.id,
        "code": "line",
        "billing_type": "usage",
        "calculator_ids": [(0, 0, {"metric_id": metric.id, "price_unit": 0.5})],
    }
    env["cn285.contract"].create(
        {"partner_id": partners[0].id, "date_start": "2026-01-01", "item_ids": [(0, 0, item)]}
    ).action_confirm()


def use(database, day, count):
    """Record events of a day."""
    with environment(database) as env:
        report = env["cn285.usage.event"].ingest(
            [
                {
                    "source": "worker",
                    "transaction_id": f"{day}-{number}",
                    "metric": "calls",
                    "item": "line",
                    "occurred_at": f"{day} 10:00:00",
                    "quantity": 2,
                }
                for number in range(count)
            ]
        )
    assert not report["refused"], report


def bill(database, until):
    """Bill all contracts up to a day, in this process."""
    with environment(database) as env:
        env["cn285.billing.run"].create({"date": until}).action_run()


def sides(database):
    """Both sides, connected."""
    work = replica.from_environment(database)
    return work, Primary(work.primary, database), Replica(work.address, work.name)


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


def kill_while(there, primary, pid, wanted):
    """Kill the subscriber again and again while a process works; returns how often it died."""
    killed = 0
    while killed < wanted:
        killed += kill_subscriber(there)
        if os.waitpid(pid, os.WNOHANG)[0]:
            # The work is through: what is left to kill is the catching up.
            primary.run("UPDATE cn285_billing_schedule SET write_date = now()")
            pid = forks.fork(time.sleep, 1)
        time.sleep(0.3)
    forks.wait([pid])
    return killed


def refused(work, role, password):
    """Which of what is forbidden is refused to a role, with its own limits switched off."""
    address = replica.Address(work.address.host, work.address.port, role, password)
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
    address = replica.Address(work.address.host, work.address.port, role, password)
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


def make(database, events=True):
    """Make the replica; returns its passwords by role."""
    return replica.from_environment(database).make(events=events, everything=True)


def story(database):
    """A replica from its making to its end, two kills of the subscriber on the way."""
    forks.seed(seed)(database)
    work = replica.from_environment(database)
    primary = Primary(work.primary, database)
    use(database, "2026-02-03", 40)
    since = time.monotonic()
    passwords = make(database)
    report = {"seconds": time.monotonic() - since, "again": make(database)}
    there = Replica(work.address, work.name)
    report["roles"] = sorted(passwords)
    report["secrets"] = list(passwords.values())
    # Billing goes on, and BI follows.
    lag = Lag(work, database)
    lag.start()
    pid = forks.fork(bill, database, "2026-03-31")
    forks.wait([pid])
    report["lag"] = lag.report()
    report["followed"] = caught_up(primary, there) and different(primary, there)
    pid = forks.fork(bill, database, "2026-05-31")
    report["killed"] = kill_while(there, primary, pid, 2)
    report["killed_and_followed"] = caught_up(primary, there) and different(primary, there)
    one, _two, everything = sorted(passwords)
    report["refused"] = refused(work, one, passwords[one])
    report["seen"] = {name: seen(work, name, passwords[name]) for name in passwords}
    report["everything"] = everything
    # A month that had no partition when it was made.
    use(database, "2026-03-05", 7)
    caught_up(primary, there)
    report["events"] = there.rows("SELECT COUNT(*), SUM(quantity) FROM public.cn285_usage_event")
    report["events"] = [[int(one) for one in row] for row in report["events"]]
    report["altered"] = altered(database, work, primary, there)
    report["watched"] = watched(database)
    there.connection.close()
    work.drop()
    report["dropped"] = [
        primary.rows("SELECT COUNT(*) FROM pg_publication")[0][0],
        primary.rows("SELECT COUNT(*) FROM pg_replication_slots")[0][0],
        primary.rows("SELECT COUNT(*) FROM pg_event_trigger")[0][0],
        primary.rows("SELECT COUNT(*) FROM pg_roles WHERE rolname LIKE 'cn285_bi%%'")[0][0],
    ]
    return report


def altered(database, work, primary, there):
    """What updates do to tables that are published, and that a refresh brings all back."""
    told = {}
    changes = {
        "type": "ALTER TABLE cn285_contract ALTER COLUMN name TYPE text",
        "dropped": "ALTER TABLE cn285_change_reason DROP COLUMN code CASCADE",
        "added": "ALTER TABLE cn285_change_reason ADD COLUMN code varchar",
    }
    for name, statement in changes.items():
        primary.run(statement)
        with environment(database) as env:
            told[name] = env["cn285.bi.replica"]._differences()
    primary.run(
        "UPDATE cn285_contract SET name = name || 'x'",
        "UPDATE cn285_change_reason SET code = 'c' || id",
    )
    told["new_roles"] = work.refresh()
    told["left"] = caught_up(primary, there) and different(primary, there)
    with environment(database) as env:
        told["after"] = env["cn285.bi.replica"]._differences()
    return told


def watched(database):
    """What the page says: connected, and while the replica is away."""
    with environment(database) as env:
        env["cn285.bi.replica"]._beat()
    time.sleep(0.3)
    with environment(database) as env:
        told = env["cn285.bi.replica"]._watched()
        summary = env["cn285.bi.replica"]._summary()
    return {
        "state": told["state"],
        "visible": bool(told["visible_at"]),
        "warning": told["warning"],
        "kept": told["kept_mb"],
        "summary": summary,
    }


def kills(database, wanted=20):
    """The subscriber killed again and again during a billing run."""
    forks.seed(seed)(database)
    make(database, events=False)
    _work, primary, there = sides(database)
    pid = forks.fork(bill, database, "2026-08-31")
    killed = kill_while(there, primary, pid, wanted)
    return {
        "killed": killed,
        "different": caught_up(primary, there) and different(primary, there),
        "beats": primary.rows("SELECT COUNT(*) FROM cn285_replica_beat")
        == there.rows("SELECT COUNT(*) FROM public.cn285_replica_beat"),
    }


def lag(database):
    """Lag under the billing of some thousand invoices."""
    forks.seed(seed)(database)
    make(database, events=False)
    work, primary, there = sides(database)
    measured = Lag(work, database)
    measured.start()
    since = time.monotonic()
    forks.wait([forks.fork(bill, database, "2026-07-31")])
    report = {"seconds": time.monotonic() - since, **measured.report()}
    [(report["invoices"],)] = primary.rows(
        "SELECT COUNT(*) FROM account_move WHERE move_type = 'out_invoice'"
    )
    report["different"] = caught_up(primary, there) and different(primary, there)
    return report


def update(database):
    """All of our addons updated while the replica is attached; then a refresh, and an uninstall."""
    forks.seed(seed)(database)
    make(database)
    work, primary, there = sides(database)
    with environment(database) as env:
        modules = env["ir.module.module"].search(
            [("state", "=", "installed"), ("name", "=like", "cn285_%")]
        )
        ours = ",".join(modules.mapped("name"))
    forks.odoo.sql_db.close_all()
    command = [
        "odoo", "-c", os.environ["CN285_ODOO_CONF"], "-d", database, "-u", ours,
        "--stop-after-init", "--no-http", "--log-level=warn",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    report = {
        "code": done.returncode,
        "told": [line for line in done.stderr.splitlines() if " ERROR " in line][:5],
        "different": caught_up(primary, there) and different(primary, there),
    }
    report["new_roles"] = work.refresh()
    report["after"] = caught_up(primary, there) and different(primary, there)
    with environment(database) as env:
        env["ir.module.module"].search([("name", "=", "cn285_analytics")]).button_uninstall()
    forks.odoo.sql_db.close_all()
    command[command.index("-u") : command.index("-u") + 2] = ["-u", "cn285_bi"]
    report["uninstalled"] = subprocess.run(command, capture_output=True).returncode
    work.refresh()
    caught_up(primary, there)
    report["left"] = [
        name
        for (name,) in there.rows(
            "SELECT viewname FROM pg_views WHERE schemaname = 'bi' AND viewname LIKE 'mrr%%'"
        )
    ]
    report["tables"] = [name for name in there.tables() if "mrr" in name]
    report["after_all"] = different(primary, there)
    return report


def result(_env):
    """Nothing more is told."""
    return {"today": str(fields.Date.today())}


if __name__ == "__main__":
    forks.main(
        {
            "story": story,
            "kills": kills,
            "lag": lag,
            "update": update,
        },
        result,
    )
