"""The demonstration's usage: contracts, a file of events, and the statements of their invoices."""

import time
from pathlib import Path

import make_usage_events
from import_tools import money, out, print_figures, print_load, progress_bars
from odoo.fields import Command

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "addons/cn285_usage/demo"
# Beside the other things that git ignores.
OUTPUT = ROOT / ".local" / "demo"
NAMESPACE = "cn285_usage_demo"
SMARTCODE = "HEURES-CREUSES"
# The reference of the contract whose terms change.
HISTORY = "HISTORIQUE"


def load(env):
    """Load the contracts with usage, and the events of a file; returns the loader's report."""
    since = time.monotonic()
    _need_smartcode(env)
    with progress_bars() as advance:
        loader = env["cn285.import.loader"].with_context(cn285_bill_past=True)
        report = loader._load_folder(FOLDER / "import", progress=advance, namespace=NAMESPACE)
    env.cr.commit()
    print_load(report, time.monotonic() - since)
    _load_events(env)
    _make_history(env)
    return report


def _make_history(env):
    """A contract whose price and included units change: its terms have versions by day.

    Used are 4,000 pages on the 10th and 3,000 on the 20th of each month, of which 1,000 are
    included: 60.00 a month at 0.01. The price of 0.012 from 16 April makes April 66.00, and 3,000
    included from May on make May 48.00.
    """
    contracts = env["cn285.contract"]
    if contracts.search_count([("client_ref", "=", HISTORY)]):
        return
    pages = env["cn285.usage.metric"].search([("code", "=", "pages")], limit=1)
    contract = contracts.create(
        {
            "client_ref": HISTORY,
            "partner_id": env.ref(f"{NAMESPACE}.P-0001").id,
            "date_start": "2026-01-01",
            "date_end": "2026-05-31",
            "item_ids": [
                Command.create(
                    {
                        "product_id": env.ref(f"{NAMESPACE}.VER-A").id,
                        "name": "Pages imprimées, prix et volume révisés / Printed pages, revised",
                        "billing_type": "usage",
                        "timing": "arrears",
                        "alignment": "calendar",
                        "price_unit": 0,
                        "calculator_ids": [
                            Command.create(
                                {
                                    "metric_id": pages.id,
                                    "price_unit": 0.01,
                                    "allowance_units": 1000,
                                }
                            )
                        ],
                    }
                )
            ],
        }
    )
    contract.action_confirm()
    contract.item_ids.calculator_ids.write({"price_unit": 0.012, "terms_from": "2026-04-16"})
    change = env["cn285.contract.change"].create(
        {
            "contract_id": contract.id,
            "item_id": contract.item_ids.id,
            "type": "usage_terms",
            "date_effective": "2026-05-01",
            "values": {"allowance_units": 3000},
            "note": "Volume inclus porté à 3 000 pages. / 3,000 pages included.",
        }
    )
    change.action_schedule()
    env["cn285.usage.event"].ingest(
        [
            {
                "source": "demo",
                "transaction_id": f"{HISTORY}-{month}-{day}",
                "item_id": contract.item_ids.id,
                "metric": "pages",
                "occurred_at": f"2026-{month:02}-{day} 12:00:00",
                "quantity": quantity,
            }
            for month in range(1, 6)
            for day, quantity in ((10, 4000), (20, 3000))
        ]
    )
    env.cr.commit()


def _need_smartcode(env):
    """The SmartCode of the charging stations, in force."""
    smartcodes = env["cn285.smartcode"]
    if smartcodes.search_count([("code", "=", SMARTCODE)]):
        return
    body = (FOLDER / "heures_creuses.txt").read_text(encoding="utf-8")
    smartcode = smartcodes.create({"code": SMARTCODE, "name": "Heures pleines, heures creuses"})
    version = env["cn285.smartcode.version"].create(
        {"smartcode_id": smartcode.id, "body": body, "detailed": True}
    )
    version.action_activate()


def _load_events(env):
    OUTPUT.mkdir(parents=True, exist_ok=True)
    path = OUTPUT / "usage-events.csv"
    made = make_usage_events.write(path)
    since = time.monotonic()
    report = env["cn285.usage.event"]._ingest_file(path)
    seconds = time.monotonic() - since
    rows = [
        ("events in the file", f"{made:,}"),
        ("accepted", f"{report['accepted']:,}"),
        ("known before", f"{report['duplicates']:,}"),
        ("refused", f"{len(report['refused']):,}"),
        ("events a second", f"{made / seconds:,.0f}"),
    ]
    print_figures("Usage events", rows)
    for entry in report["refused"][:20]:
        out.print(f"refused: row {entry['row']}: {entry['reason']}", style="red", markup=False)


def make_statements(env):
    """Make the statements that are still to be made; returns how many files that were."""
    jobs = env["queue.job"].search(
        [("method_name", "=", "_job_make_statements"), ("state", "in", ("pending", "enqueued"))]
    )
    moves = env["account.move"].browse({move_id for job in jobs for move_id in job.args[0]})
    with progress_bars() as advance:
        for number, move in enumerate(moves, start=1):
            move._make_usage_statements()
            if number % 20 == 0:
                env.cr.commit()
            advance("statements", number, len(moves))
    jobs.button_cancelled()
    env.cr.commit()


def print_usage(env, until):
    """Print what the usage came to by metric, and where one statement of each kind lies."""
    groups = env["cn285.usage.rating"]._read_group(
        [("period_start", "<=", until), ("company_id", "=", env.company.id)],
        ["calculator_id"],
        ["quantity:sum", "amount:sum", "__count"],
    )
    totals = {}
    for calculator, quantity, amount, count in groups:
        label = calculator.metric_id.name or calculator.name
        known = totals.get(label, (0, 0, 0))
        totals[label] = (known[0] + count, known[1] + quantity, known[2] + amount)
    rows = [
        (f"{label} ({count:,} ratings, {quantity:,.0f} units)", money(env, amount))
        for label, (count, quantity, amount) in sorted(totals.items())
    ]
    print_figures("Usage rated", rows)
    for extension in ("pdf", "xlsx"):
        path = _export(env, extension)
        if path:
            out.print(f"statement: {path}", markup=False)


def _export(env, extension):
    """Copy the newest and longest statement of a kind to where a visitor finds it."""
    files = env["account.move"].search([("cn285_statement_ids", "!=", False)]).cn285_statement_ids
    files = files.filtered(lambda file: file.name.endswith(f".{extension}"))
    if not files:
        return None
    largest = max(files, key=lambda file: file.file_size)
    path = OUTPUT / largest.name.replace("/", "-")
    path.write_bytes(largest.raw)
    return path
