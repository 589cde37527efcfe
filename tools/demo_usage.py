"""The demonstration's usage: contracts, a file of events, and the statements of their invoices."""

import time
from pathlib import Path

import make_usage_events
from import_tools import money, out, print_figures, print_load, progress_bars

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "addons/cn285_usage/demo"
# Beside the other things that git ignores.
OUTPUT = ROOT / ".local" / "demo"
NAMESPACE = "cn285_usage_demo"
SMARTCODE = "HEURES-CREUSES"


def load(env):
    """Load the contracts with usage, and the events of a file; returns the loader's report."""
    since = time.monotonic()
    _need_smartcode(env)
    with progress_bars() as advance:
        report = env["cn285.import.loader"]._load_folder(
            FOLDER / "import", progress=advance, namespace=NAMESPACE
        )
    env.cr.commit()
    print_load(report, time.monotonic() - since)
    _load_events(env)
    return report


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
        [("period_start", "<=", until)],
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
