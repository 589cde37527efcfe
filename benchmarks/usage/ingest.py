"""Speed of receiving usage events: beside a bare COPY, and as the months fill.

``tools/run exec python benchmarks/usage/ingest.py`` (CN285_BASE names the base database; `make
bench` runs it too) copies the base database, makes items and metrics, and has the product record
events as programs send them, dicts, chunk by chunk, committed.
Beside it PostgreSQL's own COPY loads the very same rows, ready-made, into the same indexed tables:
twins of the events with their partitions and of the index of keys by which each counts once. Both
alternate in the same run, so that a busy machine slows both; the processor time of both is told.
What COPY takes for the events without their keys is given too: there, nothing would keep an event
from counting twice. Figures go to
``benchmarks/results/usage_ingest.json``.
"""

import argparse
import json
import platform
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

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

MONTHS = (datetime(2026, 8, 1), datetime(2026, 9, 1))
METRICS = ("calls", "minutes", "objects")
TWIN = "cn285_bench_twin"
# Of COPY's speed at least, and of the first month's time at most; both of the median slice.
LIMIT = 0.9, 1.2


def main():
    """Run everything and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=2_000_000, help="in each of two months")
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--slices", type=int, default=5, help="parts that alternate with COPY")
    parser.add_argument("--keep", action="store_true", help="leave the database behind")
    options = parsed(parser, STEPS)
    figures = _measure(options)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "usage_ingest.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    _print(figures, path)
    ratios = figures["ratios"]
    return 0 if ratios["ingest_to_copy"] >= LIMIT[0] and ratios["second_month"] <= LIMIT[1] else 1


def _measure(options):
    with database(options.keep) as name, configuration() as conf:

        def step(*names, **arguments):
            return in_process(Path(__file__), *names, name, conf, **arguments)

        install(name, conf, "cn285_usage")
        step("seed", items=options.items)
        execute(name, "VACUUM ANALYZE")
        # Once for nothing: processes and files are warm for the first measured slice too.
        size = options.events // options.slices
        step("ingest", month=0, start=options.events, count=min(size, 20_000))
        slices = []
        for month in range(len(MONTHS)):
            for number in range(options.slices):
                start = number * size
                report = step("ingest", month=month, start=start, count=size)
                report["copy"] = step("copy", first=report["first"], last=report["last"])
                slices.append({"month": month, **report})
        storage = step("storage")
        small = step("small", count=200)
    return _figures(options, slices, storage, small)


def _figures(options, slices, storage, small):
    def seconds(month=None, key=None):
        return sum(_taken(slices, month, key))

    def best(key=None, month=None):
        return min(_taken(slices, month, key))

    events = sum(part["count"] for part in slices)
    size = slices[0]["count"]
    return {
        "events": events,
        "items": options.items,
        "metrics": len(METRICS),
        "python": platform.python_version(),
        "events_per_second": events / seconds(),
        "events_per_second_best_slice": size / best(),
        "copy_per_second": events / seconds(key="seconds_with_keys"),
        "copy_per_second_best_slice": size / best("seconds_with_keys"),
        "copy_without_keys_per_second": events / seconds(key="seconds"),
        "peak_mb": max(part["peak_mb"] for part in slices),
        "grown_mb": max(part["grown_mb"] for part in slices),
        "ratios": {
            # Of the median slice: a slice and its COPY follow each other, and what else the
            # machine does slows both.
            "ingest_to_copy": median(
                part["copy"]["seconds_with_keys"] / part["seconds"] for part in slices
            ),
            "ingest_to_copy_in_all": seconds(key="seconds_with_keys") / seconds(),
            "ingest_to_copy_best_slices": best(key="seconds_with_keys") / best(),
            "ingest_to_copy_without_keys": seconds(key="seconds") / seconds(),
            # Python packs while the database stores: on free cores the longer of the two counts.
            "copy_to_the_database_of_ingest": median(
                part["copy"]["cpu_server"] / part["cpu_server"] for part in slices
            ),
            "copy_to_python_of_ingest": median(
                part["copy"]["cpu_server"] / part["cpu_python"] for part in slices
            ),
            "second_month": median(_taken(slices, 1)) / median(_taken(slices, 0)),
            "second_month_in_all": seconds(1) / seconds(0),
            # Minutes lie between the two: the best slices leave out what else the machine did.
            "second_month_best_slices": best(month=1) / best(month=0),
        },
        "bytes_per_event": storage,
        "one_event_at_a_time_ms": small,
        "slices": slices,
    }


def _taken(slices, month, key=None):
    """Seconds of the slices, of all months if it is None; with ``key`` those of their COPY."""
    chosen = [part for part in slices if month in (None, part["month"])]
    return [part["copy"][key] if key else part["seconds"] for part in chosen]


def _print(figures, path):
    print(f"{figures['events']} events, {figures['items']} items, {figures['metrics']} metrics")
    for label, key in (
        ("ingest", "events_per_second"),
        ("ingest, best slice", "events_per_second_best_slice"),
        ("bare COPY, same tables", "copy_per_second"),
        ("bare COPY, best slice", "copy_per_second_best_slice"),
        ("bare COPY without keys", "copy_without_keys_per_second"),
    ):
        print(f"{label:24} {figures[key]:>10,.0f} events/s")
    print(f"peak {figures['peak_mb']:.0f} MB, grown by {figures['grown_mb']:.0f} MB")
    for label, ratio in figures["ratios"].items():
        print(f"{label.replace('_', ' ')}: {ratio:.2f}")
    print(f"bytes per event: {figures['bytes_per_event']}")
    print(f"one event at a time: {figures['one_event_at_a_time_ms']:.1f} ms")
    print(f"written to {path}")


# --- steps, each in its own process ----------------------------------------------------------


def seed(env, items):
    """Make metrics and one contract, and multiply its item in SQL."""
    env["cn285.usage.metric"].create([{"code": code, "name": code} for code in METRICS])
    product = env["product.product"].create({"name": "Usage", "type": "service"})
    contract = env["cn285.contract"].create(
        {
            "partner_id": env["res.partner"].create({"name": "Benchmark"}).id,
            "date_start": "2026-01-01",
            "item_ids": [(0, 0, {"product_id": product.id, "price_unit": 1.0, "code": "N0"})],
        }
    )
    contract.action_confirm()
    env.flush_all()
    item = contract.item_ids
    columns = [
        name
        for name, field in item._fields.items()
        if field.store and field.column_type and name not in ("id", "code")
    ]
    names = ", ".join(f'"{name}"' for name in columns)
    env.cr.execute(
        f"INSERT INTO cn285_contract_item ({names}, code) SELECT {names}, 'N' || n "
        f"FROM cn285_contract_item, generate_series(1, %s) n WHERE id = %s",
        (items - 1, item.id),
    )
    env.cr.commit()
    return {}


def _rows(env, month, start, count):
    """Yield events as a program sends them, spread over a month, items and metrics."""
    items = env["cn285.contract.item"].search([("code", "=like", "N%")], order="id").ids
    metrics = env["cn285.usage.metric"].search([], order="id").ids
    first = MONTHS[month]
    for number in range(start, start + count):
        # Multiplying by a large prime strews items and seconds as arriving data does.
        chance = number * 2_654_435_761 % 2**32
        yield {
            "source": "meter",
            "transaction_id": f"{chance:08x}-{month}-{number}",
            "item_id": items[chance % len(items)],
            "metric_id": metrics[chance // 65_537 % len(metrics)],
            "occurred_at": first + timedelta(seconds=chance % (29 * 86_400)),
            "quantity": 1 + chance % 997,
        }


def ingest(env, month, start, count):
    """Record events; the rows are made before the clock runs, as a sender's are."""
    rows = list(_rows(env, month, start, count))
    env.cr.execute("SELECT coalesce(max(id), 0) FROM cn285_usage_event")
    first = env.cr.fetchone()[0]
    report = {}
    with measured(report), processor(env, report):
        result = env["cn285.usage.event"]._ingest_committed(rows)
    if result["accepted"] != count or result["refused"]:
        sys.exit(f"not all events were accepted: {result}")
    env.cr.execute("SELECT max(id) FROM cn285_usage_event")
    return {**report, "count": count, "first": first + 1, "last": env.cr.fetchone()[0]}


def copy(env, first, last):
    """Load the same rows by COPY into a twin of the table, then their keys into a twin of those."""
    cr = env.cr
    cr.execute("SELECT to_regclass(%s)", (TWIN,))
    if not cr.fetchone()[0]:
        _make_twin(env)
    with tempfile.TemporaryFile() as events, tempfile.TemporaryFile() as keys:
        between = f"BETWEEN {first:d} AND {last:d}"
        cr.copy_expert(
            f"COPY (SELECT * FROM cn285_usage_event WHERE id {between} ORDER BY id) TO STDOUT",
            events,
        )
        cr.copy_expert(
            f"COPY (SELECT * FROM cn285_usage_key WHERE event_id {between} ORDER BY event_id) "
            "TO STDOUT",
            keys,
        )
        report = {}
        with processor(env, report):
            seconds = _copied(cr, TWIN, events)
            more = _copied(cr, f"{TWIN}_key", keys)
    return {**report, "seconds": seconds, "seconds_with_keys": seconds + more}


def _copied(cr, table, file):
    file.seek(0)
    clock = time.perf_counter()
    cr.copy_expert(f"COPY {table} FROM STDIN", file)
    cr.commit()
    return time.perf_counter() - clock


def _make_twin(env):
    cr = env.cr
    cr.execute(
        f"CREATE TABLE {TWIN} (LIKE cn285_usage_event INCLUDING DEFAULTS) "
        f"PARTITION BY RANGE (occurred_at)"
    )
    cr.execute(f"CREATE TABLE {TWIN}_default PARTITION OF {TWIN} DEFAULT")
    for number, month in enumerate(MONTHS):
        end = (month + timedelta(days=32)).replace(day=1)
        cr.execute(
            f"CREATE TABLE {TWIN}_{number} PARTITION OF {TWIN} FOR VALUES FROM (%s) TO (%s)",
            (month, end),
        )
    cr.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'cn285_usage_event'")
    for (definition,) in cr.fetchall():
        twin = definition.replace("cn285_usage_event", TWIN).replace("ON ONLY", "ON")
        cr.execute(twin)
    cr.execute(f"CREATE TABLE {TWIN}_key (LIKE cn285_usage_key, PRIMARY KEY (key))")
    cr.commit()


def storage(env):
    """Bytes per event, of the table and of each index, of the first month."""
    env.cr.execute("SELECT count(*) FROM cn285_usage_event")
    count = env.cr.fetchone()[0]
    env.cr.execute(
        "SELECT CASE WHEN i.indexrelid IS NULL THEN 'table' ELSE coalesce(x.relname, r.relname) "
        "END, sum(pg_relation_size(r.oid)) "
        "FROM pg_class r LEFT JOIN pg_index i ON i.indexrelid = r.oid "
        "LEFT JOIN pg_inherits h ON h.inhrelid = r.oid AND i.indexrelid IS NOT NULL "
        "LEFT JOIN pg_class x ON x.oid = h.inhparent "
        "WHERE r.relname LIKE 'cn285\\_usage\\_event\\_%%' AND r.relkind IN ('r', 'i') "
        "OR r.relname LIKE 'cn285\\_usage\\_key\\_%%' AND r.relkind IN ('r', 'i') GROUP BY 1"
    )
    return {name: round(float(size) / count, 1) for name, size in env.cr.fetchall() if size}


def small(env, count):
    """Milliseconds for one event that arrives alone, committed."""
    rows = list(_rows(env, 1, 10**8, count))
    clock = time.perf_counter()
    for row in rows:
        env["cn285.usage.event"].ingest([row])
        env.cr.commit()
    return 1000 * (time.perf_counter() - clock) / count


STEPS = {step.__name__: step for step in (seed, ingest, copy, storage, small)}


if __name__ == "__main__":
    sys.exit(main())
