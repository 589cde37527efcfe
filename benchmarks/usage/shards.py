"""Totals of a month over two shards: added up there, or fetched and added up here; in turns.

``tools/run exec python benchmarks/usage/shards.py`` (CN285_BASE names the base database; ``make
bench`` runs it too) copies the base database, starts two small PostgreSQL servers of its own, puts
events of many items there by SQL, and asks for the totals of all items by both ways. All servers
are on this machine: what counts is the ratio of the medians, in one run. Then bytes of an event in
the tables, without its key, and in a Parquet file.
Figures go to ``benchmarks/results/usage_shards.json``.
"""

import argparse
import json
import platform
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from common import RESULTS, configuration, database, in_process, install, parsed

from tests.clusters import clusters

# What pushing down has to be quicker by.
LIMIT = 2.0


def main():
    """Run everything and print the ratio; a non-zero exit where it misses its target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=600_000)
    parser.add_argument("--items", type=int, default=3_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--keep", action="store_true", help="leave the database behind")
    options = parsed(parser, STEPS)
    with (
        database(options.keep) as name,
        configuration() as conf,
        clusters(2) as servers,
    ):

        def step(*names, **arguments):
            return in_process(Path(__file__), *names, name, conf, **arguments)

        install(name, conf, "cn285_usage")
        named = [[server.port, server.password] for server in servers]
        step("fill", servers=named, events=options.events, items=options.items)
        figures = step("totals", repeats=options.repeats)
        figures.update(step("sizes", events=options.events))
    figures.update(events=options.events, items=options.items, python=platform.python_version())
    figures["pushed_down_is_quicker_by"] = figures["fetched"] / figures["pushed"]
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "usage_shards.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    print(
        f"{options.events:,} events of {options.items:,} items on 3 servers: totals "
        f"{figures['pushed']:.2f} s pushed down, {figures['fetched']:.2f} s fetched: "
        f"{figures['pushed_down_is_quicker_by']:.1f} times"
    )
    print(
        f"bytes an event: {figures['file_bytes']:.1f} in a Parquet file, of which this is the "
        f"simplest kind; {figures['table_bytes']:.1f} in the tables"
    )
    print(f"→ {path}")
    return 0 if figures["pushed_down_is_quicker_by"] >= LIMIT else 1


def _month(env):
    return env["cn285.usage.event"]._months_ahead()[0]


def fill(env, servers, events, items):
    """Shards, and events of the last month, spread over the items and over all servers."""
    metric = env["cn285.usage.metric"].create({"name": "Calls", "code": "calls"})
    for number, (port, password) in enumerate(servers):
        env["cn285.usage.shard"]._add(
            f"bench{number}", "127.0.0.1", port, "postgres", "shard", password
        )
    first = env["cn285.usage.event"]._reserve_numbers(events)[0]
    env.cr.execute(
        """INSERT INTO cn285_usage_event (id, occurred_at, ingested_at, company_id, metric_id,
               contract_id, item_id, quantity, source, transaction_id)
           SELECT %s + n, %s::timestamp + (n %% 27) * interval '1 day', now(), %s, %s,
               n %% %s / 3 + 1, n %% %s + 1, n %% 997 / 10.0, 'bench', 'event-' || n
             FROM generate_series(0, %s - 1) n""",
        (first, _month(env), env.company.id, metric.id, items, items, events),
    )
    env.cr.commit()
    for port, password in servers:
        _analyse(port, password)
    env.cr.execute("ANALYZE")
    env.cr.commit()
    return {}


def _analyse(port, password):
    import psycopg2

    connection = psycopg2.connect(
        host="127.0.0.1", port=port, user="shard", password=password, dbname="postgres"
    )
    connection.autocommit = True
    connection.cursor().execute("VACUUM ANALYZE")
    connection.close()


def totals(env, repeats):
    """Seconds of both ways, in turns: medians; both must say the same."""
    metric = env["cn285.usage.metric"].search([("code", "=", "calls")])
    env.cr.execute("SELECT max(item_id) FROM cn285_usage_event")
    items = list(range(1, env.cr.fetchone()[0] + 1))
    since = _month(env)
    arguments = (items, since, since + timedelta(days=28))
    taken, found = {"pushed": [], "fetched": []}, {}
    for _turn in range(repeats):
        for name, ask in (("pushed", metric._pushed_totals), ("fetched", metric._totals)):
            clock = time.perf_counter()
            found[name] = sorted(ask(*arguments))
            taken[name].append(time.perf_counter() - clock)
    if found["pushed"] != found["fetched"]:
        sys.exit("the two ways say different things")
    return {name: median(seconds) for name, seconds in taken.items()}


def sizes(env, events):
    """Bytes of an event's row in a file, and in the tables, without its key."""
    from odoo.addons.cn285_usage.engine import month_file

    month = env["cn285.usage.month"].new({"date_start": _month(env).date()})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "month.parquet"
        month_file.write(path, type(month)._stored_pages(month))
        size = path.stat().st_size
    local = f"{month._partition()}_s0"
    env.cr.execute(
        "SELECT pg_total_relation_size(%s), (SELECT count(*) FROM " + local + ")", (local,)
    )
    total, count = env.cr.fetchone()
    return {"file_bytes": size / events, "table_bytes": total / count}


STEPS = {"fill": fill, "totals": totals, "sizes": sizes}

if __name__ == "__main__":
    sys.exit(main())
