"""Billing speed: this product, OCA contract and bare Odoo on the same work, and how it scales.

``python benchmarks/billing.py`` (see `make bench`) copies the base database, installs this product
and OCA contract 19.0 side by side, and has each bill the same number of contracts of three fixed
items with one 20 % tax into posted invoices, committed in batches of the same size. Each step runs
in a process of its own. Figures go to ``benchmarks/results/billing.json``.
"""

import argparse
import json
import platform
import sys
from datetime import date
from pathlib import Path

from common import (
    RESULTS,
    configuration,
    database,
    execute,
    in_process,
    install,
    measured,
    parsed,
)

DAY = date.today().replace(day=1)
PRICES = (19.9, 49.0, 7.35)


def main():
    """Run everything and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contracts", type=int, default=2000, help="billed by each of the three")
    parser.add_argument("--batch", type=int, default=200, help="invoices per transaction")
    parser.add_argument("--due", type=int, default=1000, help="contracts due among many")
    parser.add_argument("--many", type=int, default=100_000, help="contracts in all, then")
    parser.add_argument("--keep", action="store_true", help="leave the database behind")
    options = parsed(parser, STEPS)
    figures = _measure(options)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "billing.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    _print(figures, path)
    return 0 if figures["ratios"]["product_to_oca"] >= 2.2 else 1


def _measure(options):
    from rich.progress import Progress

    steps = iter(
        Progress().track(range(12), description="billing benchmark")
        if sys.stderr.isatty()
        else range(12)
    )
    with database(options.keep) as name, configuration() as conf:

        def step(*names, **arguments):
            next(steps, None)
            return in_process(Path(__file__), *names, name, conf, **arguments)

        install(name, conf, "cn285_contract")
        # both addons claim the web address of their list of templates, which nobody visits here
        execute(name, "UPDATE ir_act_window SET path = NULL WHERE path LIKE '%contract%'")
        install(name, conf, "contract")
        few = options.contracts // 10
        step("seed", count=options.due, tag="alone")
        alone = step("product", tag="alone", batch=options.batch)
        for tag, count in (("few", few), ("product", options.contracts)):
            step("seed", count=count, tag=tag)
        step("seed_oca", count=options.contracts)
        step("seed_bare", count=options.contracts)
        execute(name, "VACUUM ANALYZE")
        tenth = step("product", tag="few", batch=options.batch)
        product = step("product", tag="product", batch=options.batch)
        oca = step("oca", batch=options.batch)
        bare = step("bare", batch=options.batch)
        step("seed", count=options.due, tag="among many")
        step("seed_not_due", count=options.many - options.due)
        execute(name, "VACUUM ANALYZE")
        among = step("product", tag="among many", batch=options.batch)
    return _figures(options, product, oca, bare, tenth, alone, among)


def _figures(options, product, oca, bare, tenth, alone, among):
    for report in (product, oca, bare, tenth, alone, among):
        report["ms_per_invoice"] = 1000 * report["seconds"] / report["invoices"]
        report["invoices_per_second"] = report["invoices"] / report["seconds"]
    for report in (product, oca, bare):
        if (report["invoices"], report["total"]) != (options.contracts, product["total"]):
            sys.exit(f"the three did not bill the same: {report}")
    return {
        "contracts": options.contracts,
        "batch": options.batch,
        "python": platform.python_version(),
        "product": product,
        "oca_contract": oca,
        "bare_odoo": bare,
        "ratios": {
            "product_to_oca": oca["seconds"] / product["seconds"],
            "product_to_bare": bare["seconds"] / product["seconds"],
            "ten_times_the_contracts": product["seconds"] / tenth["seconds"],
            "due_among_many_to_alone": among["seconds"] / alone["seconds"],
        },
        "a_tenth": tenth,
        "due_alone": alone,
        "due_among_many": among,
        "many": options.many,
    }


def _print(figures, path):
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{figures['contracts']} contracts billed and posted")
    for column in ("", "invoices/s", "ms/invoice", "CPU ms", "peak MB", "grown MB"):
        table.add_column(column, justify="right" if column else "left")
    for label, key in (
        ("this product", "product"),
        ("OCA contract", "oca_contract"),
        ("account.move.create + post", "bare_odoo"),
        ("a tenth of the contracts", "a_tenth"),
        (f"{figures['due_alone']['invoices']} due, alone", "due_alone"),
        (f"{figures['due_alone']['invoices']} due of {figures['many']}", "due_among_many"),
    ):
        report = figures[key]
        table.add_row(
            label,
            f"{report['invoices_per_second']:.0f}",
            f"{report['ms_per_invoice']:.2f}",
            f"{1000 * report['cpu_seconds'] / report['invoices']:.2f}",
            f"{report['peak_mb']:.0f}",
            f"{report['grown_mb']:.0f}",
        )
    console = Console()
    console.print(table)
    for label, ratio in figures["ratios"].items():
        console.print(f"{label.replace('_', ' ')}: {ratio:.2f}")
    console.print(f"written to {path}")


# --- steps, each in its own process ----------------------------------------------------------


def _products(env):
    """Three services with the company's 20 % tax, the same for all."""
    products = env["product.product"].search([("default_code", "=like", "BENCH%")], order="id")
    if products:
        return products
    tax = env["account.tax"].search(
        [
            ("type_tax_use", "=", "sale"),
            ("amount_type", "=", "percent"),
            ("amount", "=", 20),
            ("price_include", "=", False),
            ("company_id", "=", env.company.id),
        ],
        limit=1,
    )
    return env["product.product"].create(
        [
            {
                "name": f"Service {index}",
                "default_code": f"BENCH{index}",
                "type": "service",
                "list_price": price,
                "taxes_id": [(6, 0, tax.ids)],
            }
            for index, price in enumerate(PRICES)
        ]
    )


def _partners(env, count, label):
    return env["res.partner"].create(
        [
            {"name": f"{label} {number}", "country_id": env.company.country_id.id}
            for number in range(count)
        ]
    )


def _price(number, index):
    """Contracts differ in price, so that nothing can be worked out once for all of them."""
    return round(PRICES[index] + number % 997 / 100, 2)


def _chunks(records, size=500):
    for start in range(0, len(records), size):
        yield start, records[start : start + size]


def seed(env, count, tag, since=DAY):
    """Make and confirm contracts of this product, due on ``since``."""
    env.company.cn285_horizon_months = 2
    label = env["cn285.contract.tag"].create({"name": tag})
    products = _products(env)
    for start, partners in _chunks(_partners(env, count, tag)):
        contracts = env["cn285.contract"].create(
            [
                {
                    "partner_id": partner.id,
                    "date_start": since,
                    "tag_ids": [(6, 0, label.ids)],
                    "item_ids": [
                        (
                            0,
                            0,
                            {
                                "product_id": product.id,
                                "name": product.name,
                                "price_unit": _price(number, index),
                                "sequence": index + 1,
                            },
                        )
                        for index, product in enumerate(products)
                    ],
                }
                for number, partner in enumerate(partners, start)
            ]
        )
        contracts.action_confirm()
        env.cr.commit()
        env.invalidate_all()
    return {}


def seed_not_due(env, count):
    """Multiply one contract, planned for later only, in SQL."""
    products = _products(env)
    pattern = env["cn285.contract"].create(
        {
            "partner_id": _partners(env, 1, "not due").id,
            "date_start": DAY,
            "item_ids": [
                (
                    0,
                    0,
                    {
                        "product_id": product.id,
                        "name": product.name,
                        "price_unit": 1.0,
                        "sequence": index,
                        "timing": "arrears",
                    },
                )
                for index, product in enumerate(products, 1)
            ],
        }
    )
    pattern.action_confirm()
    env.flush_all()
    cr = env.cr

    def columns(table, *own):
        cr.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
        )
        return [f'"{name}"' for (name,) in cr.fetchall() if name not in ("id", *own)]

    kept = columns("cn285_contract", "name")
    cr.execute(
        f"""CREATE TEMP TABLE fresh AS WITH made AS (
                INSERT INTO cn285_contract (name, {",".join(kept)})
                SELECT 'BENCH/' || number, {",".join(kept)}
                  FROM cn285_contract, generate_series(1, %s) number WHERE id = %s
             RETURNING id) SELECT id FROM made""",
        [count - 1, pattern.id],
    )
    kept = columns("cn285_contract_item", "contract_id")
    cr.execute(
        f"""INSERT INTO cn285_contract_item (contract_id, {",".join(kept)})
            SELECT fresh.id, {",".join(f"item.{name}" for name in kept)}
              FROM cn285_contract_item item, fresh WHERE item.contract_id = %s""",
        [pattern.id],
    )
    kept = columns("cn285_billing_schedule", "contract_id", "item_id")
    cr.execute(
        f"""INSERT INTO cn285_billing_schedule (contract_id, item_id, {",".join(kept)})
            SELECT item.contract_id, item.id, {",".join(f"row.{name}" for name in kept)}
              FROM cn285_billing_schedule row
              JOIN cn285_contract_item own ON own.id = row.item_id
              JOIN cn285_contract_item item ON item.sequence = own.sequence
              JOIN fresh ON fresh.id = item.contract_id
             WHERE row.contract_id = %s""",
        [pattern.id],
    )
    return {}


def seed_oca(env, count):
    """Make the same contracts in OCA contract."""
    products = _products(env)
    for start, partners in _chunks(_partners(env, count, "oca")):
        env["contract.contract"].create(
            [
                {
                    "name": f"Contract {number}",
                    "partner_id": partner.id,
                    "line_recurrence": True,
                    "contract_line_ids": [
                        (
                            0,
                            0,
                            {
                                "product_id": product.id,
                                "name": product.name,
                                "quantity": 1,
                                "uom_id": product.uom_id.id,
                                "price_unit": _price(number, index),
                                "recurring_rule_type": "monthly",
                                "recurring_interval": 1,
                                "date_start": DAY,
                                "recurring_next_date": DAY,
                            },
                        )
                        for index, product in enumerate(products)
                    ],
                }
                for number, partner in enumerate(partners, start)
            ]
        )
        env.cr.commit()
        env.invalidate_all()
    return {}


def seed_bare(env, count):
    """Make customers for invoices without a contract."""
    _products(env)
    _partners(env, count, "bare")
    return {}


def _billed(env, moves):
    moves = env["account.move"].browse(moves)
    return {
        "invoices": len(moves.filtered(lambda move: move.state == "posted")),
        "total": round(sum(moves.mapped("amount_total")), 2),
    }


def product(env, tag, batch):
    """Bill all that is due by a run of this product."""
    env.company.cn285_batch_size = batch
    # "alone" and "among many" are all that is due when they are billed: no filter helps
    tags = env["cn285.contract.tag"]
    if tag not in ("alone", "among many"):
        tags = tags.search([("name", "=", tag)])
    env.cr.commit()
    env.invalidate_all()
    report = {}
    with measured(report):
        run = env["cn285.billing.run"].create({"date": DAY, "tag_ids": [(6, 0, tags.ids)]})
        run.action_run()
        env.cr.commit()
    if run.issue_ids:
        sys.exit(f"not billed: {run.issue_ids[:1].reason}")
    return {**report, **_billed(env, run.invoice_ids.ids)}


def oca(env, batch):
    """Bill all that is due by OCA contract, and post it."""
    contracts = env["contract.contract"].search([("recurring_next_date", "<=", DAY)], order="id")
    env.invalidate_all()
    report, made = {}, []
    with measured(report):
        for _start, part in _chunks(contracts, batch):
            moves = part._recurring_create_invoice(DAY)
            moves._post(soft=False)
            made += moves.ids
            env.cr.commit()
            env.invalidate_all()
    return {**report, **_billed(env, made)}


def bare(env, batch):
    """Create and post the same invoices with Odoo alone."""
    partners = env["res.partner"].search([("name", "=like", "bare %")], order="id")
    products = _products(env)
    env.invalidate_all()
    report, made = {}, []
    with measured(report):
        for start, part in _chunks(partners, batch):
            moves = env["account.move"].create(
                [
                    {
                        "move_type": "out_invoice",
                        "partner_id": partner.id,
                        "invoice_date": DAY,
                        "invoice_line_ids": [
                            (
                                0,
                                0,
                                {
                                    "product_id": product.id,
                                    "name": product.name,
                                    "quantity": 1,
                                    "price_unit": _price(number, index),
                                },
                            )
                            for index, product in enumerate(products)
                        ],
                    }
                    for number, partner in enumerate(part, start)
                ]
            )
            moves._post(soft=False)
            made += moves.ids
            env.cr.commit()
            env.invalidate_all()
    return {**report, **_billed(env, made)}


STEPS = {
    "seed": seed,
    "seed_not_due": seed_not_due,
    "seed_oca": seed_oca,
    "seed_bare": seed_bare,
    "product": product,
    "oca": oca,
    "bare": bare,
}


if __name__ == "__main__":
    sys.exit(main())
