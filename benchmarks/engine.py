"""Speed of the engine, in one process: periods planned and charges priced per second.

``python benchmarks/engine.py [number of periods]`` prints the figures and writes them to
``benchmarks/results/engine.json``. Needs neither Odoo nor a database.
"""

import importlib.util
import itertools
import json
import platform
import sys
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENGINE = HERE.parent / "addons" / "cn285_contract" / "engine"


def load_engine():
    """Import the engine by itself: importing its addon would import Odoo."""
    spec = importlib.util.spec_from_file_location(
        "cn285_engine", ENGINE / "__init__.py", submodule_search_locations=[str(ENGINE)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)


load_engine()
prorate = importlib.import_module("cn285_engine.proration").prorate
pricing = importlib.import_module("cn285_engine.pricing")
periods = importlib.import_module("cn285_engine.periods")
Rhythm, iter_periods = periods.Rhythm, periods.iter_periods

RHYTHMS = [
    Rhythm(1, "month", "anniversary", date(2024, 1, 31)),
    Rhythm(1, "month", "calendar", date(2024, 1, 15)),
    Rhythm(1, "month", "calendar", date(2024, 1, 15), billing_day=30),
    Rhythm(1, "quarter", "anniversary", date(2024, 1, 10)),
    Rhythm(1, "year", "calendar", date(2024, 1, 10), billing_month=4),
    Rhythm(2, "week", "calendar", date(2024, 1, 10)),
]
PERIODS_PER_ITEM = 36


def plan(count):
    """Plan ``count`` periods, 36 an item, each item starting anew inside a period."""
    made, start = 0, date(2024, 2, 10)
    for rhythm in itertools.cycle(RHYTHMS):
        for _period in itertools.islice(iter_periods(rhythm, start), PERIODS_PER_ITEM):
            made += 1
        if made >= count:
            return made


def price(count):
    """Prorate and price ``count`` monthly periods, every third with a discount window."""
    window = pricing.DiscountWindow(date(2024, 1, 1), None, percent=Decimal(10))
    made = 0
    while True:
        item = iter_periods(RHYTHMS[2], date(2024, 2, 10))
        for period in itertools.islice(item, PERIODS_PER_ITEM):
            windows = (window,) if made % 3 == 0 else ()
            share = prorate(period)
            pricing.price_charge(
                pricing.Charge(Decimal(2), Decimal("49.90"), Decimal(5), period, share, windows)
            )
            made += 1
            if made >= count:
                return made


def measure(work, count):
    """Return how many were made, in how many seconds, and how many a second."""
    began = time.perf_counter()
    made = work(count)
    seconds = time.perf_counter() - began
    return {"count": made, "seconds": round(seconds, 3), "per_second": round(made / seconds)}


def main():
    """Measure, print, write."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    results = {
        "python": platform.python_version(),
        "periods": measure(plan, count),
        "charges": measure(price, max(count // 20, 1)),
    }
    for name in ("periods", "charges"):
        figures = results[name]
        print(
            f"{name}: {figures['count']:,} in {figures['seconds']} s, "
            f"{figures['per_second']:,} a second"
        )
    target = HERE / "results" / "engine.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
