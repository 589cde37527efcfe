"""Revenue recognition of many invoice lines: schedules, a month's run, reports; against bare Odoo.

``python benchmarks/revrec.py`` (see `make bench`) copies the base database, installs cn285_revrec,
lays in invoice lines of a year of service each by SQL, and measures, each step in a process of its
own: making the schedules with their monthly lines, a month's run in synthesis, one in detail, and
every report. With ``--copies`` the invoices are copied with their schedules, in SQL, before the
runs: ten times 10,000 lines are a month's run of 100,000 in minutes. Bare Odoo then creates and
posts a share of the same journal items by ``account.move.create`` and ``_post``. Figures go to
``benchmarks/results/revrec.json``.
"""

import argparse
import json
import platform
import sys
import time
from datetime import date
from io import BytesIO
from pathlib import Path

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
from limit import processor
from scale_copy import highest, multiply

START = date(2025, 1, 1)
MONTHS = ("2025-01-31", "2025-02-28")
LINES_PER_INVOICE = 10
# What each step may take: seconds, and times what bare Odoo takes.
LIMITS = {
    "detail_mb": 300.0,
    "schedules": 120.0,
    "synthesis": 20.0,
    "report": 5.0,
    "detail_to_bare": 2.0,
}


def main():
    """Run everything and print it; the exit code says whether the limits hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, default=100_000, help="of 12 months, in invoices")
    parser.add_argument(
        "--copies", type=int, default=1, help="so many times the lines for the runs"
    )
    parser.add_argument("--share", type=float, default=0.05, help="of the items made by bare Odoo")
    parser.add_argument("--keep", action="store_true", help="leave the database behind")
    options = parsed(parser, STEPS)
    figures = _measure(options)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "revrec.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    _print(figures, path)
    return 0 if all(figures["within_limits"].values()) else 1


def _measure(options):
    with database(options.keep) as name, configuration() as conf:

        def step(step_name, **arguments):
            report = in_process(Path(__file__), step_name, name, conf, **arguments)
            print(f"{step_name}: {report.get('seconds', 0):.1f} s", file=sys.stderr)
            return report

        install(name, conf, "cn285_revrec")
        before = step("seed", lines=options.lines)["before"]
        execute(name, "VACUUM ANALYZE")
        schedules = step("schedules")
        if options.copies > 1:
            step("copy", before=before, copies=options.copies - 1)
        execute(name, "VACUUM ANALYZE")
        synthesis = step("run", day=MONTHS[0], detail="synthesis")
        detail = step("run", day=MONTHS[1], detail="detail")
        execute(name, "VACUUM ANALYZE")
        reports = step("reports")
        bare = step("bare", items=int(options.lines * 2 * options.share), day=MONTHS[1])
    return _figures(options, schedules, synthesis, detail, reports, bare)


def _figures(options, schedules, synthesis, detail, reports, bare):
    if schedules["schedules"] != options.lines or schedules["lines"] != 12 * options.lines:
        sys.exit(f"not every line was scheduled: {schedules}")
    if detail["items"] != 2 * options.lines * options.copies:
        sys.exit(f"not every line was recognised: {detail}")
    if reports["differences"]:
        sys.exit("the books do not tie out")
    detail["us_per_item"] = 1e6 * detail["seconds"] / detail["items"]
    bare["us_per_item"] = 1e6 * bare["seconds"] / bare["items"]
    ratio = detail["us_per_item"] / bare["us_per_item"]
    slowest = max(reports["each"].values())
    return {
        "lines": options.lines,
        "lines_of_runs": options.lines * options.copies,
        "python": platform.python_version(),
        "schedules": schedules,
        "synthesis": synthesis,
        "detail": detail,
        "bare_odoo": bare,
        "reports": reports,
        "ratios": {
            "detail_to_bare": ratio,
            "bare_to_detail": 1 / ratio,
            "schedules_to_the_limit": schedules["cpu"] / schedules["limit"]["cpu"],
        },
        "within_limits": {
            "schedules": schedules["seconds"] < LIMITS["schedules"],
            "synthesis": synthesis["seconds"] < LIMITS["synthesis"],
            "detail": ratio < LIMITS["detail_to_bare"],
            "memory of detail": detail["grown_mb"] < LIMITS["detail_mb"],
            "reports": slowest < LIMITS["report"],
        },
    }


def _print(figures, path):
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{figures['lines']:,} invoice lines over 12 months each")
    table.caption = f"runs and reports of {figures['lines_of_runs']:,}"
    for column in ("", "seconds", "CPU s", "peak MB"):
        table.add_column(column, justify="right" if column else "left")
    for label, key in (
        ("schedules and their months", "schedules"),
        ("a month's run, synthesis", "synthesis"),
        ("a month's run, detail", "detail"),
        (f"bare Odoo, {figures['bare_odoo']['items']:,} items", "bare_odoo"),
        ("all reports", "reports"),
    ):
        report = figures[key]
        table.add_row(
            label,
            f"{report['seconds']:.1f}",
            f"{report['cpu_seconds']:.1f}",
            f"{report['peak_mb']:.0f}",
        )
    console = Console()
    console.print(table)
    for name, seconds in figures["reports"]["each"].items():
        console.print(f"{name}: {seconds:.2f} s")
    for label, ratio in figures["ratios"].items():
        console.print(f"{label.replace('_', ' ')}: {ratio:.3f}")
    for label, good in figures["within_limits"].items():
        console.print(f"{label}: {'within' if good else 'ABOVE'} the limit")
    console.print(f"written to {path}")


# --- steps, each in its own process ----------------------------------------------------------


def seed(env, lines):
    """One posted invoice by the ORM, multiplied by SQL: other amounts, customers and dates."""
    before = highest(env.cr)
    company = env.company
    company._cn285_revrec_setup()
    rule = env["cn285.revrec.rule"].create({"name": "By day", "method": "daily"})
    products = env["product.product"].create(
        [
            {
                "name": f"Service {number}",
                "type": "service",
                "taxes_id": [(6, 0, company.account_sale_tax_id.ids)],
                "cn285_revrec_rule_id": rule.id,
            }
            for number in range(20)
        ]
    )
    partners = env["res.partner"].create([{"name": f"Customer {n}"} for n in range(500)])
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partners[0].id,
            "invoice_date": START,
            "invoice_line_ids": [
                (
                    0,
                    0,
                    {
                        "product_id": products[number % 20].id,
                        "price_unit": 1200.0,
                        "account_id": company.cn285_deferred_account_id.id,
                        "cn285_service_start": START,
                        "cn285_service_end": date(2025, 12, 31),
                    },
                )
                for number in range(LINES_PER_INVOICE)
            ],
        }
    )
    move.action_post()
    env.flush_all()
    copies = lines // LINES_PER_INVOICE - 1
    _multiply(env, move, partners, copies)
    return {"before": before}


def copy(env, before, copies):
    """Copy in SQL what was seeded, with its schedules."""
    multiply(env.cr, before, copies)
    return {}


def _multiply(env, move, partners, copies):
    """Copy the invoice and its items; the amounts of line and tax vary, and stay balanced."""
    cr = env.cr

    def columns(table, *own):
        cr.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
        )
        return [f'"{name}"' for (name,) in cr.fetchall() if name not in ("id", *own)]

    own = ("name", "sequence_number", "partner_id", "commercial_partner_id")
    kept = ",".join(columns("account_move", *own, "access_token", "payment_reference"))
    cr.execute(
        f"""CREATE TEMP TABLE fresh AS WITH made AS (
                INSERT INTO account_move
                       (name, sequence_number, partner_id, commercial_partner_id, {kept})
                SELECT 'BENCH/' || number, 1000 + number, customer, customer, {kept}
                  FROM account_move
            CROSS JOIN generate_series(1, %s) number
            CROSS JOIN LATERAL (SELECT (%s::int[])[1 + number %% %s] AS customer) who
                 WHERE id = %s RETURNING id, partner_id)
            SELECT id, partner_id, row_number() OVER (ORDER BY id) AS number FROM made""",
        [copies, partners.ids, len(partners), move.id],
    )
    money = ("debit", "credit", "balance", "amount_currency")
    kept = ",".join(columns("account_move_line", "move_id", "partner_id", "move_name", *money))
    # Each invoice is the first one times a factor of its own with two decimals: cents stay whole.
    cr.execute(
        f"""INSERT INTO account_move_line
                   (move_id, partner_id, move_name, {",".join(money)}, {kept})
            SELECT fresh.id, fresh.partner_id, 'BENCH/' || fresh.number,
                   {",".join(f"{name} * (1 + number %% 89 / 100.0)" for name in money)}, {kept}
              FROM account_move_line CROSS JOIN fresh WHERE move_id = %s""",
        [move.id],
    )


def schedules(env):
    """Make all schedules and their lines."""
    report = {}
    with measured(report), processor(env, report):
        reasons = env["cn285.revrec.source"]._sync(env.company, date(2025, 1, 31))
        env.cr.commit()
    if reasons:
        sys.exit(f"left out: {list(reasons.values())[:3]}")
    env.cr.execute("SELECT count(*) FROM cn285_revrec_schedule")
    report["schedules"] = env.cr.fetchone()[0]
    env.cr.execute("SELECT count(*) FROM cn285_revrec_line")
    report["lines"] = env.cr.fetchone()[0]
    report["limit"] = _stored_again(env)
    return report


def _stored_again(env):
    """What the same rows take by one COPY of each table, constraints and indexes included."""
    cr, files = env.cr, []
    for table in ("cn285_revrec_schedule", "cn285_revrec_line"):
        file = BytesIO()
        cr.copy_expert(f"COPY {table} TO STDOUT", file)
        file.seek(0)
        files.append((table, file))
    cr.execute("DELETE FROM cn285_revrec_line")
    cr.execute("DELETE FROM cn285_revrec_schedule")
    report = {}
    with processor(env, report):
        for table, file in files:
            cr.copy_expert(f"COPY {table} FROM STDIN", file, size=1 << 22)
    cr.rollback()
    return report


def run(env, day, detail):
    """Recognise one month and commit."""
    report = {}
    created = env["cn285.revrec.run"].create({"date": day, "detail": detail})
    env.cr.commit()
    with measured(report), processor(env, report):
        created.action_post()
        env.cr.commit()
    env.cr.execute(
        """SELECT count(DISTINCT move.id), count(*) FROM account_move_line line
             JOIN account_move move ON move.id = line.move_id
            WHERE move.cn285_revrec_run_id = %s AND move.state = 'posted'""",
        [created.id],
    )
    report["entries"], report["items"] = env.cr.fetchone()
    return report


def reports(env):
    """Every report, by customer, as the client asks for it."""
    report = {"each": {}}
    days = {"cn285_date_from": "2025-02-01", "cn285_date_to": "2025-02-28"}
    with measured(report):
        for name, groups, measures in (
            ("analysis", ["date:month", "kind"], ["amount"]),
            ("rollforward", ["partner_id"], ["opening", "billed", "recognised", "closing"]),
            ("unbilled", ["partner_id"], ["opening", "closing"]),
            ("waterfall", ["invoice_date:month", "date:month"], ["amount"]),
            ("obligation", ["partner_id"], ["billed_within", "unbilled_within", "amount"]),
            ("tieout", ["account_id"], ["ledger", "scheduled", "difference"]),
        ):
            model = env[f"cn285.revrec.{name}"].with_context(**days)
            since = time.perf_counter()
            model._read_group([], groups, [f"{measure}:sum" for measure in measures])
            report["each"][name] = time.perf_counter() - since
    report["differences"] = len(
        env["cn285.revrec.tieout"]._differences(env.company, days["cn285_date_to"])
    )
    return report


def bare(env, items, day):
    """The same items as a run in detail, by account.move.create and _post, in entries of 1,000."""
    report = {"items": items}
    company = env.company
    env.cr.execute(
        """SELECT schedule.partner_id, line.amount::float FROM cn285_revrec_line line
             JOIN cn285_revrec_schedule schedule ON schedule.id = line.schedule_id
            WHERE line.date = %s LIMIT %s""",
        [day, items // 2],
    )
    rows = env.cr.fetchall()
    income = env["cn285.revrec.schedule"].search([], limit=1).revenue_account_id.id
    deferred = company.cn285_deferred_account_id.id
    with measured(report):
        for start in range(0, len(rows), 500):
            move = env["account.move"].create(
                {
                    "move_type": "entry",
                    "journal_id": company.cn285_revrec_journal_id.id,
                    "date": day,
                    "ref": "Bare",
                    "line_ids": [
                        (
                            0,
                            0,
                            {
                                "account_id": account,
                                "partner_id": partner,
                                "name": "Bare",
                                "balance": sign * amount,
                            },
                        )
                        for partner, amount in rows[start : start + 500]
                        for account, sign in ((deferred, 1), (income, -1))
                    ],
                }
            )
            move._post(soft=False)
            env.cr.commit()
    return report


STEPS = {
    "seed": seed,
    "copy": copy,
    "schedules": schedules,
    "run": run,
    "reports": reports,
    "bare": bare,
}

if __name__ == "__main__":
    sys.exit(main())
