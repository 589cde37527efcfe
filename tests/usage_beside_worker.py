"""Bills usage while another process records it; and what uninstalling leaves behind.

``python usage_beside_worker.py DATABASE seed|beside|uninstall``; prints a JSON object.
"""

import os
from datetime import datetime, timedelta

import forks
from forks import environment, fork

EVENTS = 40_000
CHUNK = 1_000
# Events after which the next wait for a billing, so that it finds the month half recorded.
STAGE = 10_000
ITEMS = 20


def seed(env):
    """Contracts that bill each call with 0.01, in arrears by the month."""
    metric = env["cn285.usage.metric"].create({"name": "Calls", "code": "calls"})
    product = env["product.product"].create({"name": "Usage", "type": "service"})
    calculator = {
        "name": "Calls",
        "charge_model": "per_unit",
        "price_unit": 0.01,
        "metric_id": metric.id,
    }
    env["cn285.contract"].create(
        [
            {
                "partner_id": env["res.partner"].create({"name": f"Customer {number}"}).id,
                "date_start": "2026-02-01",
                "date_end": "2026-02-28",
                "item_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.id,
                            "code": f"beside-{number}",
                            "billing_type": "usage",
                            "timing": "arrears",
                            "price_unit": 0,
                            "calculator_ids": [(0, 0, calculator)],
                        },
                    )
                ],
            }
            for number in range(ITEMS)
        ]
    ).action_confirm()


def record(database, billed):
    """Record events of February in small chunks, each committed.

    :param billed: pipe from which a byte comes for each time that February was billed
    """
    with environment(database) as env:
        report = env["cn285.usage.event"]._ingest_committed(events(billed), size=CHUNK)
    assert report["accepted"] == EVENTS, report


def events(billed):
    """The events of February; those of each stage wait until they were billed without."""
    first = datetime(2026, 2, 1)
    for number in range(EVENTS):
        if number and number % STAGE == 0:
            os.read(billed, 1)
        yield {
            "source": "worker",
            "transaction_id": str(number),
            "metric": "calls",
            "item": f"beside-{number % ITEMS}",
            "occurred_at": first + timedelta(minutes=number * 7919 % 40_000),
            "quantity": number % 13 + 1,
        }


def bill(database):
    """Bill February as it is known now; returns what could not be billed."""
    with environment(database) as env:
        run = env["cn285.billing.run"].create({"date": env.company._cn285_today()})
        run.with_context(queue_job__no_delay=True).action_run()
        return run.issue_ids.mapped("reason")


def beside(database):
    """Bill again and again while events arrive, and once more at the end."""
    reads, writes = os.pipe()
    recorder = fork(record, database, reads)
    issues, done, runs = [], 0, 0
    while not done:
        issues += bill(database)
        os.write(writes, b".")
        runs += 1
        done, status = os.waitpid(recorder, os.WNOHANG)
    issues += bill(database)
    return {"code": os.waitstatus_to_exitcode(status), "issues": issues, "runs": runs}


def result(env):
    """What arrived, and what was rated and invoiced of it."""
    env.cr.execute("SELECT count(*), sum(quantity)::text FROM cn285_usage_event")
    events, quantity = env.cr.fetchone()
    ratings = env["cn285.usage.rating"].search([])
    rows = env["cn285.billing.schedule"].search([("state", "=", "invoiced")])
    lines = rows.move_line_id
    return {
        "events": events,
        "quantity": quantity,
        "rated": f"{sum(ratings.mapped('quantity')):.0f}",
        "amount": f"{sum(ratings.mapped('amount')):.2f}",
        "invoiced": f"{sum(lines.mapped('price_subtotal')):.2f}",
        "invoices": len(lines.move_id),
        "differences": len(rows.filtered(lambda row: row.kind == "usage_difference")),
    }


def uninstall(database):
    """Uninstall usage with events in it, look for what is left, install it again."""
    with environment(database) as env:
        row = {"source": "worker", "transaction_id": "1", "metric": "calls", "quantity": 1}
        row.update(item="beside-1", occurred_at="2026-02-01T10:00:00Z")
        assert env["cn285.usage.event"].ingest([row])["accepted"] == 1
    with environment(database) as env:
        env["ir.module.module"].search([("name", "=", "cn285_usage")]).button_immediate_uninstall()
    with environment(database) as env:
        env.cr.execute("SELECT relname FROM pg_class WHERE relname LIKE 'cn285_usage%'")
        left = [name for (name,) in env.cr.fetchall()]
        env["ir.module.module"].search([("name", "=", "cn285_usage")]).button_immediate_install()
    with environment(database) as env:
        env.cr.execute("SELECT count(*) FROM cn285_usage_event")
        events = env.cr.fetchone()[0]
        env["cn285.usage.metric"].create({"name": "Calls", "code": "calls"})
        report = env["cn285.usage.event"].ingest([row])
    return {"left": left, "events": events, "accepted": report["accepted"]}


COMMANDS = {"seed": forks.seed(seed), "beside": beside, "uninstall": uninstall}

if __name__ == "__main__":
    forks.main(COMMANDS, result, log_level="critical")
