"""Bills what usage triggers in real processes: one, several at once, or one that is killed.

``python trigger_worker.py DATABASE seed|once|twice|apart|beside|kill``; prints a JSON object.
"""

import forks
from forks import at_once, environment, fork, wait

CONTRACTS = 20
EVENTS = 200
TERMS = (
    {"usage_billing": "delivery"},
    {"usage_billing": "delivery", "usage_set_property": "order", "usage_set_count": 2},
    {"usage_billing": "threshold", "usage_threshold": 40, "usage_threshold_repeat": "each"},
    {"usage_billing": "threshold", "usage_threshold": 25},
)


def seed(env):
    """Contracts of every kind of trigger, and their first events, which nobody has looked at."""
    env.company.cn285_batch_size = 3
    metric = env["cn285.usage.metric"].create({"name": "Calls", "code": "calls"})
    product = env["product.product"].create(
        {"name": "Usage", "type": "service", "taxes_id": [(5, 0, 0)]}
    )
    for number in range(CONTRACTS):
        item = {
            "product_id": product.id,
            "code": f"trigger-{number}",
            "billing_type": "usage",
            "timing": "arrears",
            "recurring_unit": "year",
            "calculator_ids": [(0, 0, {"metric_id": metric.id, "price_unit": 0.5})],
            **TERMS[number % len(TERMS)],
        }
        env["cn285.contract"].create(
            {
                "partner_id": env["res.partner"].create({"name": f"Customer {number}"}).id,
                "date_start": first_day(env),
                "item_ids": [(0, 0, item)],
            }
        ).action_confirm()
    env["cn285.usage.event"].ingest(batch(env, 0))


def first_day(env):
    return env.company._cn285_today().replace(month=1, day=1)


def batch(env, part):
    """Events of the year so far, the same for every process."""
    day = first_day(env).isoformat()
    return [
        {
            "source": "worker",
            "transaction_id": f"{part}-{n}",
            "metric": "calls",
            "item": f"trigger-{n % CONTRACTS}",
            "occurred_at": f"{day}T{12 + n % 6}:00:00",
            "quantity": n % 7 + 1,
            "properties": {"order": f"{part}-{n % CONTRACTS}-{n // CONTRACTS // 2}"},
        }
        for n in range(EVENTS)
    ]


def look(database, everything):
    """As the job does, or as the scheduled action does, but billing in this process."""
    with environment(database) as env:
        env["cn285.billing.run"]._bill_triggered(env.company, everything)


def ingest(database, part):
    with environment(database) as env:
        env["cn285.usage.event"]._ingest_committed(batch(env, part), size=50)


def bill(database):
    """An ordinary run."""
    with environment(database) as env:
        env["cn285.billing.run"].create({}).action_run()


def result(env):
    """What has been billed, in a form that does not depend on who billed it and when."""
    rows = env["cn285.billing.schedule"].search([("kind", "!=", "usage")])
    totals = {}
    for row in rows.filtered(lambda row: row.state == "invoiced"):
        totals.setdefault(row.contract_id.name, []).append(f"{row.kind} {row.amount:.2f}")
    moves = rows.move_id
    return {
        "billed": sorted([name, sorted(amounts)] for name, amounts in totals.items()),
        "open": len(rows.filtered(lambda row: row.state != "invoiced")),
        "lines": sum(len(move.invoice_line_ids) for move in moves),
        "untaxed": f"{sum(moves.mapped('amount_untaxed')):.2f}",
        "rows": f"{sum(rows.mapped('amount')):.2f}",
        "posted": set(moves.mapped("state")) == {"posted"} if moves else True,
    }


def apart(database):
    """Record, and then bill."""
    codes = wait([fork(ingest, database, 1)])
    return {"codes": codes + wait([fork(look, database, False)])}


def beside(database):
    """Record and bill at the same time, and bill what came after that."""
    calls = (ingest, database, 1), (look, database, False), (look, database, True)
    return {"codes": at_once(*calls)["codes"] + wait([fork(look, database, False)])}


def kill(database, steps):
    """Kill what bills again and again; an ordinary run comes after it."""
    report = forks.kill_again_and_again(steps, look, database, True)
    report["codes"] += wait([fork(bill, database)])
    return report


COMMANDS = {
    "seed": forks.seed(seed),
    "once": lambda database: forks.once(look, database, False),
    "twice": lambda database: at_once(
        (look, database, False), (look, database, True), (bill, database)
    ),
    "apart": apart,
    "beside": beside,
    "kill": kill,
}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
