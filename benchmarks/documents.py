"""Contracts' papers: drawn, numbered and filed by jobs of 50; and one contract of 500 items.

``python benchmarks/documents.py`` (see `make bench`) copies the base database, installs
cn285_document, makes contracts of three items, and files the paper of each as the jobs do, each
step in a process of its own: processor time by paper, memory, statements of a hundred beside those
of one; then the list of all of them. Figures go to ``benchmarks/results/documents.json``.
"""

import argparse
import json
import platform
import sys
import time
from pathlib import Path

from common import RESULTS, configuration, database, execute, in_process, install, measured, parsed
from contracts import seed as seed_contracts

# Milliseconds of processor time, megabytes, seconds; statements of a hundred by those of one.
LIMITS = {
    "paper_ms": 60.0,
    "grown_mb": 100.0,
    "long_seconds": 10.0,
    "statements_ratio": 15.0,
    "list_ms": 1_500.0,
    "list_grown_mb": 60.0,
    "list_statements_more": 10,
}
TOGETHER, LONG = 50, 500


def main():
    """Run everything and print it; the exit code says whether the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contracts", type=int, default=300, help="contracts to file")
    parser.add_argument("--keep", action="store_true", help="leave the database behind")
    options = parsed(parser, STEPS)
    with database(options.keep) as name, configuration() as conf:
        install(name, conf, "cn285_document")
        in_process(Path(__file__), "seed", name, conf, contracts=options.contracts + 103)
        execute(name, "VACUUM ANALYZE")
        figures = in_process(Path(__file__), "statements", name, conf)
        figures |= in_process(Path(__file__), "file", name, conf, contracts=options.contracts)
        figures |= in_process(Path(__file__), "listed", name, conf, documents=options.contracts)
        figures |= in_process(Path(__file__), "long", name, conf)
    figures["python"] = platform.python_version()
    figures["within_limits"] = {name: figures[name] <= most for name, most in LIMITS.items()}
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "documents.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    for label, value in figures.items():
        print(f"{label}: {value}")
    print(f"written to {path}")
    return 0 if all(figures["within_limits"].values()) else 1


# --- steps, each in its own process ----------------------------------------------------------


def seed(env, contracts):
    """Contracts that run, none of them filed yet."""
    env.company.cn285_files_documents = False
    seed_contracts(env, contracts, "documents")
    return {}


def _contracts(env, count):
    return env["cn285.contract"].search(
        [("state", "=", "active"), ("document_ids", "=", False)], order="id", limit=count
    )


def _file(env, contracts):
    """File contracts as a job does, from empty caches; the number of statements."""
    env.flush_all()
    env.invalidate_all()
    before = env.cr.sql_log_count
    contracts._job_file_documents()
    env.flush_all()
    return env.cr.sql_log_count - before


def statements(env):
    """Statements of one contract, and of a hundred."""
    _file(env, _contracts(env, 1))
    one = _file(env, _contracts(env, 1))
    hundred = _file(env, _contracts(env, 99) | _contracts(env, 100)[-1:])
    return {
        "statements_of_one": one,
        "statements_of_hundred": hundred,
        "statements_ratio": round(hundred / one, 2),
    }


def file(env, contracts):
    """File many, fifty together, each job in a transaction of its own."""
    _file(env, _contracts(env, 1))
    ids = _contracts(env, contracts).ids
    report = {}
    with measured(report):
        for start in range(0, len(ids), TOGETHER):
            _file(env, env["cn285.contract"].browse(ids[start : start + TOGETHER]))
            env.cr.commit()
            env.invalidate_all()
    done = env["cn285.document"].search_count([("contract_id", "in", ids)])
    if done != len(ids):
        sys.exit(f"not all was filed: {done} of {len(ids)}")
    return {
        "papers": done,
        "paper_ms": round(1000 * report["cpu_seconds"] / done, 2),
        "seconds": round(report["seconds"], 1),
        "peak_mb": round(report["peak_mb"], 1),
        "grown_mb": round(report["grown_mb"], 1),
    }


#: What the list of documents asks for, all of its columns shown.
PLAIN = "date name kind title version lang is_for_customer size sha256 state"
LINKS = "contract_id partner_id attachment_id"
COLUMNS = {
    **{name: {} for name in PLAIN.split()},
    **{name: {"fields": {"display_name": {}}} for name in LINKS.split()},
}


def listed(env, documents):
    """The list of documents as the web client asks for it, by a billing manager: all in one page.

    Files are not read for it: neither memory nor statements grow by them.
    """
    manager = env["res.users"].create(
        {
            "name": "Manager",
            "login": "bench_documents",
            "group_ids": [
                (4, env.ref("base.group_user").id),
                (4, env.ref("cn285_contract.group_billing_manager").id),
            ],
        }
    )
    found = env["cn285.document"].with_user(manager)
    _list(found, 1)  # what a worker knows after its first page
    few, _rows = _list(found, 100)
    report = {}
    with measured(report):
        many, rows = _list(found, documents)
    if rows != documents:
        sys.exit(f"not all are listed: {rows} of {documents}")
    return {
        "listed": rows,
        "list_ms": round(1000 * report["cpu_seconds"]),
        "list_grown_mb": round(report["grown_mb"], 1),
        "list_statements_of_hundred": few,
        "list_statements": many,
        "list_statements_more": many - few,
    }


def _list(found, count):
    """``(statements, rows)`` of a page of the list, from empty caches."""
    found.env.flush_all()
    found.env.invalidate_all()
    before = found.env.cr.sql_log_count
    rows = found.web_search_read([], COLUMNS, limit=count)["records"]
    return found.env.cr.sql_log_count - before, len(rows)


def long(env):
    """One contract of 500 items."""
    contract = _contracts(env, 1) or env["cn285.contract"].search([], limit=1)
    product = contract.item_ids[0].product_id
    new = env["cn285.contract"].create(
        {
            "partner_id": contract.partner_id.id,
            "date_start": contract.date_start,
            "item_ids": [
                (0, 0, {"product_id": product.id, "name": f"Line {at}", "price_unit": 1 + at / 100})
                for at in range(LONG)
            ],
        }
    )
    new.action_confirm()
    since = time.process_time()
    _file(env, new)
    document = new.document_ids
    return {
        "long_seconds": round(time.process_time() - since, 2),
        "long_bytes": document.size,
    }


STEPS = {
    "seed": seed,
    "statements": statements,
    "file": file,
    "listed": listed,
    "long": long,
}

if __name__ == "__main__":
    sys.exit(main())
