"""Speed of rating: a month of usage with tiers, beside the bare GROUP BY over the same events.

``tools/run exec python benchmarks/usage/rating.py`` (CN285_BASE names the base database) copies the
base database, makes items with a calculator in tiers for each metric, and has the product record
the events of a month. Then, in one process, PostgreSQL sums the events by item and metric, and the
product rates the month: it measures, rates, and stores a rating for each calculator and the amount
of each row, committed. Figures go to ``benchmarks/results/usage_rating.json``.
"""

import argparse
import json
import platform
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

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
from limit import processor

# The month that is over: its events are of the past, whenever this runs.
FIRST = (date.today().replace(day=1) - timedelta(days=1)).replace(day=1)
MONTH = datetime.combine(FIRST, time())
METRICS = ("calls", "minutes", "objects")
ITEMS_PER_CONTRACT = 10
CHUNK = 100_000
# What rating may take: so many times the bare GROUP BY.
LIMIT = 3.0
BARE = """
    SELECT item_id, metric_id, sum(quantity), count(*), max(id) FROM cn285_usage_event
     WHERE occurred_at >= %s AND occurred_at < %s AND state = 'active' AND kind != 'reversal'
  GROUP BY item_id, metric_id
"""


def main():
    """Run everything, print the comparison; a non-zero exit where the limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--keep", action="store_true", help="leave the database behind")
    options = parsed(parser, STEPS)
    figures = run(options.events, options.items, options.keep)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "usage_rating.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    show(figures)
    print(f"written to {path}")
    return 0 if figures["within_limit"] else 1


def run(events=2_000_000, items=10_000, keep=False):
    """Make a database, fill it, rate it; returns the figures."""
    with database(keep) as name, configuration() as conf:

        def step(*names, **arguments):
            return in_process(Path(__file__), *names, name, conf, **arguments)

        install(name, conf, "cn285_usage")
        step("seed", items=items)
        step("fill", events=events)
        execute(name, "VACUUM ANALYZE")
        return {
            "events": events,
            "items": items,
            "python": platform.python_version(),
            **step("rate"),
        }


def show(figures):
    """Print the comparison."""
    print(
        f"{figures['events']:,} events, {figures['rows']:,} rows, {figures['ratings']:,} ratings "
        "in tiers"
    )
    for label, one in (("bare GROUP BY", figures["bare"]), ("rating", figures)):
        print(
            f"{label:14}{one['seconds']:6.2f} s; of the processor {one['cpu']:.2f} s, "
            f"{one['cpu_server']:.2f} s of them PostgreSQL's"
        )
    for label, ratio in figures["ratios"].items():
        print(f"{label.replace('_', ' ')}: {ratio:.2f}")
    print(f"wanted: {LIMIT}")
    print(f"peak {figures['peak_mb']:.0f} MB, grown by {figures['grown_mb']:.0f} MB")


# --- steps, each in its own process ----------------------------------------------------------


def seed(env, items):
    """Make metrics, and contracts of a few items, each with a calculator for every metric."""
    metrics = env["cn285.usage.metric"].create([{"code": code, "name": code} for code in METRICS])
    product = env["product.product"].create({"name": "Usage", "type": "service"})
    partner = env["res.partner"].create({"name": "Benchmark"})
    tiers = [
        (0, 0, {"up_to": 10_000, "price_unit": 0.01, "flat": 2.5}),
        (0, 0, {"up_to": 50_000, "price_unit": 0.008}),
        (0, 0, {"price_unit": 0.0055}),
    ]
    item = {
        "product_id": product.id,
        "billing_type": "usage",
        "timing": "arrears",
        "price_unit": 0.0,
        "calculator_ids": [
            (0, 0, {"metric_id": metric.id, "charge_model": "graduated", "tier_ids": tiers})
            for metric in metrics
        ],
    }
    for _number in range(items // ITEMS_PER_CONTRACT // 50):
        contracts = env["cn285.contract"].create(
            [
                {
                    "partner_id": partner.id,
                    "date_start": MONTH.date(),
                    "item_ids": [(0, 0, item)] * ITEMS_PER_CONTRACT,
                }
                for _contract in range(50)
            ]
        )
        contracts.action_confirm()
        env.flush_all()
        env.cr.commit()
        env.invalidate_all()
    return {}


def fill(env, events):
    """Have the product record the events of the month, strewn over items and metrics."""
    items = env["cn285.contract.item"].search([("billing_type", "=", "usage")], order="id").ids
    metrics = env["cn285.usage.metric"].search([("code", "in", METRICS)], order="id").ids
    for start in range(0, events, CHUNK):
        rows = []
        for number in range(start, min(start + CHUNK, events)):
            chance = number * 2_654_435_761 % 2**32
            rows.append(
                {
                    "source": "meter",
                    "transaction_id": f"{chance:08x}-{number}",
                    "item_id": items[number % len(items)],
                    "metric_id": metrics[number // len(items) % len(metrics)],
                    "occurred_at": MONTH + timedelta(hours=3, seconds=chance % (27 * 86_400)),
                    "quantity": 1 + chance % 997,
                }
            )
        result = env["cn285.usage.event"]._ingest_committed(rows)
        if result["accepted"] != len(rows):
            sys.exit(f"not all events were accepted: {result}")
    return {}


def rate(env):
    """Sum by SQL, thrice, of which the best counts; then rate, once, committed."""
    end = (MONTH + timedelta(days=32)).replace(day=1)
    report, bare = {}, min((_bare(env, end) for _time in range(3)), key=lambda one: one["cpu"])
    rows = env["cn285.billing.schedule"].search(
        [("kind", "=", "usage"), ("period_end", "<", end.date()), ("state", "=", "waiting")]
    )
    env.invalidate_all()
    with measured(report), processor(env, report):
        failed = rows._rate_waiting()
        env.flush_all()
        env.cr.commit()
    if failed:
        sys.exit(f"some were not rated: {list(failed.values())[:3]}")
    ratios = {
        "rating_to_bare_group_by": report["cpu"] / bare["cpu"],
        "rating_to_bare_group_by_by_the_clock": report["seconds"] / bare["seconds"],
    }
    return {
        **report,
        "rows": len(rows),
        "ratings": env["cn285.usage.rating"].search_count([("period_start", ">=", FIRST)]),
        "bare": bare,
        "ratios": ratios,
        # By the clock, as somebody waits: a thread makes rows while the database stores others.
        "within_limit": ratios["rating_to_bare_group_by_by_the_clock"] <= LIMIT,
    }


def _bare(env, end):
    report = {}
    with processor(env, report):
        env.cr.execute(BARE, (MONTH, end))
        env.cr.fetchall()
    return report


STEPS = {step.__name__: step for step in (seed, fill, rate)}


if __name__ == "__main__":
    sys.exit(main())
