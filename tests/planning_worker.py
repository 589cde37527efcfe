"""Carries out the jobs that plan items further and price planned rows anew, in real processes.

``python planning_worker.py DATABASE seed|once|two|kill``; prints a JSON object.
"""

import time
from unittest.mock import patch

import forks
from dateutil.relativedelta import relativedelta
from forks import at_once, environment

CONTRACTS = 12
ITEMS_A_JOB = 5


def seed(env):
    """Contracts whose pricelist has changed and whose horizon has moved; the jobs wait."""
    from odoo.addons.cn285_contract.models import contract_item_extension
    from odoo.addons.cn285_contract.models.billing import repricing

    company = env.company
    product = env["product.product"].create({"name": "Service", "type": "service"})
    other = env["product.product"].create({"name": "Support", "type": "service"})
    (product | other).list_price = 31.0
    partners = env["res.partner"].create([{"name": f"Customer {n}"} for n in range(CONTRACTS)])
    today = company._cn285_today()
    contracts = env["cn285.contract"].create(
        [
            {
                "partner_id": partner.id,
                "date_start": today.replace(day=1),
                "item_ids": [
                    (0, 0, {"product_id": product.id, "quantity": 1.0 + number}),
                    (0, 0, {"product_id": other.id, "price_unit": 7.0, "timing": "arrears"}),
                ],
            }
            for number, partner in enumerate(partners)
        ]
    )
    contracts.action_confirm()
    env.cr.commit()
    product.list_price = 47.0
    with (
        patch.object(contract_item_extension, "PLANNING_BATCH", ITEMS_A_JOB),
        patch.object(repricing, "ITEMS_AT_ONCE", 0),
    ):
        for part in (contracts[:6], contracts[6:]):
            rows = part.schedule_ids.filtered(lambda row: row.period_start <= today)
            rows._reprice()
        until = company._cn285_horizon() + relativedelta(months=2)
        env["cn285.contract.item"].with_company(company)._delay_extension(company, until)


def work(database):
    """Do all jobs that are left, as a job runner's worker does: each is committed."""
    from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS
    from odoo.addons.queue_job.exception import RetryableJobError
    from odoo.addons.queue_job.job import Job

    with environment(database) as env:
        for record in waiting(env):
            for _attempt in range(600):
                try:
                    # Whoever else is at it, or died over it: a job is done at least once.
                    job = Job.load(env, record.uuid)
                    job.perform()
                    job.set_done()
                    job.store()
                    env.flush_all()
                    env.cr.commit()
                    break
                except (RetryableJobError, *CONCURRENCY_ERRORS):
                    env.cr.rollback()
                    env.invalidate_all()
                    time.sleep(0.05)
            else:
                raise RuntimeError("the other process never let go")


def waiting(env):
    return env["queue.job"].search(
        [("model_name", "=", "cn285.contract.item"), ("state", "!=", "done")], order="id"
    )


def result(env):
    """Every row of the schedule, and how far each item is planned."""
    items = env["cn285.contract.item"].search([], order="id")
    rows = env["cn285.billing.schedule"].search([])
    rank = {item: number for number, item in enumerate(items)}
    return {
        "rows": sorted(
            f"{rank[row.item_id]} {row.period_start} {row.kind} {row.revision} {row.state} "
            f"{row.price_unit:.2f} {row.net:.2f} {row.amount:.2f} {row.billing_date}"
            for row in rows
        ),
        "items": [str(item.planned_until) for item in items],
        "prices": sorted({row.price_unit for row in rows}),
        "left": len(waiting(env)),
    }


COMMANDS = {
    "seed": forks.seed(seed),
    "once": lambda database: forks.once(work, database),
    "two": lambda database: at_once((work, database), (work, database)),
    "kill": lambda database, steps: forks.kill_again_and_again(steps, work, database),
}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
