"""Speed of the statements of invoices: from a month's events in the database to the files.

``tools/run exec python benchmarks/usage/statement_invoice.py`` (CN285_BASE names the base database)
has the product record the events of items, rate and invoice them, and then make the statement of
each invoice as its mail would take it along, each in a process of its own: a PDF, and workbooks of
which one has ten times the rows of the other. Figures go to
``benchmarks/results/usage_statement_invoice.json``; `statement.py` measures the writers alone.
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

FIRST = (date.today().replace(day=1) - timedelta(days=1)).replace(day=1)
MONTH = datetime.combine(FIRST, time())
CHUNK = 100_000
# Seconds that a file may take, and how much more memory ten times the rows may need.
LIMITS = {"pdf": 10.0, "xlsx": 60.0}
MEMORY_LIMIT = 1.25


def main():
    """Run everything, print what it took; a non-zero exit where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pdf", type=int, default=10_000, help="rows")
    parser.add_argument("--xlsx", type=int, default=1_000_000, help="rows")
    parser.add_argument("--keep", action="store_true", help="leave the database behind")
    options = parsed(parser, STEPS)
    sizes = {"pdf": options.pdf, "xlsx_small": options.xlsx // 10, "xlsx": options.xlsx}
    figures = run(sizes, options.keep)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "usage_statement_invoice.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"written to {path}")
    missed = [name for name, part in figures["files"].items() if part["seconds"] > part["limit"]]
    if figures["ratios"]["xlsx_memory_of_ten_times_the_rows"] > MEMORY_LIMIT:
        missed.append("memory")
    print(f"limits missed: {', '.join(missed)}" if missed else "in time")
    return 1 if missed else 0


def run(sizes, keep=False):
    """Make a database, fill it, bill it, and make each file; returns the figures."""
    files = {}
    with database(keep) as name, configuration() as conf:

        def step(*names, **arguments):
            return in_process(Path(__file__), *names, name, conf, **arguments)

        install(name, conf, "cn285_usage")
        step("fill", sizes=sizes)
        execute(name, "VACUUM ANALYZE")
        step("bill")
        for kind, rows in sizes.items():
            done = files[kind] = step("make", kind=kind, rows=rows)
            print(
                f"{kind:<11}{done['rows']:>10,} rows {done['seconds']:8.1f} s "
                f"{done['peak_mb']:6.0f} MB peak, grown by {done['grown_mb']:.0f} MB "
                f"{done['file_mb']:8.1f} MB file",
                flush=True,
            )
    ratios = {f"{kind}_to_what_is_allowed": f["seconds"] / f["limit"] for kind, f in files.items()}
    small, large = files["xlsx_small"], files["xlsx"]
    ratios["xlsx_memory_of_ten_times_the_rows"] = large["peak_mb"] / small["peak_mb"]
    return {
        "python": platform.python_version(),
        "files": files,
        "ratios": ratios,
        "peak_mb": max(part["peak_mb"] for part in files.values()),
    }


# --- steps, each in its own process ----------------------------------------------------------


def fill(env, sizes):
    """Make a contract with an item in tiers for each file, and its events."""
    # Files are kept as Odoo keeps them by default: on their way into the database (as the base
    # database does) the driver would hold ten times a file.
    env["ir.config_parameter"].set_param("ir_attachment.location", "file")
    metric = env["cn285.usage.metric"].create({"code": "calls", "name": "API calls"})
    product = env["product.product"].create({"name": "API", "type": "service"})
    tiers = [
        (0, 0, {"up_to": 10_000, "price_unit": 0.01}),
        (0, 0, {"price_unit": 0.0055}),
    ]
    calculator = {"metric_id": metric.id, "charge_model": "graduated", "tier_ids": tiers}
    for kind, rows in sizes.items():
        contract = env["cn285.contract"].create(
            {
                "partner_id": env["res.partner"].create({"name": kind}).id,
                "date_start": FIRST,
                "statement_layout_id": _layout(env, kind).id,
                "statement_mail_pdf": False,
                "item_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.id,
                            "billing_type": "usage",
                            "timing": "arrears",
                            "price_unit": 0.0,
                            "calculator_ids": [(0, 0, calculator)],
                        },
                    )
                ],
            }
        )
        contract.action_confirm()
        env.cr.commit()
        _record(env, kind, rows, contract.item_ids.id, metric.id)
    return {}


def _layout(env, kind):
    wanted = {f"want_{name}": kind.startswith(name) for name in ("pdf", "xlsx", "csv")}
    return env.ref("cn285_usage.layout_detail").copy({"name": kind, **wanted})


def _record(env, kind, count, item_id, metric_id):
    for start in range(0, count, CHUNK):
        rows = []
        for number in range(start, min(start + CHUNK, count)):
            chance = number * 2_654_435_761 % 2**32
            rows.append(
                {
                    "source": kind,
                    "transaction_id": f"REQ-{number:09}",
                    "item_id": item_id,
                    "metric_id": metric_id,
                    "occurred_at": MONTH + timedelta(hours=3, seconds=chance % (27 * 86_400)),
                    "quantity": 1 + chance % 997,
                    "properties": {"region": ("Corse", "Bretagne", "Alsace")[number % 3]},
                }
            )
        result = env["cn285.usage.event"]._ingest_committed(rows)
        if result["accepted"] != len(rows):
            sys.exit(f"not all events were accepted: {result}")


def bill(env):
    """Rate and invoice the month; no statements yet."""
    run = env["cn285.billing.run"].create({"date": date.today()})
    run.action_run()
    env.cr.commit()
    if run.issue_ids or len(run.invoice_ids) != 3:
        sys.exit(f"not billed: {run.issue_ids[:1].reason}")
    return {}


def make(env, kind, rows):
    """Make the statement of one invoice, as its mail would."""
    move = env["account.move"].search([("partner_id.name", "=", kind)])
    report = {}
    with measured(report):
        files = move._make_usage_statements()
        env.cr.commit()
    return {
        **report,
        "rows": rows,
        "limit": LIMITS[kind.split("_")[0]],
        "file_mb": sum(files.mapped("file_size")) / 1024 / 1024,
    }


STEPS = {step.__name__: step for step in (fill, bill, make)}


if __name__ == "__main__":
    sys.exit(main())
