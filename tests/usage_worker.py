"""Records one batch of events in real processes: one, two at once, or one that is killed.

``python usage_worker.py DATABASE seed|once|twice|kill``; prints a JSON object. The processes are
forked from one that has loaded Odoo, so that a kill hits the ingest and not the start.
"""

import json
import os
import signal
import sys
import time
from datetime import datetime, timedelta
from functools import partial

from forks import environment, fork, load, wait
from odoo.service.model import retrying

EVENTS = 30_000
CHUNK = 1_000
KILLS = 5


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


def kill(database):
    """Kill processes as soon as some of their chunks are there, and count what there is."""
    counts, killed = [], 0
    for _ in range(KILLS):
        wanted = (counts[-1] if counts else 0) + 3 * CHUNK
        pid = fork(record, database, False)
        done = status = 0
        while not done and events(database) < wanted:
            time.sleep(0.01)
            done, status = os.waitpid(pid, os.WNOHANG)
        if not done:
            os.kill(pid, signal.SIGKILL)
            status = os.waitpid(pid, 0)[1]
        killed += os.WIFSIGNALED(status)
        counts.append(events(database))
    return {"killed": killed, "counts": counts, "codes": wait([fork(record, database, False)])}


def events(database):
    """How many events are there."""
    with environment(database) as env:
        return result(env)["events"]


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
    load(database, "critical")
    report = {}
    if command == "seed":
        with environment(database) as env:
            seed(env)
    elif command == "once":
        report = {"codes": wait([fork(record, database, False)])}
    elif command in ("twice", "twice_whole"):
        whole = command == "twice_whole"
        report = {"codes": wait([fork(record, database, whole) for _ in range(2)])}
    elif command == "kill":
        report = kill(database)
    with environment(database) as env:
        print(json.dumps({**report, **result(env)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
