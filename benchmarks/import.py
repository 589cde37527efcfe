"""Files of contracts are loaded: many contracts with three items each and their schedules.

``python benchmarks/import.py`` (see `make bench`) copies the base database, installs
cn285_contract, and loads two sizes of the same files, each in a process of its own: for the first
time, and once more without a change. Figures go to ``benchmarks/results/import.json``; where time
and memory grow with the rows, what 50,000 contracts take follows from the ratio of the two sizes.
"""

import argparse
import cProfile
import json
import os
import platform
import sys
from contextlib import nullcontext
from pathlib import Path

from common import RESULTS, configuration, database, execute, in_process, install, measured, parsed

FULL = 50_000
LIMITS = {"first": 600.0, "again": 120.0}
MEMORY = 600
SERVICES = 20
ITEMS = 3
SMALL = 5


def main():
    """Run everything and print it; the exit code says whether the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contracts", type=int, default=5000, help="contracts of the larger size")
    parser.add_argument("--profile", help="folder for what a profiler says of each load")
    parser.add_argument("--keep", action="store_true", help="leave the databases behind")
    options = parsed(parser, STEPS)
    figures = _measure(options)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "import.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    good = True
    for label, limit in LIMITS.items():
        seconds = figures["extrapolated"][label]
        good &= seconds < limit
        judged = "within" if seconds < limit else "ABOVE the limit"
        told = ", ".join(
            f"{one[label]['cpu_seconds']:.1f} + {one[label]['database_seconds']:.1f}"
            for one in figures["sizes"]
        )
        print(f"{label}: {told} s of processor; {FULL:,} contracts: {seconds:.0f} s  {judged}")
        busy = figures["busy"][label]
        print(f"{label}: {FULL:,} contracts on an idle processor: {busy:.0f} s")
    memory = figures["extrapolated"]["peak_mb"]
    good &= memory < MEMORY
    print(f"memory of {FULL:,} contracts: {memory:.0f} MB; written to {path}")
    return int(not good)


def _measure(options):
    sizes = []
    for contracts in (max(1, options.contracts // SMALL), options.contracts):
        with database(options.keep) as name, configuration() as conf:

            def step(step_name, name=name, conf=conf, **arguments):
                report = in_process(Path(__file__), step_name, name, conf, **arguments)
                print(f"{step_name}: {report.get('seconds', 0):.1f} s", file=sys.stderr)
                return report

            install(name, conf, "cn285_contract")
            step("seed")
            execute(name, "VACUUM ANALYZE")
            told = {"contracts": contracts, "profile": options.profile}
            first = step("load", turn="first", **told)
            execute(name, "VACUUM ANALYZE")
            again = step("load", turn="again", **told)
            if first["created"] != 1 + SERVICES + contracts * (2 + ITEMS) or first["errors"]:
                sys.exit(f"not all went in: {first}")
            if again["created"] or again["errors"]:
                sys.exit(f"something went in twice: {again}")
            sizes.append({"contracts": contracts, "first": first, "again": again})
    small, large = sizes
    factor = (FULL - large["contracts"]) / (large["contracts"] - small["contracts"])

    def grown(label, figure):
        """What the full size takes, if it goes on growing as between the two sizes."""
        rise = large[label][figure] - small[label][figure]
        return large[label][figure] + factor * rise

    return {
        "python": platform.python_version(),
        "sizes": sizes,
        # Seconds of this processor and of the database, one after the other.
        "extrapolated": {
            **{label: grown(label, "seconds") for label in LIMITS},
            "peak_mb": grown("first", "peak_mb"),
        },
        # The same without waiting for others on this machine: seconds of processor of both.
        "busy": {
            label: grown(label, "cpu_seconds") + grown(label, "database_seconds")
            for label in LIMITS
        },
        "seconds_by_contract": {
            label: [one[label]["seconds"] / one["contracts"] for one in sizes] for label in LIMITS
        },
    }


# --- steps, each in its own process ----------------------------------------------------------


def seed(env):
    """A company that has a day of its own, so that the same is planned on any day."""
    env.company.write({"cn285_change_day": "new"})
    return {}


def files(contracts):
    """The files: services, customers, contracts of the last two years, three items each."""
    products = ["id,code,name,price,type"]
    products += [f"S{n},S{n},Service {n},{10 + n}.00,service" for n in range(SERVICES)]
    partners = ["id,name,street,zip,city,country,email"]
    rows = ["id,partner,date_start,state,client_ref"]
    items = ["id,contract,product,quantity,price_unit,recurring_unit,timing,date_start"]
    for n in range(contracts):
        partners.append(
            f"P{n},Customer {n},{n} rue de la Paix,75002,Paris,FR,customer{n}@example.com"
        )
        start = f"2026-{1 + n % 12:02}-{1 + n % 28:02}"
        rows.append(f"C{n},P{n},{start},active,REF-{n}")
        for place in range(ITEMS):
            unit = ("month", "month", "year")[place]
            items.append(
                f"C{n}-{place},C{n},S{(n + place) % SERVICES},{1 + n % 4},{10 + n % 90}.50,"
                f"{unit},advance,{start}"
            )
    tags = ["name", "Loaded"]
    return [
        (f"{name}.csv", ("\n".join(lines) + "\n").encode())
        for name, lines in (
            ("tags", tags),
            ("products", products),
            ("partners", partners),
            ("contracts", rows),
            ("items", items),
        )
    ]


def load(env, contracts, turn, profile=None):
    """Load the files as `make load` does."""
    given = files(contracts)
    made = env["cn285.import.load"]._make(given, context={"cn285_bill_past": True})
    env.cr.commit()  # pylint: disable=invalid-commit
    profiler = cProfile.Profile() if profile else nullcontext()
    before = _database_seconds(env), env.cr.sql_log_count
    with measured({}) as report, profiler:
        made._run()
    report["database_seconds"] = _database_seconds(env) - before[0]
    report["queries"] = env.cr.sql_log_count - before[1]
    if profile:
        profiler.dump_stats(Path(profile) / f"{turn}-{contracts}.prof")
    told = made._report()
    return {
        **report,
        "created": told.created.total(),
        "skipped": told.skipped.total(),
        "errors": [(error.file, error.line, error.reason) for error in told.errors[:5]],
        "rows": env["cn285.billing.schedule"].search_count([]),
    }


def _database_seconds(env):
    """Seconds of processor of the database's process behind the cursor; 0 on another machine."""
    try:
        stat = Path(f"/proc/{env.cr._cnx.info.backend_pid}/stat").read_text()
    except OSError:
        return 0.0
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


STEPS = {step.__name__: step for step in (seed, load)}

if __name__ == "__main__":
    sys.exit(main())
