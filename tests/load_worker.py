"""Loads files in real processes: one that nobody disturbs, two at once, killed again and again.

``python load_worker.py DATABASE seed|once|twice|kill``; prints a JSON object.
"""

import re

import forks
from forks import at_once, environment

CONTRACTS = 14
# So few that there are many batches.
BATCH = 8


def files():
    """Customers, contracts with items and discounts, and some rows that are refused."""
    partners = "".join(f"P{n},Customer {n}\n" for n in range(CONTRACTS))
    contracts = "".join(
        f"C{n},P{n % CONTRACTS},2026-0{1 + n % 3}-{1 + n % 28:02},active\n"
        for n in range(CONTRACTS + 2)
    )
    items = "".join(f"I{n},C{n % CONTRACTS},ONCE,{n}.50,month\n" for n in range(2 * CONTRACTS))
    discounts = "".join(f"I{n},2026-01-01,{n + 1}\n" for n in range(0, 2 * CONTRACTS, 3))
    return [
        ("products.csv", b"id,code,name,price,type\nONCE,ONCE,Service,10,service\n"),
        ("partners.csv", f"id,name\n{partners}PX,\n".encode()),
        (
            "contracts.csv",
            f"id,partner,date_start,state\n{contracts}CX,PX,2026-01-01,active\n".encode(),
        ),
        (
            "items.csv",
            f"id,contract,product,price_unit,recurring_unit\n{items}IX,C3,NONE,1,month\n".encode(),
        ),
        ("discounts.csv", f"item,date_start,percent\n{discounts}".encode()),
    ]


def seed(env):
    """A load that waits."""
    env.company._cn285_mark_test_database()
    env["cn285.import.load"]._make(files(), context={"cn285_bill_past": True})


def load(database):
    """Load what is left, as its job does."""
    from odoo.addons.cn285_import.models import batches

    batches.BATCH = BATCH
    with environment(database) as env:
        env["cn285.import.load"].search([], order="id", limit=1)._job_run()


def load_patiently(database):
    """As the runner of jobs: behind another process it is tried again."""
    from odoo.addons.queue_job.exception import RetryableJobError

    for _attempt in range(50):
        try:
            load(database)
        except RetryableJobError:
            continue
        return


def result(env):
    """What went in, what was refused, and what was said of it."""
    done = env["cn285.import.load"].search([], order="id", limit=1)
    names = env["ir.model.data"].search([("module", "=", "cn285_imported")])
    ours = [("partner_id.name", "=like", "Customer %")]
    contracts = env["cn285.contract"].search(ours, order="partner_id, date_start, id")
    rows = env["cn285.billing.schedule"].search([("contract_id", "in", contracts.ids)])
    return {
        "state": done.state,
        "batches": [done.position, done.batch_count],
        "rows": [done.rows_done, done.row_count],
        "counts": sorted(
            [one.kind, one.created, one.updated, one.skipped, one.refused] for one in done.count_ids
        ),
        "refused": sorted(
            # Numbers of contracts that were killed with their batch are not given again.
            [one.file, one.line, re.sub(r"CTR/[0-9/]+", "CTR", one.reason)]
            for one in done.error_ids
        ),
        "names": sorted(names.mapped("name")),
        "made": done.made_count,
        "contracts": [
            [
                one.partner_id.name,
                str(one.date_start),
                one.state,
                sorted(one.item_ids.mapped("price_unit")),
                sorted(one.item_ids.discount_ids.mapped("percent")),
            ]
            for one in contracts
        ],
        "schedule": sorted(
            [row.partner_id.name, str(row.period_start), row.amount] for row in rows
        ),
        "partners": env["res.partner"].search_count([("name", "=like", "Customer %")]),
    }


COMMANDS = {
    "seed": forks.seed(seed),
    "once": lambda database: forks.once(load, database),
    "twice": lambda database: at_once((load_patiently, database), (load_patiently, database)),
    "kill": lambda database, steps: forks.kill_again_and_again(steps, load, database),
}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
