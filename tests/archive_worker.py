"""Takes a month of events out of the database, and reads it back, in processes that are killed.

``python archive_worker.py DATABASE seed|once|kill``; prints a JSON object.
"""

import hashlib
from datetime import datetime, timedelta

import forks
from forks import environment

EVENTS = 6_000
MONTH = "2026-01-01"


def seed(env):
    """A contract that bills no usage, and its events of a month that is closed."""
    env["ir.config_parameter"].set_param("cn285_usage.open_months", "1")
    env["cn285.usage.metric"].create({"name": "Calls", "code": "calls"})
    product = env["product.product"].create({"name": "Usage", "type": "service"})
    items = [(0, 0, {"product_id": product.id, "code": f"month-{n}"}) for n in range(40)]
    env["cn285.contract"].create(
        {
            "partner_id": env["res.partner"].create({"name": "Customer"}).id,
            "date_start": "2026-01-01",
            "item_ids": items,
        }
    ).action_confirm()
    events, first = env["cn285.usage.event"], datetime(2026, 1, 1)
    type(events)._open_months = lambda self: 0
    report = events.ingest(
        [
            {
                "source": "worker",
                "transaction_id": str(n),
                "metric": "calls",
                "item": f"month-{n % 40}",
                "occurred_at": first + timedelta(minutes=n),
                "quantity": f"{n % 13 + 1}.{n % 10}",
            }
            for n in range(EVENTS)
        ]
    )
    assert report["accepted"] == EVENTS, report["refused"][:3]
    # As if a billing run had looked at them: they concern no row.
    env.cr.execute("UPDATE cn285_usage_ingest_log SET processed = TRUE")
    env["cn285.usage.month"]._list_months()


def archive(database):
    """Out, back for an audit, and out again: a transaction for each step."""
    with environment(database) as env:
        month = env["cn285.usage.month"].search([("date_start", "=", MONTH)])
        for step in (month._export, month._drop, month._restore, month._drop):
            step()
            env.cr.commit()


def kill(database, steps):
    """Kill processes half-way; whatever was done, all events are where the month says."""
    states = []

    def look():
        with environment(database) as env:
            found = result(env)
        assert found["events"] == EVENTS, found
        states.append(found["state"])

    return {
        **forks.kill_again_and_again(steps, archive, database, after_each=look),
        "states": states,
    }


def result(env):
    """Where the month is, and what its events come to there."""
    month = env["cn285.usage.month"].search([("date_start", "=", MONTH)])
    env.cr.execute("SELECT id, quantity::text FROM cn285_usage_event ORDER BY id")
    rows = env.cr.fetchall()
    if month.state == "dropped":
        assert not rows
        rows = sorted((row["id"], row["quantity"]) for row in month._rows())
    content = hashlib.sha256(repr([quantity for _id, quantity in rows]).encode()).hexdigest()
    return {"state": month.state, "events": len(rows), "content": content}


COMMANDS = {
    "seed": forks.seed(seed),
    "once": lambda database: forks.once(archive, database),
    "kill": kill,
}

if __name__ == "__main__":
    forks.main(COMMANDS, result, log_level="critical")
