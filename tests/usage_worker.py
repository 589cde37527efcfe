"""Records one batch of events in real processes: one, two at once, or one that is killed.

``python usage_worker.py DATABASE seed|once|twice|kill``; prints a JSON object. The processes are
forked from one that has loaded Odoo, so that a kill hits the ingest and not the start.
"""

import json
import os
import random
import signal
import sys
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

import odoo
from odoo.modules.registry import Registry
from odoo.service.model import retrying

EVENTS = 30_000
CHUNK = 1_000
KILLS = 8


@contextmanager
def environment(database):
    with Registry(database).cursor() as cr:
        yield odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})


def seed(env):
    """A contract with some items, and a metric."""
    env["cn285.usage.metric"].create({"name": "Calls", "code": "calls"})
    product = env["product.product"].create({"name": "Usage", "type": "service"})
    items = [(0, 0, {"product_id": product.id, "code": f"once-{n}"}) for n in range(40)]
    env["cn285.contract"].create(
        {
            "partner_id": env["res.partner"].create({"name": "Customer"}).id,
            "date_start": "2026-01-01",
            "item_ids": items,
        }
    ).action_confirm()


def batch():
    """The same events for every process."""
    first = datetime(2026, 2, 1)
    return [
        {
            "source": "worker",
            "transaction_id": f"{n * 7919 % EVENTS}",
            "metric": "calls",
            "item": f"once-{n % 40}",
            "occurred_at": first + timedelta(minutes=n),
            "quantity": n % 13 + 1,
        }
        for n in range(EVENTS)
    ]


def record(database, whole):
    """Record the batch: in one transaction that is retried as a remote call's, or by chunks."""
    with environment(database) as env:
        events = env["cn285.usage.event"]
        if whole:
            report = retrying(partial(events.ingest, batch()), env)
        else:
            report = events._ingest_committed(batch(), size=CHUNK)
    assert not report["refused"], report["refused"][:3]
    return report


def fork(database, whole=False):
    """Start a process that records; returns its number."""
    odoo.sql_db.close_all()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        record(database, whole)
        code = 0
    finally:
        os._exit(code)


def kill_again_and_again(database):
    """Kill processes at random moments of the ingest, then let one finish."""
    chance = random.Random(285)
    killed, counts = 0, []
    for _ in range(KILLS):
        pid = fork(database)
        time.sleep(chance.uniform(0.1, 0.6))
        os.kill(pid, signal.SIGKILL)
        _pid, status = os.waitpid(pid, 0)
        killed += os.WIFSIGNALED(status)
        with environment(database) as env:
            counts.append(result(env)["events"])
    return {"killed": killed, "counts": counts, "codes": wait([fork(database)])}


def wait(pids):
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


def result(env):
    """What has been recorded, in a form that does not depend on who did it and when."""
    env.cr.execute(
        "SELECT count(*), count(DISTINCT (source, transaction_id)), sum(quantity)::float, "
        "md5(string_agg(concat_ws(' ', item_id, transaction_id, quantity, occurred_at), ',' "
        "ORDER BY item_id, transaction_id)) FROM cn285_usage_event"
    )
    events, different, quantity, content = env.cr.fetchone()
    env.cr.execute("SELECT count(*) FROM cn285_usage_key")
    keys = env.cr.fetchone()[0]
    env.cr.execute("SELECT coalesce(sum(accepted), 0) FROM cn285_usage_ingest")
    logged = env.cr.fetchone()[0]
    figures = {"events": events, "different": different, "keys": keys, "logged": logged}
    return {**figures, "quantity": quantity, "content": content}


def main(database, command):
    config = os.environ["CN285_ODOO_CONF"]
    arguments = ["-c", config, "-d", database, "--no-http", "--log-level=critical"]
    odoo.tools.config.parse_config(arguments, setup_logging=True)
    Registry(database)
    report = {}
    if command == "seed":
        with environment(database) as env:
            seed(env)
    elif command == "once":
        report = {"codes": wait([fork(database)])}
    elif command == "twice":
        report = {"codes": wait([fork(database), fork(database)])}
    elif command == "twice_whole":
        report = {"codes": wait([fork(database, whole=True), fork(database, whole=True)])}
    elif command == "kill":
        report = kill_again_and_again(database)
    with environment(database) as env:
        print(json.dumps({**report, **result(env)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
