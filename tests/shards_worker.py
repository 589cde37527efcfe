"""Events over two other PostgreSQL servers: recorded, corrected, matched, billed; and broken off.

``python shards_worker.py DATABASE seed|once|kill|broken``; prints a JSON object.
CN285_TEST_SHARDS names the servers: ``[[port, password, database], …]``; by itself none.
"""

import io
import json
import logging
import os
import time
from contextlib import closing, suppress
from datetime import timedelta
from unittest.mock import patch

import forks
import psycopg2
from forks import environment
from odoo import fields

EVENTS = 3_000
CHUNK = 500
ITEMS = 30
SERVERS = json.loads(os.environ.get("CN285_TEST_SHARDS") or "[]")


def first_day():
    """The first day of the last month."""
    return (fields.Date.today().replace(day=1) - timedelta(days=1)).replace(day=1)


def seed(env):
    """Contracts that bill usage by the month, and the shards."""
    env["ir.config_parameter"].set_param("cn285_usage.park_unknown", "1")
    metric = env["cn285.usage.metric"].create({"name": "Calls", "code": "calls"})
    product = env["product.product"].create(
        {"name": "Usage", "type": "service", "taxes_id": [(5, 0, 0)]}
    )
    for number in range(ITEMS + 1):
        item = {
            "product_id": product.id,
            "code": f"shard-{number}",
            "billing_type": "usage",
            "timing": "arrears",
            "calculator_ids": [(0, 0, {"metric_id": metric.id, "price_unit": 0.5})],
        }
        contract = env["cn285.contract"].create(
            {
                "partner_id": env["res.partner"].create({"name": f"Customer {number}"}).id,
                "date_start": first_day(),
                "item_ids": [(0, 0, item)],
            }
        )
        if number < ITEMS:
            contract.action_confirm()
    for number, server in enumerate(SERVERS):
        add(env, f"s{number}", server)


def add(env, name, server):
    """Add a shard."""
    port, password, database = server
    return env["cn285.usage.shard"]._add(name, "127.0.0.1", port, database, "shard", password)


def batch():
    """The events of the last month; some are for an item that is not there yet."""
    return [
        {
            "source": "worker",
            "transaction_id": str(n * 7919 % EVENTS),
            "metric": "calls",
            "item": f"shard-{n % ITEMS}" if n % 50 else "later",
            "occurred_at": f"{first_day() + timedelta(days=n % 25)}T{n % 24:02}:30:00Z",
            "quantity": n % 13 + 1,
        }
        for n in range(EVENTS)
    ]


def corrections():
    """Reversals of some, replacements of others, and one of a replacement in the same batch."""
    numbers = [row["transaction_id"] for row in batch() if row["item"] != "later"]
    rows = []
    for place, number in enumerate(numbers[:60]):
        kind = "replacement" if place % 3 else "reversal"
        rows.append({"source": "worker", "transaction_id": f"c{number}", "kind": kind})
        rows[-1]["origin"] = number
        if kind == "replacement":
            rows[-1]["quantity"] = 100
    last = rows[-1]["transaction_id"]
    return [*rows, {"source": "worker", "transaction_id": "cc", "kind": "reversal", "origin": last}]


def record(database):
    """Record all, match what was parked, and bill it."""
    with environment(database) as env:
        events = env["cn285.usage.event"]
        for rows in (batch(), corrections()):
            report = events._ingest_committed(rows, size=CHUNK)
            assert not report["refused"], report["refused"][:3]
        later = env["cn285.contract.item"].search([("code", "=", f"shard-{ITEMS}")])
        if later.contract_id.state == "draft":
            later.code = "later"
            later.contract_id.action_confirm()
            env.cr.commit()
        events._match_parked()
    with environment(database) as env:
        run = env["cn285.billing.run"].create({})
        run.action_run()
        assert not run.issue_ids, run.issue_ids.mapped("reason")


def kill(database, steps):
    """Kill processes half-way; what is seen after each is what was committed here."""

    def look():
        with environment(database) as env:
            env["cn285.usage.event"]._settle_doubts()
        with environment(database) as env:
            env.cr.execute(
                "SELECT sum(accepted + parked) FROM cn285_usage_ingest_log l "
                "WHERE origin = 'ingest'"
            )
            logged = env.cr.fetchone()[0] or 0
            found = result(env)
        assert found["events"] == logged == found["keys"], (found, logged)

    return forks.kill_again_and_again(steps, record, database, after_each=look)


# === BROKEN OFF BETWEEN TWO COMMITS === #


def remote(server, statement):
    """Run a statement on a shard's server, past Odoo; returns the rows."""
    port, password, database = server
    with closing(
        psycopg2.connect(
            host="127.0.0.1", port=port, user="shard", password=password, dbname=database
        )
    ) as connection:
        connection.autocommit = True
        cr = connection.cursor()
        cr.execute(statement)
        return cr.fetchall() if cr.description else []


def schema(database):
    """The schema that a database has on its shards."""
    return f"cn285_{database}".lower()[:60]


def raw(database, place):
    """How many events a shard has, seen or not."""
    return remote(SERVERS[place], f"SELECT count(*) FROM {schema(database)}.event")[0][0]


def at_commit(database, place, what):
    """Let a shard's commits do something."""
    own = schema(database)
    remote(
        SERVERS[place],
        f"CREATE OR REPLACE FUNCTION {own}.late() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {what}; RETURN NULL; END $$; "
        f"CREATE CONSTRAINT TRIGGER late AFTER INSERT OR UPDATE ON {own}.event "
        f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {own}.late()",
    )


def as_ever(database, place):
    """Let it commit as ever."""
    remote(SERVERS[place], f"DROP TRIGGER late ON {schema(database)}.event")


def unsettled(env):
    """Whoever breaks off settles nothing."""
    return patch.object(env.registry["cn285.usage.event"], "_settle_doubts", lambda self: None)


def between(database, what, ingest):
    """Break off between two commits: whichever shard commits last, it does ``what``.

    :returns: what there is before and after it was settled, and done again
    """
    report = {"orphans": 0, "ended": 0, "seen": 0, "left": 0}
    for last in (0, 1):
        at_commit(database, last, what)
        ingest(database, 1 - last, report)
        report["orphans"] += raw(database, 1 - last)
        with environment(database) as env:
            report["seen"] += result(env)["events"]
            env["cn285.usage.event"]._settle_doubts()
        report["left"] += raw(database, 0) + raw(database, 1)
        as_ever(database, last)
    return report


def _broken(database):
    with environment(database) as env, unsettled(env):
        env["cn285.usage.event"]._ingest_committed(batch()[:CHUNK])


def refused(database):
    """One shard refuses to commit, when the other has."""

    def ingest(database, _first, _report):
        with suppress(psycopg2.Error):
            _broken(database)

    return between(database, "RAISE EXCEPTION 'the disk is full'", ingest)


def cut(database):
    """The backend here is ended while one shard is committing, when the other has."""
    sleep = (
        "IF current_setting('cn285.slept', true) IS DISTINCT FROM 'yes' THEN "
        "PERFORM set_config('cn285.slept', 'yes', true); PERFORM pg_sleep(8); END IF"
    )
    return between(database, sleep, _cut)


def _cut(database, first, report):
    pid = forks.fork(_quietly, _broken, database)
    for _try in range(15):
        time.sleep(0.2)
        if raw(database, first):
            break
    with environment(database) as env:
        env.cr.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s "
            "AND pid <> pg_backend_pid() AND state = 'active' AND query ILIKE 'COMMIT%%'",
            (database,),
        )
        report["ended"] += len(env.cr.fetchall())
    forks.wait([pid])


def _quietly(work, *arguments):
    with suppress(psycopg2.Error):
        work(*arguments)


def correction(database):
    """A correction that one shard has committed, and nobody else, leaves its event as it was."""
    with environment(database) as env:
        env["cn285.usage.event"]._ingest_committed(batch())
    report = {"changed": 0, "left_changed": 0}

    def superseded():
        with environment(database) as env:
            env.cr.execute("SELECT count(*) FROM cn285_usage_event WHERE state = 'superseded'")
            return env.cr.fetchone()[0]

    for last in (0, 1):
        at_commit(database, last, "RAISE EXCEPTION 'the disk is full'")
        with suppress(psycopg2.Error), environment(database) as env, unsettled(env):
            env["cn285.usage.event"]._ingest_committed(corrections())
        report["changed"] += superseded()
        as_ever(database, last)
        with environment(database) as env:
            env["cn285.usage.event"]._settle_doubts()
        report["left_changed"] += superseded()
    return report


# === HOW IT IS DONE === #


def quiet(database):
    """Whether a log of all that is said has a password in it, also where adding fails."""
    told = io.StringIO()
    root, handler = logging.getLogger(), logging.StreamHandler(told)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.getLogger("odoo.sql_db").setLevel(logging.DEBUG)
    problems = []
    remote(SERVERS[0], f"CREATE DATABASE {schema(database)}")
    server = [*SERVERS[0][:2], schema(database)]
    for name in ("more", "more"):
        try:
            with environment(database) as env:
                add(env, name, server)
        except Exception as error:
            problems.append(str(error))
    root.removeHandler(handler)
    root.setLevel(level)
    text = told.getvalue() + "".join(problems)
    return {"told": len(text), "secret": SERVERS[0][1] in text, "problems": len(problems)}


def plan(database):
    """How totals of a month are asked for, and that they are those of events one by one."""
    for server in SERVERS:
        remote(server, "ANALYZE")
    with environment(database) as env:
        metric = env["cn285.usage.metric"].search([("code", "=", "calls")])
        items = env["cn285.contract.item"].search([]).ids
        since = fields.Datetime.to_datetime(first_day())
        arguments = (items, since, since + timedelta(days=27))
        env.cr.execute("ANALYZE")
        query = metric._pushed_query(*arguments)
        env.cr.execute("SET LOCAL enable_partitionwise_aggregate = on")
        env.cr.execute(f"EXPLAIN (VERBOSE) {query.code}", query.params)
        lines = [row[0] for row in env.cr.fetchall()]
        pushed = sorted(metric._pushed_totals(*arguments))
        plain = sorted(metric._totals(*arguments))
    return {
        "pushed": sum("Remote SQL" in line and "GROUP BY" in line for line in lines),
        "fetched": sum("Remote SQL" in line and "GROUP BY" not in line for line in lines),
        "same": pushed == plain,
        "totals": len(plain),
    }


def broken(database):
    """In one database: what is broken off, then all of it, and how it is done."""
    report = {"refused": refused(database), "cut": cut(database)}
    report["correction"] = correction(database)
    record(database)
    with environment(database) as env:
        report["done"] = result(env)
    report["plan"] = plan(database)
    report["quiet"] = quiet(database)
    return report


def result(env):
    """What has been recorded and billed, whoever did it, when and where."""
    env.cr.execute(
        "SELECT count(*), count(DISTINCT transaction_id), sum(e.quantity)::float, "
        "md5(string_agg(concat_ws(' ', i.code, transaction_id, e.quantity, occurred_at, e.state, "
        "e.kind), ',' ORDER BY transaction_id)) "
        "FROM cn285_usage_event e LEFT JOIN cn285_contract_item i ON i.id = e.item_id"
    )
    names = ("events", "different", "quantity", "content")
    figures = dict(zip(names, env.cr.fetchone(), strict=True))
    env.cr.execute("SELECT count(*) FROM cn285_usage_key")
    figures["keys"] = env.cr.fetchone()[0]
    env.cr.execute("SELECT count(*) FROM cn285_usage_doubt")
    figures["doubts"] = env.cr.fetchone()[0]
    env.cr.execute("SELECT sum(amount_untaxed)::text FROM account_move WHERE state = 'posted'")
    figures["billed"] = env.cr.fetchone()[0]
    env.cr.execute(
        "SELECT count(DISTINCT tableoid) FROM cn285_usage_event WHERE item_id IS NOT NULL"
    )
    figures["places"] = env.cr.fetchone()[0]
    return figures


COMMANDS = {
    "seed": forks.seed(seed),
    "once": lambda database: forks.once(record, database),
    "kill": kill,
    "broken": broken,
}

if __name__ == "__main__":
    forks.main(COMMANDS, result, log_level="critical")
