"""Cost of an event as a call names ever more different items, and as there are more of them.

``tools/run exec python benchmarks/usage/references.py`` (CN285_BASE names the base database; `make
bench` runs it too) copies the base database, makes contracts of three items by SQL, and has the
product record events, each of another item, in one call. What an event costs is compared with what
it costs where a call names the fewest; all in one run. Then calls of 1,000 events, by service
number, by contract, and by contract and beneficiary, as the number of items grows.
Figures go to ``benchmarks/results/usage_references.json``.
"""

import argparse
import json
import platform
import re
import sys
import time
from datetime import datetime
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from common import RESULTS, configuration, database, execute, in_process, install, parsed

DIFFERENT = (10_000, 72_000, 76_000, 150_000)
CALL = 1_000
ITEMS_PER_CONTRACT = 3
# What an event may cost, beside one of a call that names the fewest items, or of the first items.
LIMIT = 1.5
NOON = datetime(2026, 8, 15, 12)


def main():
    """Run everything and print the ratios; a non-zero exit where one misses its target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=300_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="leave the database behind")
    options = parsed(parser, STEPS)
    figures = _measure(options)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "usage_references.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    _print(figures, path)
    return 0 if max(figures["ratios"].values()) <= LIMIT else 1


def _measure(options):
    with database(options.keep) as name, configuration() as conf:

        def step(*names, **arguments):
            return in_process(Path(__file__), *names, name, conf, **arguments)

        install(name, conf, "cn285_usage")
        calls, sizes = {}, (options.items // 10, options.items)
        for size in sizes:
            step("seed", items=size)
            execute(name, "VACUUM ANALYZE")
            calls[size] = step("calls", repeats=options.repeats * 3)
        chunks = step("chunks", repeats=options.repeats)
    fewest = chunks[str(DIFFERENT[0])]
    ratios = {f"event_of_{size}_different_items": chunks[str(size)] / fewest for size in DIFFERENT}
    for kind, seconds in calls[sizes[1]].items():
        ratios[f"call_{kind}_at_{sizes[1]}_to_{sizes[0]}_items"] = seconds / calls[sizes[0]][kind]
    return {
        "items": options.items,
        "python": platform.python_version(),
        "microseconds_per_event": {size: 1e6 * seconds for size, seconds in chunks.items()},
        "milliseconds_per_call": {
            size: {kind: 1000 * seconds for kind, seconds in of.items()}
            for size, of in calls.items()
        },
        "ratios": ratios,
    }


def _print(figures, path):
    print(f"{figures['items']:,} items; microseconds an event, by different items in a call:")
    for size, value in figures["microseconds_per_event"].items():
        print(f"   {int(size):,}: {value:.1f}")
    print(f"milliseconds of a call of {CALL:,} events, by how many items there are:")
    for size, kinds in figures["milliseconds_per_call"].items():
        print(f"   {size:,}:", {kind: round(value, 1) for kind, value in kinds.items()})
    for label, ratio in figures["ratios"].items():
        print(f"{label.replace('_', ' ')}: {ratio:.2f}")
    print(f"written to {path}")


# --- steps, each in its own process ----------------------------------------------------------


def seed(env, items):
    """Multiply a contract and its item by SQL until there are so many items."""
    contract = env["cn285.contract"].search([("name", "=", "K0")]) or _first_contract(env)
    env.cr.execute("SELECT count(*) FROM cn285_contract")
    before = env.cr.fetchone()[0]
    numbers = {"first": before, "last": items // ITEMS_PER_CONTRACT - 1, "id": contract.id}
    _multiply(env, contract.partner_id, "ref", "'P' || n", "", numbers)
    _multiply(env, contract, "name", "'K' || n", "", numbers)
    lines = ", ".join(f"({line})" for line in range(ITEMS_PER_CONTRACT))
    _multiply(
        env,
        contract.item_ids[0],
        "code, contract_id, beneficiary_id",
        "'N' || n || '.' || line, c.id, p.id",
        "JOIN cn285_contract c ON c.name = 'K' || n JOIN res_partner p ON p.ref = 'P' || n "
        f"CROSS JOIN (VALUES {lines}) AS lines (line)",
        numbers,
    )
    env.cr.commit()
    return {}


def _first_contract(env):
    env["cn285.usage.metric"].create({"code": "calls", "name": "calls"})
    product = env["product.product"].create({"name": "Usage", "type": "service"})
    partner = env["res.partner"].create({"name": "Benchmark", "ref": "P0"})
    item = {"product_id": product.id, "price_unit": 1.0}
    contract = env["cn285.contract"].create(
        {
            "name": "K0",
            "partner_id": partner.id,
            "date_start": "2026-01-01",
            "item_ids": [
                (0, 0, {**item, "code": f"N0.{line}", "beneficiary_id": partner.id})
                for line in range(ITEMS_PER_CONTRACT)
            ],
        }
    )
    contract.action_confirm()
    env.flush_all()
    return contract


def _multiply(env, record, names, values, joins, numbers):
    """Copy a row for each number, but for columns that are given their values by SQL on ``n``."""
    own = {"id", *re.split(", *", names)}
    columns = [
        f'"{name}"'
        for name, field in record._fields.items()
        if field.store and field.column_type and name not in own
    ]
    env.cr.execute(
        f"INSERT INTO {record._table} ({', '.join(columns)}, {names}) "
        f"SELECT {', '.join(f'r.{column}' for column in columns)}, {values} "
        f"FROM {record._table} r CROSS JOIN generate_series(%s, %s) AS n {joins} WHERE r.id = %s",
        (numbers["first"], numbers["last"], record.id),
    )


def _rows(metric, parties, mark):
    return [
        {
            "source": mark,
            "transaction_id": str(number),
            "metric_id": metric,
            "occurred_at": NOON,
            "quantity": 1,
            **party,
        }
        for number, party in enumerate(parties)
    ]


def chunks(env, repeats):
    """Seconds an event of calls that name so many items, each once; medians."""
    metric = env["cn285.usage.metric"].search([], limit=1).id
    items = env["cn285.contract.item"].search([], order="id", limit=max(DIFFERENT)).ids
    taken = {size: [] for size in DIFFERENT}
    for repeat in range(-1, repeats):
        for size in DIFFERENT if repeat >= 0 else DIFFERENT[:1]:
            parties = [{"item_id": item} for item in items[:size]]
            spent = _spent(env, _rows(metric, parties, f"chunk {repeat} {size}"))
            if repeat >= 0:
                taken[size].append(spent / size)
    return {size: median(values) for size, values in taken.items()}


def calls(env, repeats):
    """Seconds of calls of 1,000 events each of another item; medians by what they name."""
    metric = env["cn285.usage.metric"].search([], limit=1).id
    env.cr.execute("SELECT count(*) FROM cn285_contract")
    count = env.cr.fetchone()[0]
    kinds = {
        "by_number": lambda n: {"item": f"N{n}.1"},
        "by_contract": lambda n: {"contract": f"K{n}"},
        "by_beneficiary": lambda n: {"contract": f"K{n}", "beneficiary": f"P{n}"},
    }
    taken = {kind: [] for kind in kinds}
    for repeat in range(repeats):
        for kind, party in kinds.items():
            # Strewn over all contracts, and others each time.
            chosen = [(repeat + 1 + number * 7919) % count for number in range(CALL)]
            rows = _rows(metric, map(party, chosen), f"call {count} {repeat} {kind}")
            taken[kind].append(_spent(env, rows))
    return {kind: median(values) for kind, values in taken.items()}


def _spent(env, rows):
    clock = time.perf_counter()
    report = env["cn285.usage.event"]._ingest_committed(rows)
    spent = time.perf_counter() - clock
    if report["accepted"] != len(rows):
        sys.exit(f"not all events were accepted: {report['refused'][:1]}")
    return spent


STEPS = {step.__name__: step for step in (seed, chunks, calls)}


if __name__ == "__main__":
    sys.exit(main())
