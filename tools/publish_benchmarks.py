"""Writes docs/benchmarks.md from what the benchmarks have left in benchmarks/results/.

`make bench` calls it at its end; it can be called alone. Each table says when its figures were
taken: a benchmark that was not run again keeps those of before, and one that was never run in this
clone is left out, as its figures would be those of another machine.
"""

import json
import os
import platform
import subprocess
from datetime import datetime, timezone
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "benchmarks.md"
GB = 1024**3

HEAD = """# Benchmarks

Written by `make bench` (`tools/publish_benchmarks.py`); run it to have yours. Each benchmark makes
a database of its own, measures in one run what it compares, and drops it. A **ratio** compares two
ways in the same run on the same machine, and is what can be held against another machine; seconds
cannot. *CPU* is processor time of Python and of PostgreSQL together: what other programs on the
machine do is not in it.

"""


def main():
    """Write the page; nothing is written where no benchmark has been run."""
    parts = [text for name, part in PARTS.items() if (text := _part(name, part))]
    if not parts:
        return 1
    PAGE.write_text(HEAD + machine() + "\n" + "\n".join(parts))
    print(f"written to {PAGE}")
    return 0


def _part(name, part):
    path = RESULTS / f"{name}.json"
    if not path.is_file():
        return ""
    figures = json.loads(path.read_text())
    taken = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
    title, command, text = part(figures)
    return f"## {title}\n\n`make bench ARGS={command}`, {taken:%Y-%m-%d}\n\n{text}\n"


def table(heads, rows):
    """A Markdown table; the first column holds words, the others figures."""
    lines = ["| " + " | ".join(heads) + " |", "|---" + "|---:" * (len(heads) - 1) + "|"]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


# --- the machine -----------------------------------------------------------------------------


def machine():
    """What the figures were taken on: a table."""
    rows = [
        ("Processor", f"{_processor()}, {len(os.sched_getaffinity(0))} cores"),
        ("Memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / GB:.0f} GB"),
        ("System", f"{platform.system()} {platform.release().split('-')[0]}"),
        ("Python", platform.python_version()),
        ("Odoo", _odoo()),
        *_postgresql(),
        ("Cn285", _commit()),
    ]
    return table(("Machine", ""), rows).replace("---:", "---")


def _processor():
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _odoo():
    import odoo.release

    return f"{odoo.release.version} ({os.environ.get('CN285_ODOO_REVISION', 'revision unknown')})"


def _postgresql():
    names = ("server_version", "shared_buffers", "work_mem", "synchronous_commit", "fsync")
    connection = psycopg2.connect(dbname="postgres")
    try:
        cr = connection.cursor()
        values = {}
        for name in names:
            cr.execute(f"SHOW {name}")
            values[name] = cr.fetchone()[0]
    finally:
        connection.close()
    version = values.pop("server_version").split()[0]
    settings = ", ".join(f"`{name} = {value}`" for name, value in values.items())
    return [("PostgreSQL", f"{version}, on the same machine: {settings}")]


def _commit():
    done = subprocess.run(
        ["git", "log", "-1", "--format=%h of %cs"], cwd=ROOT, capture_output=True, text=True
    )
    return done.stdout.strip() or "not a clone"


# --- the benchmarks --------------------------------------------------------------------------


def billing(figures):
    """Contracts billed and posted by this product, OCA contract and bare Odoo."""
    rows = []
    for label, key in (
        ("Cn285", "product"),
        ("OCA contract", "oca_contract"),
        ("`account.move.create` + `_post`", "bare_odoo"),
    ):
        report = figures[key]
        cpu = report.get("cpu") or report["cpu_seconds"]
        rows.append(
            (
                label,
                f"{1000 * report['seconds'] / report['invoices']:.2f}",
                f"{1000 * cpu / report['invoices']:.2f}",
                f"{3600 * report['invoices'] / cpu:,.0f}",
                f"{report['peak_mb']:.0f}",
            )
        )
    heads = ("", "ms an invoice", "CPU ms an invoice", "invoices an hour and core", "peak MB")
    text = (
        f"{figures['contracts']:,} invoices of three lines and one tax, posted and committed in "
        f"batches of {figures['batch']}.\n\n{table(heads, rows)}\n"
    )
    return "Billing", "billing", text + ratios(figures)


def ingest(figures):
    """Usage events received, beside COPY."""
    rows = [
        ("Cn285", f"{figures['events_per_second']:,.0f}"),
        ("bare COPY into the same tables", f"{figures['copy_per_second']:,.0f}"),
    ]
    text = (
        f"{figures['events']:,} events of {figures['items']:,} items in two months; peak "
        f"{figures['peak_mb']:.0f} MB.\n\n{table(('', 'events a second'), rows)}\n"
    )
    return "Usage received", "usage/ingest", text + ratios(figures)


def rating(figures):
    """A month of usage rated in tiers, beside its GROUP BY."""
    rows = [
        ("rating in tiers, stored", f"{figures['seconds']:.2f}"),
        ("bare GROUP BY of the events", f"{figures['bare']['seconds']:.2f}"),
    ]
    text = (
        f"{figures['events']:,} events, {figures['ratings']:,} ratings; peak "
        f"{figures['peak_mb']:.0f} MB.\n\n{table(('', 'seconds'), rows)}\n"
    )
    return "Usage rated", "usage/rating", text + ratios(figures)


def revrec(figures):
    """Revenue schedules and a month's runs."""
    rows = [
        (
            label,
            f"{figures[key]['seconds']:.1f}",
            f"{figures[key]['cpu_seconds']:.1f}",
            f"{figures[key]['peak_mb']:.0f}",
        )
        for label, key in (
            ("schedules and their months", "schedules"),
            ("a month's run, synthesis", "synthesis"),
            ("a month's run, detail", "detail"),
            (f"bare Odoo, {figures['bare_odoo']['items']:,} journal items", "bare_odoo"),
        )
    ]
    text = f"{figures['lines']:,} invoice lines over twelve months each.\n\n"
    text += table(("", "seconds", "of these Python's processor", "peak MB"), rows) + "\n"
    return "Revenue", "revrec", text + ratios(figures)


def scale(figures):
    """Screens, runs and scheduled actions in a large database."""
    rows = [
        (label, "" if wanted is None else wanted, got, unit.replace(" or more", ""))
        for label, (wanted, got, unit) in figures["figures"].items()
    ]
    text = (
        f"{figures['contracts']:,} contracts × 3 items, with five months of invoices, usage and "
        "revenue. What is wanted is for two cores that do nothing else; the screens are asked for "
        "as the web client does, by users with the rights that they have.\n\n"
    )
    return "Large databases", "scale", text + table(("", "wanted", "got", ""), rows)


def ratios(figures):
    """The ratios of a benchmark, as it names them."""
    rows = [
        (label.replace("_", " "), f"{ratio:.2f}")
        for label, ratio in figures.get("ratios", {}).items()
    ]
    return table(("ratio", ""), rows) if rows else ""


def api(figures):
    """The API beside JSON-2."""
    rows = [
        ("one contract", figures["contract_ms"], figures["json2_contract_ms"]),
        ("a page of 20", figures["page_ms"], figures["json2_page_ms"]),
    ]
    counts = ", ".join(
        f"{count} for {size} contracts" for size, count in figures["statements"].items()
    )
    text = (
        f"\n2,000 different paths left {figures['grown_mb']} MB behind. Statements of SQL for a "
        f"page with items: {counts}. Usage over HTTP, 10,000 events a call: "
        f"{figures['events_per_second']:,} a second, {figures['events_to_ingest']} of the rate of "
        "`ingest` itself.\n"
    )
    heads = ("ms of processor time a call", "the API", "Odoo's JSON-2")
    return "The API", "api", table(heads, rows) + text


def sign(figures):
    """Signatures on line."""
    rows = [
        (label, f"{figures[key]['cpu_ms']:.0f}")
        for label, key in (
            ("a contract sent, its paper filed", "send"),
            ("the signer's page", "page"),
            ("a code and a signature, the contract confirmed", "sign"),
            ("the job that seals (PAdES B-B)", "seal"),
        )
    ]
    text = table(("", "ms of Python's processor time"), rows)
    text += (
        f"\nThe second half of {figures['seal']['sealed']} sealed documents left "
        f"{figures['seal']['grown_mb']:.0f} MB behind in their process.\n"
    )
    return "Signature", "sign", text


def documents(figures):
    """Contracts' papers, and their list."""
    rows = [
        ("a contract's paper drawn, numbered and filed, in jobs of 50", figures["paper_ms"]),
        (f"the list of {figures['listed']:,} documents in one page", figures["list_ms"]),
        ("the paper of a contract of 500 items", round(1000 * figures["long_seconds"])),
    ]
    text = table(("", "ms of Python's processor time"), rows)
    text += (
        f"\n{figures['papers']:,} papers: {figures['grown_mb']} MB grown. Statements of SQL: "
        f"{figures['statements_of_one']} for one paper, {figures['statements_of_hundred']} for a "
        f"hundred; {figures['list_statements_of_hundred']} for a list of 100, "
        f"{figures['list_statements']} for one of {figures['listed']:,}, which takes "
        f"{figures['list_grown_mb']} MB.\n"
    )
    return "Documents", "documents", text


def quotes(figures):
    """Quotations of 200 lines, and many that are accepted."""
    accept = figures["accept"]
    rows = [
        ("the form of a quotation of 200 lines", f"{figures['open']['cpu_ms']:.0f}"),
        ("the same without what is ours", f"{figures['open']['odoo_ms']:.0f}"),
        ("its first invoice, and what follows", f"{figures['first']['cpu_ms']:.0f}"),
        ("one of 1,000 quotations that are accepted in jobs", f"{accept['cpu_ms']:.0f}"),
    ]
    text = table(("", "ms of Python's processor time"), rows)
    text += (
        f"\nA batch of 100 acceptances sends {accept['ratio']:.1f} times the queries of one: "
        f"{accept['queries'][1]:,} and {accept['queries'][0]:,}.\n"
    )
    return "Quotations", "quotes", text


def analytics(figures):
    """Recurring revenue of many items over years."""
    rows = [
        (
            label,
            f"{figures[key]['cpu']:.1f}",
            f"{figures[key]['cpu_server']:.1f}",
            f"{figures[key]['peak_mb']:.0f}",
        )
        for label, key in (
            ("ledger, movements and months from nothing", "rebuild"),
            ("the same again, which adds nothing", "rebuilt_again"),
            ("a night in which one item in a hundred was touched", "night"),
        )
    ]
    slowest, seconds = max(figures["queries"]["each"].items(), key=lambda one: one[1])
    facts = figures["rebuild"]
    text = (
        f"{figures['items']:,} items of up to 36 months: {facts['entry_rows']:,} entries, "
        f"{facts['month_rows']:,} months of customers, {facts['item_month_rows']:,} of items. The "
        f"slowest of {len(figures['queries']['each'])} dashboard queries ({slowest}) took "
        f"{1000 * seconds:.0f} ms.\n\n"
    )
    heads = ("", "seconds of processors", "of these the server's", "peak MB")
    text += table(heads, rows) + "\n"
    return "Analytics", "analytics", text + ratios(figures)


PARTS = {
    "analytics": analytics,
    "api": api,
    "billing": billing,
    "documents": documents,
    "usage_ingest": ingest,
    "usage_rating": rating,
    "revrec": revrec,
    "scale": scale,
    "sign": sign,
    "quotes": quotes,
}


if __name__ == "__main__":
    raise SystemExit(main())
