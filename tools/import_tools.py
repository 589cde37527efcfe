"""Loading and billing with progress on the screen: what demo.py and load.py share."""

import time
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

out = Console()
# Errors shown on the screen; all of them go into the file, where one is asked for.
SHOWN_ERRORS = 20
LABELS = {"confirm": "contracts confirmed"}


@dataclass
class Billed:
    """What a billing run did; money in the company's currency, excluding, of, and with tax."""

    rows: int
    invoices: int
    contracts: int
    untaxed: float
    tax: float
    total: float
    issues: list
    seconds: float


@contextmanager
def progress_bars():
    """``advance(what, done, total)``, a bar for each ``what``; drawn on a terminal only."""
    bars = {}
    columns = (
        TextColumn("{task.description:<20}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:

        def advance(what, done, total):
            if what not in bars:
                bars[what] = progress.add_task(LABELS.get(what, what.replace("_", " ")))
            progress.update(bars[what], completed=done, total=total)

        yield advance


def bill(env, until):
    """Bill everything due up to a day in this process; each batch is committed.

    :returns: what was done by this run alone
    """
    since = time.monotonic()
    run = env["cn285.billing.run"].create({"date": until})
    env.cr.commit()
    with progress_bars() as advance:
        advance("planning", 0, None)
        batches = run._start()
        advance("planning", 1, 1)
        for number, batch in enumerate(batches, start=1):
            batch._run_in_process()
            advance("batches billed", number, len(batches))
        run._finish()
    issues = [
        (issue.contract_id.name, issue.reason)
        for issue in run.issue_ids
        if issue.kind == "billing" and issue.state == "open"
    ]
    return Billed(
        run.row_count, run.invoice_count, run.contract_count, run.amount_untaxed, run.amount_tax,
        run.amount_total, issues, time.monotonic() - since,
    )  # fmt: skip


def money(env, amount):
    """An amount in the company's currency, as 456,116.60 EUR."""
    return f"{amount:,.2f} {env.company.currency_id.name}"


def print_load(report, seconds):
    """Print what went in, by kind, and the rows that were refused."""
    table = Table("", "new", "changed", "as before", title=f"Loaded in {seconds:.1f} s")
    for column in table.columns[1:]:
        column.justify = "right"
    for kind in report.kinds():
        counts = (report.created[kind], report.updated[kind], report.skipped[kind])
        table.add_row(kind.replace("_", " "), *(f"{count:,}" for count in counts))
    out.print(table)
    for note in report.notes:
        out.print(note, style="yellow", markup=False)
    for error in report.errors[:SHOWN_ERRORS]:
        place = f"{error.file}, line {error.line}" if error.line else error.file
        out.print(f"refused: {place}: {error.reason}", style="red", markup=False)
    if len(report.errors) > SHOWN_ERRORS:
        out.print(f"… and {len(report.errors) - SHOWN_ERRORS:,} more", style="red")


def print_billed(env, billed, until):
    """Print what a run billed, and the contracts that it set aside."""
    rate = billed.invoices / billed.seconds if billed.seconds else 0.0
    rows = [
        ("schedule rows billed", f"{billed.rows:,}"),
        ("invoices posted", f"{billed.invoices:,}"),
        ("total excl. VAT", money(env, billed.untaxed)),
        ("VAT", money(env, billed.tax)),
        ("total incl. VAT", money(env, billed.total)),
        ("seconds", f"{billed.seconds:.1f}"),
        ("invoices per second", f"{rate:.1f}"),
    ]
    print_figures(f"Billed up to {until}", rows)
    for contract, reason in billed.issues:
        out.print(f"set aside: {contract}: {reason}", style="red", markup=False)


def print_figures(title, rows):
    """Print a table of two columns."""
    table = Table("", "", title=title, show_header=False)
    table.columns[1].justify = "right"
    for row in rows:
        table.add_row(*row)
    out.print(table)
