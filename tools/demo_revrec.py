"""Recognition of the demonstration's revenue: ``demo_revrec.recognise(env, until)``."""

from datetime import date

from import_tools import money, out, print_figures, progress_bars


def recognise(env, until):
    """Recognise the billed months up to a day and print how deferred revenue moved.

    Run again, it changes nothing and prints the same. Where :func:`set_up` was called before the
    billing, invoices went to deferred revenue at once; else each month's end defers.

    :param until: a day as text, such as "2026-06-30"
    :returns: whether the schedules tie out to the general ledger
    """
    if "cn285.revrec.demo" not in env:
        return True
    with progress_bars() as advance:
        report = env["cn285.revrec.demo"]._recognise(date.fromisoformat(until), advance)
    env.cr.commit()
    if not report:
        out.print("No revenue to recognise: nothing is billed.")
        return True
    rows = [
        ("deferred revenue, opening", money(env, report["opening"])),
        ("billed", money(env, report["billed"])),
        ("credited", money(env, report["credited"])),
        ("recognised", money(env, report["recognised"])),
        ("deferred revenue, closing", money(env, report["closing"])),
        ("months recognised now", f"{report['months']}"),
    ]
    print_figures(f"Revenue recognised, {report['first']} to {report['last']}", rows)
    for difference in report["differences"]:
        out.print(f"difference: {difference}", style="red", markup=False)
    tied = "no" if report["differences"] else "yes"
    out.print(f"ties out to the ledger: {tied}", style="bold red" if tied == "no" else "bold green")
    return not report["differences"]


def set_up(env):
    """Give the company rules, journal and accounts, so that invoices defer what lies ahead."""
    if "cn285.revrec.demo" in env:
        env["cn285.revrec.demo"]._set_up(env.company)
        env.cr.commit()
