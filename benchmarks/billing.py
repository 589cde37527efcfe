"""Billing speed: this product, OCA contract and bare Odoo on the same work, and how it scales.

``python benchmarks/billing.py`` (see `make bench`) copies the base database, installs this product
and OCA contract 19.0 side by side, and has each bill the same number of contracts of three fixed
items with one 20 % tax into posted invoices, committed in batches of the same size. Each step runs
in a process of its own. The limit is what PostgreSQL takes for the same rows of all tables, see
``benchmarks/limit.py``. Ratios to it and to OCA are of processor time, of the process and of its
server together: what both take on one core. Figures go to ``benchmarks/results/billing.json``.
"""

import argparse
import json
import platform
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from time import sleep

import limit
import psycopg2
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
from contracts import DAY, chunks, price, seed, seed_bare, seed_not_due, seed_oca, services

# Contracts that are billed by several processes at once, and the lock that starts these.
TOGETHER, START = "together", 285


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
        Progress().track(range(18), description="billing benchmark")
        if sys.stderr.isatty()
        else range(18)
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
        for tag in ("one job", f"{TOGETHER} 1", f"{TOGETHER} 2"):
            step("seed", count=options.due, tag=tag)
        execute(name, "VACUUM ANALYZE")
        alone_job = step("product", tag="one job", batch=options.batch)
        jobs = _at_once(name, lambda tag: step("product", tag=tag, batch=options.batch))
        step("seed", count=options.due, tag="among many")
        step("seed_not_due", count=options.many - options.due)
        execute(name, "VACUUM ANALYZE")
        among = step("product", tag="among many", batch=options.batch)
    figures = _figures(options, product, oca, bare, tenth, alone, among)
    return {**figures, **_jobs_figures(alone_job, jobs)}


def _at_once(name, bill):
    """Bill in two processes, which start when both are ready."""
    with closing(psycopg2.connect(dbname=name)) as connection, ThreadPoolExecutor(2) as threads:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("SELECT pg_advisory_lock(%s)", [START])
        jobs = [threads.submit(bill, f"{TOGETHER} {number}") for number in (1, 2)]
        ready = 0
        while ready < len(jobs) and not any(job.done() for job in jobs):
            sleep(0.05)
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            )
            [ready] = cursor.fetchone()
        cursor.execute("SELECT pg_advisory_unlock(%s)", [START])
        return [job.result() for job in jobs]


def _jobs_figures(alone, jobs):
    slowest = max(job["seconds"] for job in jobs)
    return {
        "one_job": alone,
        "two_jobs": jobs,
        "two_jobs_to_one": sum(job["invoices"] for job in jobs)
        / slowest
        / (alone["invoices"] / alone["seconds"]),
        "two_jobs_cpu_to_one": sum(job["cpu"] for job in jobs) / 2 / alone["cpu"],
    }


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
            "product_to_the_limit": product["cpu"] / product["limit"]["cpu"],
            "product_to_the_limit_by_the_clock": product["seconds"] / product["limit"]["seconds"],
            "product_to_oca": oca["cpu"] / product["cpu"],
            "product_to_bare": bare["cpu"] / product["cpu"],
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
    columns = ("", "invoices/s", "ms/invoice", "CPU ms", "Python", "server", "peak MB", "grown MB")
    for column in columns:
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
            *(
                f"{1000 * report[name] / report['invoices']:.2f}"
                for name in ("cpu", "cpu_python", "cpu_server")
            ),
            f"{report['peak_mb']:.0f}",
            f"{report['grown_mb']:.0f}",
        )
    stored = figures["product"]["limit"]
    table.add_row(
        "the limit: the same rows by COPY",
        f"{figures['contracts'] / stored['seconds']:.0f}",
        *(
            f"{1000 * stored[name] / figures['contracts']:.2f}"
            for name in ("seconds", "cpu", "cpu_python", "cpu_server")
        ),
    )
    console = Console()
    console.print(table)
    for label, ratio in figures["ratios"].items():
        console.print(f"{label.replace('_', ' ')}: {ratio:.2f}")
    held = ", ".join(
        f"{job['numbers_held']:.0%}" for job in (figures["one_job"], *figures["two_jobs"])
    )
    console.print(f"numbers locked, of the time of a job alone and of two at once: {held}")
    console.print(
        f"two jobs at once to one: {figures['two_jobs_to_one']:.2f} by the clock; "
        f"processor time an invoice {figures['two_jobs_cpu_to_one']:.2f} times"
    )
    console.print(f"written to {path}")


# --- steps, each in its own process ----------------------------------------------------------


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
    _wait_for_start(env, tag)
    with (
        measured(report),
        limit.processor(env, report),
        limit.numbers_held(env, report),
    ):
        run = env["cn285.billing.run"].create({"date": DAY, "tag_ids": [(6, 0, tags.ids)]})
        run.action_run()
        env.cr.commit()
    if run.issue_ids:
        sys.exit(f"not billed: {run.issue_ids[:1].reason}")
    report.update(_billed(env, run.invoice_ids.ids))
    if tag == "product":
        report["limit"] = limit.copied(env, run.invoice_ids)
    return report


def _wait_for_start(env, tag):
    """Where several processes bill at the same time, start with the others."""
    if tag.startswith(TOGETHER):
        env.cr.execute("SELECT pg_advisory_lock_shared(%s)", [START])
        env.cr.execute("SELECT pg_advisory_unlock_shared(%s)", [START])
        env.cr.commit()


def oca(env, batch):
    """Bill all that is due by OCA contract, and post it."""
    contracts = env["contract.contract"].search([("recurring_next_date", "<=", DAY)], order="id")
    env.invalidate_all()
    report, made = {}, []
    with measured(report), limit.processor(env, report):
        for _start, part in chunks(contracts, batch):
            moves = part._recurring_create_invoice(DAY)
            moves._post(soft=False)
            made += moves.ids
            env.cr.commit()
            env.invalidate_all()
    return {**report, **_billed(env, made)}


def bare(env, batch):
    """Create and post the same invoices with Odoo alone."""
    partners = env["res.partner"].search([("name", "=like", "bare %")], order="id")
    products = services(env)
    env.invalidate_all()
    report, made = {}, []
    with measured(report), limit.processor(env, report):
        for start, part in chunks(partners, batch):
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
                                    "price_unit": price(number, index),
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
