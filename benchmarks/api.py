"""The API beside Odoo's own JSON-2: processor time of a call, memory, statements of SQL.

``python benchmarks/api.py`` (see `make bench`) copies the base database, installs cn285_api, makes
contracts, and calls both over WSGI in one process, in turns: a contract, a page of 20, and 2,000
different URLs; then 10,000 usage events a call, in turns with ``ingest`` itself. Figures go to
``benchmarks/results/api.json``. Processor time is that of Python.
"""

import argparse
import json
import platform
import sys
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from common import RESULTS, configuration, database, execute, in_process, install, parsed
from contracts import seed as seed_contracts

# Milliseconds of processor time; MB that 2,000 URLs may leave behind.
LIMITS = {"contract_ms": 12.0, "page_ms": 15.0, "grown_mb": 20.0, "new_statements": 0}
# Of the rate of `ingest`, what events over HTTP come to at least.
EVENTS_SHARE = 0.6
EVENTS, EVENT_TURNS = 10_000, 5
URLS = 2_000
FIELDS = ["name", "client_ref", "state", "partner_id", "date_start", "date_end", "currency_id"]


def main():
    """Run everything and print it; the exit code says whether the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contracts", type=int, default=URLS, help="contracts to read")
    parser.add_argument("--calls", type=int, default=100, help="calls of each kind")
    parser.add_argument("--keep", action="store_true", help="leave the database behind")
    options = parsed(parser, STEPS)
    with database(options.keep) as name, configuration() as conf:
        install(name, conf, "cn285_api", "cn285_usage")
        keys = in_process(Path(__file__), "seed", name, conf, contracts=options.contracts)
        execute(name, "VACUUM ANALYZE")
        figures = in_process(Path(__file__), "measure", name, conf, calls=options.calls, **keys)
        figures |= in_process(Path(__file__), "events", name, conf, **keys)
    figures["python"] = platform.python_version()
    good = {limit: figures[limit] <= most for limit, most in LIMITS.items()}
    good["events_to_ingest"] = figures["events_to_ingest"] >= EVENTS_SHARE
    figures["within_limits"] = good
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "api.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    for label, value in figures.items():
        print(f"{label}: {value}")
    print(f"written to {path}")
    return 0 if all(good.values()) else 1


# --- steps, each in its own process ----------------------------------------------------------


def seed(env, contracts):
    """Contracts, and a key of either kind for one user; their numbers and keys."""
    seed_contracts(env, contracts, "api")
    user = env["res.users"].create(
        {
            "name": "Program",
            "login": "program",
            "group_ids": [
                (4, env.ref("cn285_contract.group_billing_manager").id),
                (4, env.ref("cn285_usage.group_usage_recorder").id),
            ],
        }
    )
    key = env["cn285.api.key"].create(
        {
            "name": "Benchmark",
            "user_id": user.id,
            "scope_ids": [(6, 0, env["cn285.api.scope"].search([]).ids)],
        }
    )
    env["ir.config_parameter"].set_param("cn285_api.calls_per_second", "0")
    until = datetime.now() + timedelta(days=1)
    theirs = env["res.users.apikeys"].with_user(user)._generate("rpc", "Benchmark", until)
    ids = env["cn285.contract"].search([], order="id").ids
    env["cn285.usage.metric"].create({"name": "Calls", "code": "calls", "aggregation": "sum"})
    env["cn285.contract"].browse(ids[0]).item_ids[:1].code = "LINE-1"
    return {"ours": key._make(), "theirs": theirs, "first": ids[0], "last": ids[-1]}


class Caller:
    """Calls of both, through all of Odoo's WSGI application."""

    def __init__(self, ours, theirs):
        from odoo.http import root
        from werkzeug.test import Client

        self.client = Client(root, use_cookies=False)
        self.keys = {"ours": ours, "theirs": theirs}

    def get(self, path):
        headers = {"Authorization": f"Bearer {self.keys['ours']}"}
        return self._good(self.client.get(f"/cn285/v1{path}", headers=headers))

    def events(self, body):
        headers = {
            "Authorization": f"Bearer {self.keys['ours']}",
            "Content-Type": "application/json",
        }
        return self._good(self.client.post("/cn285/v1/usage/events", headers=headers, data=body))

    def json2(self, method, **arguments):
        headers = {"Authorization": f"Bearer {self.keys['theirs']}"}
        path = f"/json/2/cn285.contract/{method}"
        return self._good(self.client.post(path, headers=headers, json=arguments))

    def _good(self, answer):
        if answer.status_code != 200:
            sys.exit(answer.text)
        return answer


def measure(env, calls, ours, theirs, first, last):
    """Medians of processor time, what 2,000 URLs leave behind, statements of pages."""
    env.cr.commit()
    caller = Caller(ours, theirs)
    kinds = {
        "contract_ms": lambda: caller.get(f"/contracts/{first}"),
        "page_ms": lambda: caller.get("/contracts?limit=20"),
        "json2_contract_ms": lambda: caller.json2("read", ids=[first], fields=FIELDS),
        "json2_page_ms": lambda: caller.json2("search_read", domain=[], fields=FIELDS, limit=20),
    }
    times = {name: [] for name in kinds}
    for call in kinds.values():
        for _warm in range(10):
            call()
    for _turn in range(calls):
        for name, call in kinds.items():
            since = process_time()
            call()
            times[name].append(1000 * (process_time() - since))
    report = {name: round(median(some), 2) for name, some in times.items()}
    report["statements"] = {size: _statements(caller, size) for size in (10, 100)}
    report["new_statements"] = report["statements"][100] - report["statements"][10]
    before = _resident()
    for number in range(first, min(first + URLS, last + 1)):
        caller.get(f"/contracts/{number}")
    report["grown_mb"] = round(_resident() - before, 1)
    return report


def events(env, ours, theirs, first, last):
    """Rates of both ways, in turns: each has events of its own."""
    caller = Caller(ours, theirs)
    shares, rates = [], []
    for turn in range(EVENT_TURNS + 1):
        seconds = []
        for way in ("direct", "http"):
            rows = [_event(f"{way}-{turn}-{number}") for number in range(EVENTS)]
            body = json.dumps({"events": rows})
            since = perf_counter()
            if way == "direct":
                report = env["cn285.usage.event"].ingest(rows)
                env.cr.commit()
            else:
                report = caller.events(body).json
            seconds.append(perf_counter() - since)
            if report["accepted"] != EVENTS:
                sys.exit(f"not every event was taken: {report}"[:2_000])
        if turn:  # the first one makes the month's partition
            shares.append(seconds[0] / seconds[1])
            rates.append(EVENTS / seconds[1])
    return {
        "events_to_ingest": round(median(shares), 2),
        "events_per_second": round(median(rates)),
    }


def _event(key):
    return {
        "source": "bench",
        "transaction_id": key,
        "metric": "calls",
        "item": "LINE-1",
        "occurred_at": f"{datetime.now():%Y-%m}-01T00:00:01Z",
        "quantity": "1",
    }


def _statements(caller, size):
    import odoo.sql_db

    caller.get(f"/contracts?limit={size}&expand=items")
    before = odoo.sql_db.sql_counter
    caller.get(f"/contracts?limit={size}&expand=items")
    return odoo.sql_db.sql_counter - before


def _resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


STEPS = {"seed": seed, "measure": measure, "events": events}

if __name__ == "__main__":
    sys.exit(main())
