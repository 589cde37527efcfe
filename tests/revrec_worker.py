"""Recognises a database in real processes: one, two at once, or one that is killed again and again.

``python revrec_worker.py DATABASE seed|once|twice|same|again|kill``; prints a JSON object.
"""

import forks
from forks import at_once, environment, fork, wait

MONTHS = ("2026-01-31", "2026-02-28")
INVOICES = 60


def seed(env):
    """Invoices of a year's service, on deferred revenue and on revenue, and services unbilled."""
    company = env.company
    company._cn285_revrec_setup()
    rule = env["cn285.revrec.rule"].create({"name": "By day", "method": "daily"})
    product = env["product.product"].create(
        {
            "name": "Service",
            "type": "service",
            "taxes_id": [(6, 0, company.account_sale_tax_id.ids)],
            "cn285_revrec_rule_id": rule.id,
        }
    )
    partner = env["res.partner"].create({"name": "Customer"})
    deferred = company.cn285_deferred_account_id.id
    moves = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": f"2026-0{1 + number % 2}-{1 + number % 28:02}",
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.id,
                            "price_unit": 100.0 + number,
                            "cn285_service_start": "2026-01-01",
                            "cn285_service_end": "2026-12-31",
                            **({"account_id": deferred} if number % 3 else {}),
                        },
                    )
                ],
            }
            for number in range(INVOICES)
        ]
    )
    moves.action_post()
    contract = env["cn285.contract"].create(
        {
            "partner_id": partner.id,
            "date_start": "2026-01-01",
            "item_ids": [
                (0, 0, {"product_id": product.id, "price_unit": 50.0, "timing": "arrears"})
            ],
        }
    )
    contract.action_confirm()


def create_run(env, month, detail="synthesis"):
    return env["cn285.revrec.run"].create({"date": month, "detail": detail})


def recognise(database, run_id=None):
    """Recognise both months; with a run, just that one."""
    if run_id:
        with environment(database) as env:
            env["cn285.revrec.run"].browse(run_id).action_post()
        return
    for month in MONTHS:
        with environment(database) as env:
            done = env["cn285.revrec.run"].search([("date", "=", month), ("state", "=", "done")])
            if not done:
                # The second month in detail: its entries are written another way.
                detail = "detail" if month == MONTHS[1] else "synthesis"
                create_run(env, month, detail).action_post()


def result(env):
    """What has been recognised, in a form that does not depend on who did it and when."""
    items = env["account.move.line"].search([("move_id.cn285_revrec_run_id", "!=", False)])
    lines = env["cn285.revrec.line"].search([])
    positions = env["cn285.revrec.position"].search([])
    return {
        "items": sorted(
            [
                item.account_id.code,
                item.date.isoformat(),
                item.name or "",
                item.parent_state,
                f"{item.balance:.2f}",
            ]
            for item in items
        ),
        "lines": sorted(
            [line.period.isoformat(), line.date.isoformat(), line.state, f"{line.amount:.2f}"]
            for line in lines
        ),
        "linked": all(
            line.move_line_id
            for line in lines
            if line.run_id and line.schedule_id.posting == "deferred"
        ),
        "positions": sorted(
            [position.date.isoformat(), position.kind, position.state, f"{position.amount:.2f}"]
            for position in positions
        ),
        "schedules": env["cn285.revrec.schedule"].search_count([]),
        "runs_done": env["cn285.revrec.run"].search_count([("state", "=", "done")]),
        "differences": [
            len(env["cn285.revrec.tieout"]._differences(env.company, month)) for month in MONTHS
        ],
    }


def again(database):
    """One process, and then each run once more."""
    codes = wait([fork(recognise, database)])
    with environment(database) as env:
        done = env["cn285.revrec.run"].search([("state", "=", "done")]).ids
    return {"codes": codes + wait([fork(recognise, database, run_id) for run_id in done])}


def same(database):
    """Two processes at one run, and then the other month."""
    with environment(database) as env:
        run_id = create_run(env, MONTHS[0]).id
    codes = at_once((recognise, database, run_id), (recognise, database, run_id))["codes"]
    return {"codes": codes + wait([fork(recognise, database)])}


COMMANDS = {
    "seed": forks.seed(seed),
    "once": lambda database: forks.once(recognise, database),
    "again": again,
    "twice": lambda database: at_once((recognise, database), (recognise, database)),
    "same": same,
    "kill": lambda database, steps: forks.kill_again_and_again(steps, recognise, database),
}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
