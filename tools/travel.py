"""Moves the clock of a copy of the demonstration ahead, day by day: ``make travel``.

What falls due on the way happens: bills, notices, contract changes, renewals, ends.
"""

import argparse
import sys
from datetime import date, timedelta

from demo import UNTIL
from portfolio_tools import money, out, print_figures

from odoo_env import environment


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--database", required=True, help="a copy that may be billed ahead")
    parser.add_argument(
        "--from",
        dest="since",
        type=date.fromisoformat,
        default=date.fromisoformat(UNTIL),
        metavar="DATE",
    )
    parser.add_argument("--to", type=date.fromisoformat, default=date(2026, 7, 31), metavar="DATE")
    options = parser.parse_args(arguments)
    with environment(options.database) as env:
        env["res.company"]._cn285_mark_test_database()
        _plan(env, options.since)
        travel = env["cn285.time.travel"].create(
            {"date_from": options.since, "date_to": options.to}
        )
        env.cr.commit()
        travel.action_travel()
        env.cr.commit()
        _print(env, travel)
    return 0


def _plan(env, since):
    """Changes that customers asked for, and that fall due on the way."""
    company = env.company
    company.cn285_clock_date = since
    items = env["cn285.contract.item"].search(
        [("product_id.default_code", "=", "SUP"), ("state", "=", "active")], order="id", limit=4
    )
    more, paused, dearer, leaving = items
    wishes = [
        (more, "quantity", 11, {"quantity": more.quantity + 5}),
        (paused, "pause", 6, {"date_end": _day(since, 40)}),
        (dearer, "price", 16, {"price_unit": 31.5}),
        (leaving, "end_item", 21, {}),
    ]
    changes = env["cn285.contract.change"].create(
        [
            {
                "contract_id": item.contract_id.id,
                "item_id": item.id,
                "type": kind,
                "date_effective": _day(since, days),
                "values": values or False,
            }
            for item, kind, days, values in wishes
        ]
    )
    changes.action_schedule()


def _day(since, days):
    return (since + timedelta(days=days)).isoformat()


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
