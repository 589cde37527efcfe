"""Moves the clock of a copy of the demonstration ahead, day by day: ``make travel``.

What falls due on the way happens: bills, notices, contract changes, renewals, ends.
"""

import argparse
import sys
from datetime import date, timedelta

from demo import UNTIL
from import_tools import money, out, print_figures

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
        _prepare(env, options.since)
        _plan_changes(env, options.since)
        journeys = env["cn285.time.travel"]
        for day, act in _visits(options.since):
            if day >= options.to:
                break
            journeys += _travel(env, day)
            act(env, day)
        journeys += _travel(env, options.to)
        _print(env, journeys)
    return 0


def _prepare(env, since):
    """A test whose clock shows the first day, and which bills every day."""
    env["res.company"]._cn285_mark_test_database()
    # The demonstration itself bills when a visitor says so: see demo.py.
    env.company.write({"cn285_clock_date": since, "cn285_daily_billing": True})
    env.cr.commit()


def _travel(env, day):
    """Move the clock on to a day; returns the journey."""
    travel = env["cn285.time.travel"].create({"date_to": day})
    env.cr.commit()
    travel.action_travel()
    env.cr.commit()
    return travel


# === WHAT CUSTOMERS ASK FOR === #


def _plan_changes(env, since):
    """Changes that customers asked for before, and that fall due on the way."""
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


def _visits(since):
    """What customers do on days of the journey, as ``(day, method)`` in order."""
    return [
        (since + timedelta(days=8), _leave_unannounced),
        (since + timedelta(days=12), _refuse_renewal),
    ]


def _leave_unannounced(env, day):
    """A customer whose renewal was not announced in time leaves a week later, free of charge."""
    contract = env["cn285.contract"].search([("free_exit_from", "<=", day)], order="id", limit=1)
    if contract:
        contract.action_terminate(
            date=day + timedelta(days=7), date_requested=day, origin="customer"
        )
        env.cr.commit()


def _refuse_renewal(env, day):
    """A customer who was told in time that the contract renews refuses it."""
    told = env["cn285.renewal.notice"].search(
        [("state", "=", "on_time"), ("last_day_to_refuse", ">=", day)], limit=1
    )
    if told:
        told.contract_id.action_refuse_renewal(origin="customer")
        env.cr.commit()


def _day(since, days):
    return (since + timedelta(days=days)).isoformat()


def _print(env, journeys):
    lines = journeys.line_ids
    labels = dict(lines._fields["kind"]._description_selection(env))
    for line in lines.filtered("reason"):
        out.print(f"{line.date}: {line.reason}", style="red", markup=False)
    rows = []
    for kind, some in lines.grouped("kind").items():
        amount = sum(some.mapped("amount"))
        count = sum(some.mapped("count"))
        rows.append((f"{labels[kind]} ({count:,})", money(env, amount) if amount else ""))
    since, until = journeys[0].date_from, journeys[-1].date_to
    rows.append(("days", f"{(until - since).days:,}"))
    rows.append(("seconds", f"{sum(journeys.mapped('seconds')):.1f}"))
    print_figures(f"From {since} to {until}", rows)
    out.print(
        f"The clock of {env.cr.dbname} shows {until}; the journey is under "
        "Contracts › Configuration › Time Travel. Its e-mails were held back."
    )


if __name__ == "__main__":
    sys.exit(main())
