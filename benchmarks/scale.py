"""A hundred thousand contracts: what users wait for, and what runs, planning and actions take.

``make bench ARGS=scale`` (``ARGS="scale --contracts 10000"`` for less) makes 100,000 contracts of
three items (own price, pricelist, usage in tiers), 20,000 customers, 4.7 million schedule rows, 5
million usage events and 500,000 invoices: 200 contracts through the models, the rest by SQL
copying. Then it asks for screens as their users do, starts a run, bills batches, plans, and prints
what is wanted beside what it got. Times are of processors, Python's and PostgreSQL's together, so
that a busy machine says the same. The full size takes about 20 GB and an hour on two cores; ``make
bench`` alone leaves it out. ``--keep`` leaves the database behind, ``--reuse NAME`` measures one
that was kept. Figures go to ``benchmarks/results/scale.json``.
"""

import argparse
import json
import platform
import subprocess
import sys
from pathlib import Path

import scale_jobs as jobs
from common import RESULTS, configuration, database, execute, in_process, install, parsed
from scale_crons import crons
from scale_screens import screens
from scale_seed import seed

ADDONS = "cn285_renewal", "cn285_revrec", "cn285_usage"
# Takes an hour: `make bench` runs it only where it is named.
BY_NAME_ONLY = True
# In this order: what one leaves, the next ones find.
PARTS = ("screens", "poll", "late", "reprice", "start", "preparing", "batches", "two", "changes")
PARTS += ("renewals", "planning", "ingest", "revenue", "crons")
BATCHES_EACH = 4


def main():
    """Make the database, measure, print; a non-zero exit where a wanted figure is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contracts", type=int, default=100_000, help="a multiple of 200")
    parser.add_argument("--part", choices=PARTS, action="append", help="measure only these")
    parser.add_argument("--only", help="of the screens, those whose name has this")
    parser.add_argument("--keep", action="store_true", help="leave the database behind")
    parser.add_argument("--reuse", metavar="NAME", help="a database that was kept")
    options = parsed(parser, STEPS)
    figures = _measure(options)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "scale.json"
    path.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    missed = _print(figures)
    print(f"written to {path}")
    return 1 if missed else 0


def _measure(options):
    figures = {"contracts": options.contracts, "python": platform.python_version(), "figures": {}}
    with configuration() as conf:
        if options.reuse:
            return _parts(options, figures, options.reuse, conf)
        with database(options.keep) as name:
            install(name, conf, *ADDONS)
            figures["seed"] = _step("seed", name, conf, contracts=options.contracts)
            execute(name, "VACUUM ANALYZE")
            return _parts(options, figures, name, conf)


def _parts(options, figures, name, conf):
    for part in options.part or PARTS:
        print(f"· {part}", file=sys.stderr, flush=True)
        if part == "screens":
            found = {
                f"screen: {label}": [wanted, got, f"ms, {queries} q."]
                for label, (wanted, got, queries) in _step(
                    "screens", name, conf, only=options.only
                ).items()
            }
        elif part == "two":
            found = _two(name, conf)
        else:
            found = _step(part, name, conf)
        figures["figures"] |= found
        for label, (wanted, got, unit) in found.items():
            print(f"  {label}: {got} {unit} (wanted {wanted})", file=sys.stderr, flush=True)
    return figures


def _step(step, name, conf, **arguments):
    return in_process(Path(__file__), step, name, conf, **arguments)


def _two(name, conf):
    """Batches of one process, then of two at once."""
    one = _step("work", name, conf, count=BATCHES_EACH, part=0, parts=1)
    both = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", __file__, "--step", "work", "--database", name,
             "--conf", str(conf), "--arguments",
             json.dumps({"count": BATCHES_EACH, "part": part, "parts": 2})],
            stdout=subprocess.PIPE, text=True,
        )
        for part in range(2)
    ]  # fmt: skip
    reports = [json.loads(process.communicate()[0].splitlines()[-1]) for process in both]
    if not one["invoices"] or not all(report["invoices"] for report in reports):
        return {}
    alone = one["invoices"] / one["seconds"]
    together = sum(report["invoices"] / report["seconds"] for report in reports)
    return {
        "one process": [None, round(alone), "invoices/s"],
        "two processes": [None, round(together), "invoices/s"],
        "two processes to one": [1.8, round(together / alone, 2), "times or more"],
    }


def _print(figures):
    """Print the table; returns how many wanted figures were missed."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{figures['contracts']:,} contracts; times of processors")
    for column in ("", "wanted", "got", "", ""):
        table.add_column(column, justify="right" if column else "left")
    missed = 0
    for label, (wanted, got, unit) in figures["figures"].items():
        good = wanted is None or (got >= wanted if "or more" in unit else got <= wanted)
        missed += not good
        mark = "" if wanted is None else "ok" if good else "MISSED"
        table.add_row(label, "" if wanted is None else str(wanted), str(got), unit, mark)
    Console(width=110).print(table)
    return missed


STEPS = {part: getattr(jobs, part) for part in PARTS if part not in ("screens", "two", "crons")}
STEPS |= {"seed": seed, "screens": screens, "crons": crons, "work": jobs.work}


if __name__ == "__main__":
    sys.exit(main())
