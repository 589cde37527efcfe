"""Billing beside Odoo's other apps (sales, purchase, stock, website …), as a ratio to without them.

``python benchmarks/apps.py`` (see `make bench`) bills the same contracts, month after month, in two
databases in turn: one with Odoo's accounting only, one with all apps that `tools/databases.py`
lists. Each month is one pair, and every other pair begins with the other database, so that a
machine that is busy for a while counts for both. Each process bills a few contracts before it is
measured, as a job runner's processes have. The median of the pairs' ratios must be at most LIMIT.
One more month says what it takes where the quick writer is switched off. Figures go to
``benchmarks/results/apps.json``.
"""

import argparse
import json
import platform
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from common import (
    RESULTS,
    ROOT,
    configuration,
    database,
    execute,
    in_process,
    install,
    measured,
    parsed,
)
from contracts import DAY, seed
from dateutil.relativedelta import relativedelta

LIMIT = 1.15
SIDES = ("without", "with")
WARM, MEASURED = "warm-up", "measured"
WARM_CONTRACTS = 20


def main():
    """Run everything and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contracts", type=int, default=1000, help="billed each month")
    parser.add_argument("--batch", type=int, default=200, help="invoices per transaction")
    parser.add_argument("--pairs", type=int, default=8, help="months billed in both databases")
    options = parsed(parser, STEPS)
    figures = _measure(options)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "apps.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    _print(figures, path)
    return 0 if figures["ratio"] <= LIMIT else 1


def _apps_base():
    made = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "apps_database.py"), "--base"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return made.stdout.strip()


def _measure(options):
    # the first month warms both sides up, the last one is billed in Odoo's ordinary way
    first = DAY - relativedelta(months=options.pairs + 1)
    months = [first + relativedelta(months=number) for number in range(options.pairs + 2)]
    with ExitStack() as stack:
        conf = stack.enter_context(configuration())
        bases = {"without": None, "with": _apps_base()}
        names = {side: stack.enter_context(database(base=bases[side])) for side in SIDES}

        def step(name, side, **arguments):
            return in_process(Path(__file__), name, names[side], conf, **arguments)

        for side in SIDES:
            install(names[side], conf, "cn285_contract")
            for tag, count in ((WARM, WARM_CONTRACTS), (MEASURED, options.contracts)):
                step("seed", side, count=count, tag=tag, since=first.isoformat())
            execute(names[side], "VACUUM ANALYZE")
            step("bill", side, day=months[0].isoformat(), batch=options.batch)
        pairs = []
        for number, month in enumerate(months[1:-1]):
            pair = {}
            for side in SIDES[:: 1 if number % 2 else -1]:
                pair[side] = step("bill", side, day=month.isoformat(), batch=options.batch)
            pairs.append(pair)
        ordinary = step(
            "bill", "with", day=months[-1].isoformat(), batch=options.batch, quick=False
        )
    return _figures(options, pairs, ordinary)


def _figures(options, pairs, ordinary):
    for pair in pairs:
        for report in pair.values():
            quick = f"{options.contracts} quick"
            if (report["invoices"], report["writing"]) != (options.contracts, quick):
                sys.exit(f"not billed quickly: {report}")
        if pair["with"]["total"] != pair["without"]["total"]:
            sys.exit(f"the two did not bill the same: {pair}")
    ratios = [pair["with"]["seconds"] / pair["without"]["seconds"] for pair in pairs]
    processor = [pair["with"]["cpu_seconds"] / pair["without"]["cpu_seconds"] for pair in pairs]
    return {
        "contracts": options.contracts,
        "batch": options.batch,
        "python": platform.python_version(),
        "ratio": median(ratios),
        "ratios": ratios,
        "cpu_ratio": median(processor),
        "ordinary_ms": 1000 * ordinary["seconds"] / ordinary["invoices"],
        **{
            f"{side}_ms": median(
                1000 * pair[side]["seconds"] / pair[side]["invoices"] for pair in pairs
            )
            for side in SIDES
        },
    }


def _print(figures, path):
    print(f"{figures['contracts']} contracts of three items a month, billed and posted:")
    print(f"  without other apps              {figures['without_ms']:6.2f} ms an invoice")
    print(f"  with them                       {figures['with_ms']:6.2f}")
    print(f"  with them, quick way shut       {figures['ordinary_ms']:6.2f}")
    spread = ", ".join(f"{ratio:.2f}" for ratio in sorted(figures["ratios"]))
    print(f"with to without: {figures['ratio']:.2f} (at most {LIMIT}; pairs: {spread})")
    print(f"of processor time: {figures['cpu_ratio']:.2f}")
    print(f"written to {path}")


# --- steps, each in its own process ----------------------------------------------------------


def bill(env, day, batch, quick=True):
    """Bill what is due on a day by a run, and say how its invoices were written."""
    env.company.cn285_batch_size = batch
    env["ir.config_parameter"].set_param("cn285_contract.quick_invoices", str(quick))
    _run(env, day, WARM)
    report = {}
    with measured(report):
        run = _run(env, day, MEASURED)
    return {
        **report,
        "invoices": run.invoice_count,
        "total": run.amount_total,
        "writing": run.writing_summary,
    }


def _run(env, day, tag):
    tags = env["cn285.contract.tag"].search([("name", "=", tag)])
    env.cr.commit()
    env.invalidate_all()
    run = env["cn285.billing.run"].create({"date": day, "tag_ids": [(6, 0, tags.ids)]})
    run.action_run()
    env.cr.commit()
    if run.issue_ids:
        sys.exit(f"not billed: {run.issue_ids[:1].reason}")
    return run


STEPS = {"seed": seed, "bill": bill}


if __name__ == "__main__":
    sys.exit(main())
