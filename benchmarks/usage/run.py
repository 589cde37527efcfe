"""Starting and running a billing run over usage: how long the button takes, and what memory.

``tools/run exec python benchmarks/usage/run.py`` (CN285_BASE names the base database; `make bench`
runs it too) copies the base database and multiplies, by SQL, a contract whose items bill usage.
The same is done for two numbers of rows. For each, the button that starts the run is pressed, its
preparation is done as its job would, and then its batches, one after the other, in a process of
their own each: the peak memory of both is compared between the two sizes, in one run.
For large numbers ``--batches 3`` does so many only, and ``--events 1`` has an event an item:
``--small 300000 --large 1000000 --batches 3 --events 1`` takes some minutes and 5 GB.
Figures go to ``benchmarks/results/usage_run.json``.
"""

import argparse
import json
import platform
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from common import RESULTS, configuration, database, execute, in_process, install, measured, parsed

# The month that is over: its events are of the past, whenever this runs.
END = date.today().replace(day=1)
FIRST = (END - timedelta(days=1)).replace(day=1)
ITEMS_PER_CONTRACT = 20
# Seconds that the button may take; times the memory of the smaller run that the larger may have.
LIMIT = 1.0, 1.25


def main():
    """Run everything and print the comparison; a non-zero exit where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=10_000, help="rows of the smaller run")
    parser.add_argument("--large", type=int, default=40_000, help="rows of the larger run")
    parser.add_argument("--events", type=int, default=3, help="events of an item")
    parser.add_argument("--batches", type=int, help="batches to run (default: all)")
    parser.add_argument("--keep", action="store_true", help="leave the databases behind")
    options = parsed(parser, STEPS)
    sizes = {size: _measure(size, options) for size in (options.small, options.large)}
    small, large = sizes.values()
    figures = {
        "python": platform.python_version(),
        "sizes": sizes,
        "ratios": {
            "memory_of_preparing": large["prepare"]["peak_mb"] / small["prepare"]["peak_mb"],
            "memory_of_batches": large["batches"]["peak_mb"] / small["batches"]["peak_mb"],
            "rows_of_both": options.large / options.small,
            "processor_time_a_row": (large["batches"]["cpu_seconds"] / large["batches"]["rows"])
            / (small["batches"]["cpu_seconds"] / small["batches"]["rows"]),
            "processor_time_of_preparing_a_row": (large["prepare"]["cpu_seconds"] / options.large)
            / (small["prepare"]["cpu_seconds"] / options.small),
        },
        "button_seconds": large["start"]["seconds"],
        "peak_mb": max(large["prepare"]["peak_mb"], large["batches"]["peak_mb"]),
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "usage_run.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    _print(figures, path)
    memory = max(figures["ratios"][f"memory_of_{what}"] for what in ("preparing", "batches"))
    return 0 if figures["button_seconds"] <= LIMIT[0] and memory <= LIMIT[1] else 1


def _measure(rows, options):
    with database(options.keep) as name, configuration() as conf:

        def step(*names, **arguments):
            return in_process(Path(__file__), *names, name, conf, **arguments)

        install(name, conf, "cn285_usage")
        step("seed", rows=rows, events=options.events)
        execute(name, "VACUUM ANALYZE")
        report = {
            "start": step("start"),
            "prepare": step("prepare"),
            "batches": step("batches", most=options.batches),
        }
    print(f"{rows:,} rows:", json.dumps(report), flush=True)
    return report


def _print(figures, path):
    for size, steps in figures["sizes"].items():
        print(f"{size:,} rows of usage")
        for name, one in steps.items():
            print(
                f"   {name:8} {one['seconds']:8.2f} s, {one['cpu_seconds']:7.2f} s of processor, "
                f"{one['peak_mb']:5.0f} MB peak"
            )
    for label, ratio in figures["ratios"].items():
        print(f"{label.replace('_', ' ')}: {ratio:.2f}")
    print(f"the button: {figures['button_seconds']:.2f} s")
    print(f"written to {path}")


# --- steps, each in its own process ----------------------------------------------------------


def seed(env, rows, events):
    """Make one contract of usage, and multiply it with all that belongs to it."""
    metric = env["cn285.usage.metric"].create({"code": "calls", "name": "API calls"})
    product = env["product.product"].create({"name": "API", "type": "service"})
    calculator = {"metric_id": metric.id, "charge_model": "per_unit", "price_unit": 0.01}
    item = {
        "product_id": product.id,
        "billing_type": "usage",
        "timing": "arrears",
        "price_unit": 0.0,
        "calculator_ids": [(0, 0, calculator)],
    }
    contract = env["cn285.contract"].create(
        {
            "name": "K0",
            "partner_id": env["res.partner"].create({"name": "Benchmark", "ref": "K0"}).id,
            "date_start": FIRST,
            "date_end": END - timedelta(days=1),
            "item_ids": [(0, 0, item)] * ITEMS_PER_CONTRACT,
        }
    )
    contract.action_confirm()
    env.flush_all()
    last = rows // ITEMS_PER_CONTRACT - 1
    _copies(env, "res_partner", {"ref": "'K' || n"}, last, f"r.id = {contract.partner_id.id}")
    partner = "(SELECT id FROM res_partner WHERE ref = 'K' || n)"
    new = {"name": "'K' || n", "partner_id": partner, "payer_id": partner}
    _copies(env, "cn285_contract", new, last, f"r.id = {contract.id}")
    copy = "(SELECT id FROM cn285_contract WHERE name = 'K' || n)"
    codes = {"contract_id": copy, "code": "n || '.' || r.id"}
    _copies(env, "cn285_contract_item", codes, last, f"r.contract_id = {contract.id}")
    env.cr.execute("CREATE INDEX bench_code ON cn285_contract_item (code)")
    env.cr.execute("ANALYZE cn285_contract, cn285_contract_item, res_partner")
    item = "(SELECT id FROM cn285_contract_item WHERE code = n || '.' || r.item_id)"
    mine = f"r.item_id IN (SELECT id FROM cn285_contract_item WHERE contract_id = {contract.id})"
    _copies(env, "cn285_usage_calculator", {"item_id": item}, last, mine)
    owner = {"item_id": item, "contract_id": copy, "partner_id": partner}
    _copies(env, "cn285_billing_schedule", owner, last, mine)
    env["cn285.usage.event"]._make_partitions([_month()])
    env.cr.execute(
        "INSERT INTO cn285_usage_event (id, occurred_at, ingested_at, company_id, metric_id, "
        "contract_id, item_id, quantity, source, transaction_id) "
        "SELECT i.id * 10 + n, %s::timestamp + n * interval '1 day', now(), i.company_id, %s, "
        "i.contract_id, i.id, 100 + i.id %% 97, 'meter', i.id || '-' || n "
        "FROM cn285_contract_item i CROSS JOIN generate_series(1, %s) n",
        (_month(), metric.id, events),
    )
    env.cr.commit()
    return {}


def _month():
    return datetime(FIRST.year, FIRST.month, 1)


def _copies(env, table, values, last, which):
    """Copy rows of a table for each number, but for columns that get values by SQL on ``n``."""
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s", (table,)
    )
    names = [name for (name,) in env.cr.fetchall() if name not in {"id", "access_token", *values}]
    quoted = [f'"{name}"' for name in names]
    copied = [f"r.{name}" for name in quoted]
    env.cr.execute(
        f"INSERT INTO {table} ({', '.join([*quoted, *values])}) "
        f"SELECT {', '.join([*copied, *values.values()])} "
        f"FROM {table} r CROSS JOIN generate_series(1, %s) AS n WHERE {which}",
        (last,),
    )


def start(env):
    """Press the button; a job is ordered that nobody takes."""
    report = {}
    run = env["cn285.billing.run"].create({"date": END})
    env.cr.commit()
    with measured(report):
        run.action_run_in_jobs()
        env.cr.commit()
    return report


def _run(env):
    return env["cn285.billing.run"].search([], order="id desc", limit=1)


def prepare(env):
    """Do what the job does that cuts the batches."""
    report = {}
    with measured(report):
        _run(env)._job_start()
        env.cr.commit()
    return {**report, "batches": len(_run(env).batch_ids)}


def batches(env, most):
    """Rate and bill, batch after batch, each committed; all of them, or so many."""
    run, report = _run(env), {}
    chosen = run.batch_ids[:most] if most else run.batch_ids
    with measured(report):
        for batch in chosen:
            batch._run_in_process()
        if chosen == run.batch_ids:
            run._finish()
        env.cr.commit()
    if run.issue_ids or (chosen == run.batch_ids and run.state != "done"):
        sys.exit(f"not all was billed: {run.issue_ids[:1].reason}")
    rows = env["cn285.billing.schedule"].search_count(
        [("run_id", "=", run.id), ("state", "=", "invoiced")]
    )
    return {**report, "rows": rows}


STEPS = {step.__name__: step for step in (seed, start, prepare, batches)}


if __name__ == "__main__":
    sys.exit(main())
