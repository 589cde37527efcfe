"""Records one batch of events in real processes: one, two at once, or one that is killed.

``python usage_worker.py DATABASE seed|once|twice|twice_whole|turning|kill``; prints a JSON object.
"""

import time
from datetime import datetime, timedelta
from functools import partial

import forks
from forks import at_once, environment
from odoo.service.model import retrying

EVENTS = 30_000
CHUNK = 1_000
TURNS = 3


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


def kill(database, steps):
    """Kill processes half-way, and count what there is after each."""
    counts = []

    def count():
        with environment(database) as env:
            counts.append(result(env)["events"])

    report = forks.kill_again_and_again(steps, record, database, False, after_each=count)
    return {**report, "counts": counts}


def turning(database):
    """Two processes at once, while spans of keys begin one after the other."""
    pids = [forks.fork(record, database, False) for _process in range(2)]
    turned = 0
    while turned < TURNS:
        with environment(database) as env:
            events = env["cn285.usage.event"]
            env["ir.config_parameter"].set_param("cn285_usage.open_months", "24")
            env["ir.config_parameter"].set_param("cn285_usage.key_months", "1")
            env.cr.commit()
            before = len(events._key_spans())
            # As if the running one had begun long ago.
            env.cr.execute("UPDATE cn285_usage_key_span SET begins = begins - interval '3 months'")
            events._turn_keys()
            turned += len(events._key_spans()) - before
        time.sleep(0.2)
    return {"codes": forks.wait(pids), "turned": turned}


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
    env.cr.execute("SELECT coalesce(sum(accepted), 0) FROM cn285_usage_ingest_log")
    logged = env.cr.fetchone()[0]
    figures = {"events": events, "different": different, "keys": keys, "logged": logged}
    return {**figures, "quantity": quantity, "content": content}


COMMANDS = {
    "seed": forks.seed(seed),
    "once": lambda database: forks.once(record, database, False),
    "twice": lambda database: at_once((record, database, False), (record, database, False)),
    "twice_whole": lambda database: at_once((record, database, True), (record, database, True)),
    "turning": turning,
    "kill": kill,
}

if __name__ == "__main__":
    forks.main(COMMANDS, result, log_level="critical")
