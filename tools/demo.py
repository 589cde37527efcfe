"""The demonstration: loads the files and the usage, and bills them: ``make demo``.

Run again, it changes and bills nothing, and says so.
"""

import argparse
import sys
import time
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import demo_api
import demo_bundles
import demo_company
import demo_debt
import demo_documents
import demo_fleet
import demo_payment
import demo_prepayment
import demo_quotes
import demo_revrec
import demo_sepa
import demo_sign
import demo_usage
import demo_wallet
from import_tools import bill, money, out, print_billed, print_figures, print_load, progress_bars

from odoo_env import environment

ADDONS = Path(__file__).parent.parent / "addons"
# Contracts; and those that have a term.
FOLDERS = (ADDONS / "cn285_contract/demo/import", ADDONS / "cn285_renewal/demo/import")
# The dates in the files are fixed, so the totals are the same on every day of the year.
UNTIL = "2026-06-30"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", default="cn285_demo")
    parser.add_argument(
        "--until", type=_day, default=UNTIL, metavar="DATE", help="bill up to this day"
    )
    options = parser.parse_args(arguments)
    with environment(options.database) as env:
        with _clock_at(env, options.until):
            errors = _load(env).errors + demo_usage.load(env).errors
            demo_revrec.set_up(env)
            demo_debt.set_up(env)
            demo_prepayment.ask(env)
            billed = bill(env, options.until)
            demo_usage.make_statements(env)
            held = hold_mails(env)
        print_figures("Contracts", _contract_figures(env))
        if billed.invoices:
            print_billed(env, billed, options.until)
        else:
            out.print(
                f"Everything due up to {options.until} was billed before: "
                "this run billed nothing, and nothing twice.",
                style="bold green",
            )
            print_figures(f"Billed up to {options.until}, all runs", _all_figures(env))
            for contract, reason in billed.issues:
                out.print(f"set aside: {contract}: {reason}", style="red", markup=False)
        demo_usage.print_usage(env, options.until)
        with _clock_at(env, options.until):
            demo_payment.collect(env, options.until)
            demo_debt.dun(env, options.until)
            demo_wallet.fill(env, options.until)
            demo_sepa.collect(env, options.until)
            demo_prepayment.tell(env)
            demo_documents.file(env)
        # A month is closed once it is over.
        with _clock_at(env, _day_after(options.until)):
            tied = demo_revrec.recognise(env, options.until)
        with _clock_at(env, options.until):
            demo_sign.send(env, options.until)
            demo_bundles.sell(env)
            demo_quotes.offer(env, options.until)
        demo_fleet.live(env, _clock_at)
        held += hold_mails(env)
        if held:
            out.print("No mail leaves the demonstration: the sending jobs were cancelled.")
        demo_api.make_key(env)
        _say_how_to_open(options.database)
        return 1 if errors or billed.issues or not tied else 0


def _day(text):
    return date.fromisoformat(text).isoformat()


@contextmanager
def _clock_at(env, day):
    """Let the company's clock show a day of the demonstration, whenever this is run.

    So what goes by today (renewals, their notices) comes out the same on any day. A database that
    travelled in time keeps its clock.
    """
    company = env.company
    test, shown = company._cn285_is_test_database(), company.cn285_clock_date
    if test and shown:
        yield
        return
    company._cn285_mark_test_database()
    company.cn285_clock_date = day
    env.cr.commit()
    try:
        yield
        env.cr.commit()
    finally:
        env.cr.rollback()
        company.cn285_clock_date = shown
        company._cn285_mark_test_database(test)
        env.cr.commit()


def _day_after(text):
    return (date.fromisoformat(text) + timedelta(days=1)).isoformat()


def _load(env):
    since = time.monotonic()
    # A visitor starts the next billing himself, rather than find it done overnight.
    env.company.cn285_daily_billing = False
    # The demonstration tells of months that are past, as if it had been billed month by month.
    env.company.cn285_invoice_dating = "schedule"
    demo_company.set_up(env)
    paths = [path for folder in FOLDERS for path in sorted(folder.glob("*.csv"))]
    files = [(path.name, path.read_bytes()) for path in paths]
    with progress_bars() as advance:
        loader = env["cn285.import.loader"].with_context(cn285_bill_past=True)
        report = loader._load_files(files, progress=advance)
    env.cr.commit()
    print_load(report, time.monotonic() - since)
    return report


def hold_mails(env):
    """Cancel the jobs that would mail invoices: there is no mail server here, and nobody to read.

    :returns: how many jobs were cancelled
    """
    jobs = env["queue.job"].search(
        [("method_name", "=", "_job_send"), ("state", "in", ("pending", "enqueued"))]
    )
    jobs.button_cancelled()
    env.cr.commit()
    return len(jobs)


def _contract_figures(env):
    states = dict(env["cn285.contract"]._fields["state"]._description_selection(env))
    own = [("company_id", "=", env.company.id)]
    groups = env["cn285.contract"]._read_group(own, ["state"], ["__count"])
    rows = [(states[state].lower(), f"{count:,}") for state, count in groups]
    return [*rows, ("contracts", f"{sum(count for _state, count in groups):,}")]


def _all_figures(env):
    own = [("company_id", "=", env.company.id)]
    rows = env["cn285.billing.schedule"].search_count([*own, ("state", "=", "invoiced")])
    [(invoices, untaxed, total)] = env["account.move"]._read_group(
        [*own, ("cn285_run_id", "!=", False), ("state", "=", "posted")],
        [],
        ["__count", "amount_untaxed_signed:sum", "amount_total_signed:sum"],
    )
    return [
        ("schedule rows billed", f"{rows:,}"),
        ("invoices posted", f"{invoices:,}"),
        ("total excl. VAT", money(env, untaxed)),
        ("VAT", money(env, total - untaxed)),
        ("total incl. VAT", money(env, total)),
    ]


def _say_how_to_open(database):
    name = "" if database == "cn285_demo" else f" DB={database}"
    out.print(
        f"\nTo open it: [bold]make serve{name}[/], then the address that it prints "
        "(http://127.0.0.1:…/odoo), login [bold]admin[/], password [bold]admin[/], "
        "menu [bold]Contracts[/]."
    )


if __name__ == "__main__":
    sys.exit(main())
