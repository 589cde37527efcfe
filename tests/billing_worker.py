"""Bills a database in real processes: one, two at once, or one that is killed again and again.

``python billing_worker.py DATABASE seed|once|twice|same|kill``; prints a JSON object.
"""

import forks
from forks import at_once, environment

BILL_UNTIL = "2026-06-15"
CUSTOMERS = 24


def seed(env):
    """Contracts that share payers, some with two items, some that cannot be billed."""
    env.company.cn285_batch_size = 7
    env.company.cn285_invoice_dating = "schedule"
    env.company._cn285_mark_test_database()
    tax = env.company.account_sale_tax_id
    product, broken = env["product.product"].create(
        [
            {"name": name, "type": "service", "list_price": price, "taxes_id": [(6, 0, tax.ids)]}
            for name, price in (("Service", 10.0), ("No price", 0.0))
        ]
    )
    partners = env["res.partner"].create([{"name": f"Customer {n}"} for n in range(CUSTOMERS)])
    contracts = env["cn285.contract"].create(
        [
            {
                "partner_id": partner.id,
                "date_start": f"2026-0{1 + number % 3}-{1 + number % 28:02}",
                "item_ids": [
                    (0, 0, {"product_id": product.id, "price_unit": 10.0 + number}),
                    (0, 0, {"product_id": product.id, "price_unit": 2.5}),
                ],
            }
            for number, partner in enumerate([*partners, *partners[:8]])
        ]
    )
    contracts |= env["cn285.contract"].create(
        {
            "partner_id": partners[0].id,
            "date_start": "2026-01-01",
            "item_ids": [(0, 0, {"product_id": broken.id})],
        }
    )
    contracts.action_confirm()


def create_run(env):
    return env["cn285.billing.run"].create({"date": BILL_UNTIL})


def bill(database, run_id=None):
    with environment(database) as env:
        run = env["cn285.billing.run"].browse(run_id) if run_id else create_run(env)
        run.action_run()


def kept_sums(env):
    """Whether the sums that are kept of the schedule are those of its rows."""
    names = "company_id, currency_id, product_id, kind, state, billing_date"
    env.cr.execute(
        f"""SELECT count(*) FROM (
              SELECT 1 FROM (
                SELECT {names}, 1 AS row_count, amount FROM cn285_billing_schedule
                UNION ALL
                SELECT {names}, -row_count, -amount FROM cn285_billing_schedule_sum) AS both_ways
               GROUP BY {names}
              HAVING sum(row_count) != 0 OR coalesce(sum(amount), 0) != 0) AS different"""
    )
    return env.cr.fetchone()[0] == 0


def result(env):
    """What has been billed, in a form that does not depend on who billed it and when."""
    moves = env["account.move"].search([("cn285_contract_ids", "!=", False)])
    invoices = sorted(
        [
            move.partner_id.name,
            move.invoice_date.isoformat(),
            move.state,
            f"{move.amount_total:.2f}",
            sorted(f"{line.name} {line.price_subtotal:.2f}" for line in move.invoice_line_ids),
        ]
        for move in moves
    )
    numbers = sorted(move.sequence_number for move in moves)
    rows = env["cn285.billing.schedule"].search([("state", "=", "invoiced")])
    return {
        "invoices": invoices,
        "gapless": numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        if numbers
        else True,
        "sums": kept_sums(env),
        "rows": len(rows),
        "lines": len(rows.move_line_id),
        "due": env["cn285.billing.schedule"].search_count(
            [
                ("state", "=", "planned"),
                ("billing_date", "<=", BILL_UNTIL),
                ("product_id.name", "!=", "No price"),
            ]
        ),
    }


def same(database):
    """Two processes at one run."""
    with environment(database) as env:
        run_id = create_run(env).id
    return at_once((bill, database, run_id), (bill, database, run_id))


COMMANDS = {
    "seed": forks.seed(seed),
    "once": lambda database: forks.once(bill, database),
    "twice": lambda database: at_once((bill, database), (bill, database)),
    "same": same,
    "kill": lambda database, steps: forks.kill_again_and_again(steps, bill, database),
}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
