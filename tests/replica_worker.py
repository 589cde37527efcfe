"""A replica for BI beside a database: made, read, killed, altered; and what is in it then.

``python replica_worker.py DATABASE story|kills|lag|update``; prints a JSON object.

The server of the environment is Odoo's; CN285_REPLICA that of the replica, whose processes are
killed.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import forks
from forks import environment
from odoo import fields

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

import replica
from replica_checks import Lag, caught_up, different, kill_subscriber, refused, seen
from replica_sides import Primary, Replica

CONTRACTS = 150


def seed(env):
    """Contracts of two companies, that are billed by the month, and one that bills usage."""
    env.company.cn285_invoice_dating = "schedule"
    env.company._cn285_mark_test_database()
    product = env["product.product"].create({"name": "Service", "type": "service"})
    partners = env["res.partner"].create([{"name": f"Customer {n}"} for n in range(CONTRACTS)])
    env["cn285.contract"].create(
        [
            {
                "partner_id": partner.id,
                "date_start": "2026-01-01",
                "item_ids": [(0, 0, {"product_id": product.id, "price_unit": 10.0 + number})],
            }
            for number, partner in enumerate(partners)
        ]
    ).action_confirm()
    other = env["res.company"].create({"name": "Other", "currency_id": env.company.currency_id.id})
    env["cn285.contract"].with_company(other).create(
        {
            "company_id": other.id,
            "partner_id": env["res.partner"].create({"name": "Of the other"}).id,
            "date_start": "2026-01-01",
            "item_ids": [(0, 0, {"product_id": product.id, "price_unit": 5.0})],
        }
    )
    metric = env["cn285.usage.metric"].create({"name": "Calls", "code": "calls"})
    item = {
        "product_id": product.id,
        "code": "line",
        "billing_type": "usage",
        "calculator_ids": [(0, 0, {"metric_id": metric.id, "price_unit": 0.5})],
    }
    env["cn285.contract"].create(
        {"partner_id": partners[0].id, "date_start": "2026-01-01", "item_ids": [(0, 0, item)]}
    ).action_confirm()


def use(database, day, count):
    """Record events of a day."""
    with environment(database) as env:
        report = env["cn285.usage.event"].ingest(
            [
                {
                    "source": "worker",
                    "transaction_id": f"{day}-{number}",
                    "metric": "calls",
                    "item": "line",
                    "occurred_at": f"{day} 10:00:00",
                    "quantity": 2,
                }
                for number in range(count)
            ]
        )
    assert not report["refused"], report


def bill(database, until):
    """Bill all contracts up to a day, in this process."""
    with environment(database) as env:
        env["cn285.billing.run"].create({"date": until}).action_run()


def sides(database):
    """Both sides, connected."""
    work = replica.from_environment(database)
    return work, Primary(work.primary, database), Replica(work.address, work.name)


def kill_while(there, primary, pid, wanted):
    """Kill the subscriber again and again while a process works; returns how often it died."""
    killed = 0
    while killed < wanted:
        killed += kill_subscriber(there)
        if os.waitpid(pid, os.WNOHANG)[0]:
            # The work is through: what is left to kill is the catching up.
            primary.run("UPDATE cn285_billing_schedule SET write_date = now()")
            pid = forks.fork(time.sleep, 1)
        time.sleep(0.3)
    forks.wait([pid])
    return killed


def make(database, events=True):
    """Make the replica; returns its passwords by role."""
    return replica.from_environment(database).make(events=events, everything=True)


def story(database):
    """A replica from its making to its end, two kills of the subscriber on the way."""
    forks.seed(seed)(database)
    work = replica.from_environment(database)
    primary = Primary(work.primary, database)
    use(database, "2026-02-03", 40)
    since = time.monotonic()
    passwords = make(database)
    report = {"seconds": time.monotonic() - since, "again": make(database)}
    there = Replica(work.address, work.name)
    report["roles"] = sorted(passwords)
    report["secrets"] = list(passwords.values())
    # Billing goes on, and BI follows.
    lag = Lag(work, database)
    lag.start()
    pid = forks.fork(bill, database, "2026-03-31")
    forks.wait([pid])
    report["lag"] = lag.report()
    report["followed"] = caught_up(primary, there) and different(primary, there)
    pid = forks.fork(bill, database, "2026-05-31")
    report["killed"] = kill_while(there, primary, pid, 2)
    report["killed_and_followed"] = caught_up(primary, there) and different(primary, there)
    one, _two, everything = sorted(passwords)
    report["refused"] = refused(work, one, passwords[one])
    report["seen"] = {name: seen(work, name, passwords[name]) for name in passwords}
    report["everything"] = everything
    # A month that had no partition when it was made.
    use(database, "2026-03-05", 7)
    caught_up(primary, there)
    report["events"] = there.rows("SELECT COUNT(*), SUM(quantity) FROM public.cn285_usage_event")
    report["events"] = [[int(one) for one in row] for row in report["events"]]
    report["altered"] = altered(database, work, primary, there)
    report["watched"] = watched(database)
    there.connection.close()
    work.drop()
    report["dropped"] = [
        primary.rows("SELECT COUNT(*) FROM pg_publication")[0][0],
        primary.rows("SELECT COUNT(*) FROM pg_replication_slots")[0][0],
        primary.rows("SELECT COUNT(*) FROM pg_event_trigger")[0][0],
        primary.rows("SELECT COUNT(*) FROM pg_roles WHERE rolname LIKE 'cn285_bi%%'")[0][0],
    ]
    return report


def altered(database, work, primary, there):
    """What updates do to tables that are published, and that a refresh brings all back."""
    told = {}
    changes = {
        "type": "ALTER TABLE cn285_contract ALTER COLUMN name TYPE text",
        "dropped": "ALTER TABLE cn285_change_reason DROP COLUMN code CASCADE",
        "added": "ALTER TABLE cn285_change_reason ADD COLUMN code varchar",
    }
    for name, statement in changes.items():
        primary.run(statement)
        with environment(database) as env:
            told[name] = env["cn285.bi.replica"]._differences()
    primary.run(
        "UPDATE cn285_contract SET name = name || 'x'",
        "UPDATE cn285_change_reason SET code = 'c' || id",
    )
    told["new_roles"] = work.refresh()
    told["left"] = caught_up(primary, there) and different(primary, there)
    with environment(database) as env:
        told["after"] = env["cn285.bi.replica"]._differences()
    return told


def watched(database):
    """What the page says: connected, and while the replica is away."""
    with environment(database) as env:
        env["cn285.bi.replica"]._beat()
    time.sleep(0.3)
    with environment(database) as env:
        told = env["cn285.bi.replica"]._watched()
        summary = env["cn285.bi.replica"]._summary()
    return {
        "state": told["state"],
        "visible": bool(told["visible_at"]),
        "warning": told["warning"],
        "kept": told["kept_mb"],
        "summary": summary,
    }


def kills(database, wanted=20):
    """The subscriber killed again and again during a billing run."""
    forks.seed(seed)(database)
    make(database, events=False)
    _work, primary, there = sides(database)
    pid = forks.fork(bill, database, "2026-08-31")
    killed = kill_while(there, primary, pid, wanted)
    return {
        "killed": killed,
        "different": caught_up(primary, there) and different(primary, there),
        "beats": primary.rows("SELECT COUNT(*) FROM cn285_replica_beat")
        == there.rows("SELECT COUNT(*) FROM public.cn285_replica_beat"),
    }


def lag(database):
    """Lag under the billing of some thousand invoices."""
    forks.seed(seed)(database)
    make(database, events=False)
    work, primary, there = sides(database)
    measured = Lag(work, database)
    measured.start()
    since = time.monotonic()
    forks.wait([forks.fork(bill, database, "2026-07-31")])
    report = {"seconds": time.monotonic() - since, **measured.report()}
    [(report["invoices"],)] = primary.rows(
        "SELECT COUNT(*) FROM account_move WHERE move_type = 'out_invoice'"
    )
    report["different"] = caught_up(primary, there) and different(primary, there)
    return report


def update(database):
    """All of our addons updated while the replica is attached; then a refresh, and an uninstall."""
    forks.seed(seed)(database)
    make(database)
    work, primary, there = sides(database)
    with environment(database) as env:
        modules = env["ir.module.module"].search(
            [("state", "=", "installed"), ("name", "=like", "cn285_%")]
        )
        ours = ",".join(modules.mapped("name"))
    forks.odoo.sql_db.close_all()
    command = [
        "odoo", "-c", os.environ["CN285_ODOO_CONF"], "-d", database, "-u", ours,
        "--stop-after-init", "--no-http", "--log-level=warn",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    report = {
        "code": done.returncode,
        "told": [line for line in done.stderr.splitlines() if " ERROR " in line][:5],
        "different": caught_up(primary, there) and different(primary, there),
    }
    report["new_roles"] = work.refresh()
    report["after"] = caught_up(primary, there) and different(primary, there)
    with environment(database) as env:
        env["ir.module.module"].search([("name", "=", "cn285_analytics")]).button_uninstall()
    forks.odoo.sql_db.close_all()
    command[command.index("-u") : command.index("-u") + 2] = ["-u", "cn285_bi"]
    report["uninstalled"] = subprocess.run(command, capture_output=True).returncode
    forks.Registry.delete(database)  # this process knows the addon still
    work.refresh()
    caught_up(primary, there)
    report["left"] = [
        name
        for (name,) in there.rows(
            "SELECT viewname FROM pg_views WHERE schemaname = 'bi' AND viewname LIKE 'mrr%%'"
        )
    ]
    report["tables"] = [name for name in there.tables() if "mrr" in name]
    report["after_all"] = different(primary, there)
    return report


def result(_env):
    """Nothing more is told."""
    return {"today": str(fields.Date.today())}


if __name__ == "__main__":
    forks.main(
        {
            "story": story,
            "kills": kills,
            "lag": lag,
            "update": update,
        },
        result,
    )
