"""Changes contracts of a database in real processes: two at one contract, or one that is killed.

``python change_worker.py DATABASE seed|two|once|due|kill``; prints a JSON object.
"""

import time

import forks
from forks import at_once, environment

CONTRACTS = 12


def seed(env):
    """Contracts that were billed, each with changes that are due."""
    tax = env.company.account_sale_tax_id
    product = env["product.product"].create(
        {"name": "Service", "type": "service", "taxes_id": [(6, 0, tax.ids)]}
    )
    partners = env["res.partner"].create([{"name": f"Customer {n}"} for n in range(CONTRACTS)])
    today = env.company._cn285_today()
    start = today.replace(day=1)
    contracts = env["cn285.contract"].create(
        [
            {
                "partner_id": partner.id,
                "date_start": start,
                "item_ids": [
                    (0, 0, {"product_id": product.id, "price_unit": 31.0, "quantity": 1.0})
                ],
            }
            for partner in partners
        ]
    )
    contracts.action_confirm()
    env["cn285.billing.run"].create({"date": today}).action_run()
    changes = env["cn285.contract.change"]
    for contract in contracts:
        for kind, values in (("quantity", {"quantity": 5.0}), ("price", {"price_unit": 62.0})):
            change = changes.create(prepared(contract, kind, today, values))
            change._to_schedule(("draft",))


def prepared(contract, kind, day, values):
    return {
        "contract_id": contract.id,
        "item_id": contract.item_ids.id,
        "type": kind,
        "date_effective": day,
        "values": values,
    }


def change_one(database, kind, values):
    """What a click does, tried again as Odoo does it where two meet."""
    with environment(database) as env:
        contract = env["cn285.contract"].search([], limit=1, order="id")

        def click():
            change = env["cn285.contract.change"].create(
                prepared(contract, kind, env.company._cn285_today(), values)
            )
            change.action_schedule()

        again_and_again(click, env)


def apply_due(database):
    with environment(database) as env:
        again_and_again(lambda: env["cn285.contract.change"]._apply_all_due(env.company), env)


def again_and_again(step, env):
    """Do it as a job would: once more where another process holds the contract."""
    # Odoo is loaded by now, and its addons can be imported.
    from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS
    from odoo.addons.queue_job.exception import RetryableJobError

    for _attempt in range(600):
        try:
            step()
            env.cr.commit()
            return
        except (*CONCURRENCY_ERRORS, RetryableJobError):
            env.cr.rollback()
            env.invalidate_all()
            time.sleep(0.2)
    raise RuntimeError("the other process never let go")


def result(env):
    """What the contracts have come to, and what each was credited and will be charged."""
    rows = env["cn285.billing.schedule"].search([], order="contract_id, period_start, id")
    changes = env["cn285.contract.change"].search([])
    return {
        "states": sorted(changes.mapped("state")),
        "items": sorted(
            [item.quantity, item.price_unit, len(item.version_ids)]
            for item in env["cn285.contract.item"].search([])
        ),
        "credits": sorted(f"{row.net:.2f}" for row in rows if row.kind == "credit"),
        "days": all(
            len(days) == len(set(days))
            for days in (billed_days(contract) for contract in rows.contract_id)
        ),
    }


def billed_days(contract):
    """Days that rows of the contract stand for, but for those that were credited."""
    days = []
    for row in contract.schedule_ids.filtered(lambda row: row.kind == "fixed"):
        freed = [
            (credit.period_start, credit.period_end)
            for credit in row.change_credit_ids
            if credit.frees
        ]
        day = row.period_start.toordinal()
        for number in range(day, row.period_end.toordinal() + 1):
            if not any(a.toordinal() <= number <= b.toordinal() for a, b in freed):
                days.append(number)
    return days


def two(database):
    """Two processes, each with a change of its own to one contract."""
    with environment(database) as env:
        env["cn285.contract.change"].search([]).action_cancel()
    return at_once(
        (change_one, database, "quantity", {"quantity": 3.0}),
        (change_one, database, "price", {"price_unit": 62.0}),
    )


COMMANDS = {
    "seed": forks.seed(seed),
    "two": two,
    "once": lambda database: forks.once(apply_due, database),
    "due": lambda database: at_once((apply_due, database), (apply_due, database)),
    "kill": lambda database, steps: forks.kill_again_and_again(steps, apply_due, database),
}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
