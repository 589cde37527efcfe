"""Moves the clock of a copy of the demonstration ahead, day by day: ``make travel``.

What falls due on the way happens: bills, notices, contract changes, renewals, ends.
"""

import argparse
import sys
from datetime import date

from demo import UNTIL
from portfolio_tools import money, out, print_figures

from odoo_env import environment


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True, help="a copy that may be billed ahead")
    parser.add_argument(
        "--from", dest="since", type=date.fromisoformat, default=UNTIL, metavar="DATE"
    )
    parser.add_argument("--to", type=date.fromisoformat, default="2026-07-31", metavar="DATE")
    options = parser.parse_args(arguments)
    with environment(options.database) as env:
        env["res.company"]._cn285_mark_test_database()
        travel = env["cn285.time.travel"].create(
            {"date_from": options.since, "date_to": options.to}
        )
        env.cr.commit()
        travel.action_travel()
        env.cr.commit()
        _print(env, travel)
    return 0


def _print(env, travel):
    labels = dict(travel.line_ids._fields["kind"]._description_selection(env))
    rows = []
    for kind, lines in travel.line_ids.grouped("kind").items():
        amount = sum(lines.mapped("amount"))
        count = sum(lines.mapped("count"))
        rows.append((f"{labels[kind]} ({count:,})", money(env, amount) if amount else ""))
    rows.append(("days", f"{(travel.date_to - travel.date_from).days:,}"))
    rows.append(("seconds", f"{travel.seconds:.1f}"))
    print_figures(f"From {travel.date_from} to {travel.date_to}", rows)
    out.print(
        f"The clock of {env.cr.dbname} shows {travel.date_to}; the journey is under "
        "Contracts › Configuration › Time Travel."
    )


if __name__ == "__main__":
    sys.exit(main())
