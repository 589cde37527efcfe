"""A replica for BI on a server of its own: it follows, through kills and updates."""

import os
import threading

import pytest
import replica
from odoo.addons.cn285_bi.catalogue import CATALOGUE
from odoo.addons.cn285_bi.engine import publication
from odoo.addons.cn285_bi.engine.catalogue import key_of
from replica_server import Address, Refused, Side
from replica_sides import Primary, Replica

from . import replica_checks
from .clusters import clusters
from .processes import run

LOGICAL = "wal_level = logical\nmax_slot_wal_keep_size = 1GB\n"
NAME = "shop"
BATCHES = 120
#: Tables of Odoo's database with rows of two companies, as far as the replica has them.
ROWS = """
INSERT INTO res_currency (id, name) VALUES (9001, 'XTS');
INSERT INTO res_company (id, name, currency_id) VALUES (9001, 'One', 9001), (9002, 'Two', 9001);
INSERT INTO res_partner (id, name, commercial_partner_id)
     SELECT 9000 + n, 'Customer ' || n, 9000 + n FROM generate_series(1, 200) n;
INSERT INTO cn285_contract (id, name, company_id, partner_id, currency_id, active)
     SELECT n, 'C' || n, CASE WHEN n > 190 THEN 9002 ELSE 9001 END, 9000 + n, 9001, true
       FROM generate_series(1, 200) n;
INSERT INTO cn285_billing_schedule
       (id, contract_id, company_id, partner_id, currency_id, amount, state, billing_date)
     SELECT n, 1 + n %% 200, CASE WHEN 1 + n %% 200 > 190 THEN 9002 ELSE 9001 END,
            9001 + n %% 200, 9001, n / 100.0, 'planned', date '2026-01-01' + n %% 300
       FROM generate_series(1, 12000) n;
INSERT INTO cn285_usage_event (id, company_id, quantity, occurred_at)
     SELECT n, 9001, 2, '2026-12-05 10:00' FROM generate_series(1, 40) n;
""".replace("%%", "%")
#: A share of a billing run: invoices, their lines, and the rows that they bill.
BATCH = """
INSERT INTO account_move (id, company_id, commercial_partner_id, partner_id, currency_id, move_type,
                          state, amount_untaxed)
     SELECT id, company_id, partner_id, partner_id, currency_id, 'out_invoice', 'posted', amount
       FROM cn285_billing_schedule WHERE id % {batches} = {number};
INSERT INTO account_move_line (id, move_id, company_id, currency_id, display_type, price_subtotal)
     SELECT id, id, company_id, currency_id, 'product', amount
       FROM cn285_billing_schedule WHERE id % {batches} = {number};
UPDATE cn285_billing_schedule SET state = 'invoiced', move_id = id, move_line_id = id
 WHERE id % {batches} = {number};
"""


class Plain(replica.Work):
    """The work on a database that has Odoo's tables, and no Odoo beside it."""

    events = True
    views = CATALOGUE

    def asked(self, events=None):
        installed = {view.addon for view in CATALOGUE} | {"cn285_renewal"}
        return {
            "views": self.views,
            "installed": installed,
            "events": True,
            "wanted": publication.wanted(self.views, installed, True),
            "companies": [9001, 9002],
        }

    def note(self, events):
        self.events = events


def tables_of_odoo(asked):
    """Odoo's tables that are published, and what dumps them."""
    names = sorted({table for part in asked["wanted"].values() for table in part})
    dump = ["pg_dump", "-Fc", "-Z0", "--section=pre-data", "--section=data", "--no-owner"]
    chosen = [f"--table=public.{name}" for name in names]
    chosen.append("--table=public.cn285_usage_event_*")
    return names, [*dump, *chosen]


@pytest.fixture(scope="class")
def told(tmp_path_factory):
    """What came of a replica's life, from its making to its end."""
    with clusters(2, LOGICAL) as (odoo, bi):
        here = Address("127.0.0.1", str(odoo.port), "shard", odoo.password)
        there = Address("127.0.0.1", str(bi.port), "shard", bi.password)
        done = Plain(NAME, here, there, private=True)
        env = {**os.environ, "PGHOST": "127.0.0.1", "PGUSER": "shard"}
        env.update(PGPORT=str(odoo.port), PGPASSWORD=odoo.password)
        names, command = tables_of_odoo(done.asked())
        dump = tmp_path_factory.mktemp("replica") / "dump"
        run(*command, "-f", dump, os.environ["CN285_TEST_TEMPLATE"])
        run("createdb", "-T", "template0", NAME, env=env)
        run("pg_restore", "--no-owner", "--no-acl", "-d", NAME, dump, env=env)
        primary = Primary(here, NAME)
        for name in names:
            if key_of(name):
                keys = ", ".join(key_of(name))
                primary.run(f'ALTER TABLE public."{name}" ADD PRIMARY KEY ({keys})')
            primary.run(*nullable(primary, name))
        primary.run(ROWS)
        report = life(done, primary)
        logs = [(one.folder / "log").read_text(errors="replace") for one in (odoo, bi)]
        secrets = [*report["passwords"].values(), odoo.password, bi.password]
        report["leaked"] = [one for one in secrets if any(one in log for log in logs)]
        report["logged"] = [len(log.splitlines()) for log in logs]
        yield report


def nullable(side, table):
    """Statements by which rows need no more than their key."""
    for (column,) in side.rows(
        """SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0
              AND attnotnull AND NOT attisdropped""",
        [f"public.{table}"],
    ):
        if column not in key_of(table):
            yield f'ALTER TABLE public."{table}" ALTER COLUMN "{column}" DROP NOT NULL'
    for (name,) in side.rows(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'",
        [f"public.{table}"],
    ):
        yield f'ALTER TABLE public."{table}" DROP CONSTRAINT "{name}"'


def bill(done, killed_after):
    """A billing run by SQL, batch by batch; the subscriber is killed so many times meanwhile."""
    side, killed = Side(done.primary, NAME), 0
    there = Replica(done.address, done.name)
    stop = threading.Event()

    def kill():
        nonlocal killed
        while killed < killed_after and not stop.wait(0.1):
            killed += replica_checks.kill_subscriber(there)

    killer = threading.Thread(target=kill)
    killer.start()
    for number in range(BATCHES):
        side.run(BATCH.format(batches=BATCHES, number=number))
    killer.join(60)  # what is left to kill is the catching up
    stop.set()
    side.close()
    there.close()
    return killed


def life(done, primary):
    """Make it, bill while it is killed, read it, alter what is published, and drop it."""
    made = done.make(everything=True)
    report = {"passwords": made, "again": done.make()}
    lag = replica_checks.Lag(done, NAME)
    lag.start()
    primary.run("UPDATE cn285_billing_schedule SET amount = amount + 1")
    report["lag"] = lag.report()
    report["killed"] = bill(done, 3)
    there = Replica(done.address, done.name)
    report["followed"] = replica_checks.caught_up(primary, there) and replica_checks.different(
        primary, there
    )
    report["invoices"] = there.rows("SELECT COUNT(*) FROM account_move WHERE id <= 12000")
    one = sorted(made)[0]
    report["refused"] = replica_checks.refused(done, one, made[one])
    report["seen"] = {name: replica_checks.seen(done, name, made[name]) for name in made}
    # A month that had no partition when the replica was made.
    primary.run(
        "CREATE TABLE cn285_usage_event_y2030m01 PARTITION OF cn285_usage_event"
        " FOR VALUES FROM ('2030-01-01') TO ('2030-02-01')",
        "INSERT INTO cn285_usage_event (id, company_id, quantity, occurred_at)"
        " SELECT n, 9001, 2, '2030-01-05 10:00' FROM generate_series(41, 47) n",
        "UPDATE cn285_usage_event SET quantity = 2 WHERE id = 41",
    )
    replica_checks.caught_up(primary, there)
    report["events"] = there.rows("SELECT COUNT(*), SUM(quantity) FROM cn285_usage_event")
    report["altered"] = alter(done, primary, there)
    there.close()
    done.drop()
    report["dropped"] = [
        primary.rows(f"SELECT COUNT(*) FROM {name}")[0][0]
        for name in ("pg_publication", "pg_replication_slots", "pg_event_trigger")
    ]
    report["roles_left"] = primary.rows("SELECT 1 FROM pg_roles WHERE rolname LIKE 'cn285_bi%%'")
    return report


def alter(done, primary, there):
    """What an update does to tables that are published; and that a refresh brings all back."""
    told = {}
    for name, statement in {
        "type": "ALTER TABLE cn285_contract ALTER COLUMN name TYPE text",
        "dropped": "ALTER TABLE cn285_change_reason DROP COLUMN code CASCADE",
    }.items():
        before = set(primary.published())
        primary.run(statement)
        told[name] = sorted(before - set(primary.published()))
    with pytest.raises(Refused, match="cn285_change_reason has no code"):
        done.refresh()
    primary.run(
        "ALTER TABLE cn285_change_reason ADD COLUMN code varchar",
        "UPDATE cn285_contract SET name = name || 'x'",
        "UPDATE cn285_change_reason SET code = 'c' || id",
    )
    told["new_roles"] = done.refresh()
    told["left"] = replica_checks.caught_up(primary, there) and replica_checks.different(
        primary, there
    )
    # An addon that goes takes its views and tables along.
    done.views = [view for view in CATALOGUE if not view.name.startswith("mrr")]
    done.refresh()
    told["tables"] = [name for name in there.tables() if "mrr" in name]
    told["views"] = there.rows("SELECT 1 FROM pg_views WHERE viewname LIKE 'mrr%%'")
    told["gone"] = replica_checks.caught_up(primary, there) and replica_checks.different(
        primary, there
    )
    return told


class TestReplica:
    def test_it_is_made_once_and_leaves_nothing(self, told):
        assert sorted(told["passwords"]) == ["bi_shop_9001", "bi_shop_9002", "bi_shop_all"]
        assert told["again"] == {}
        assert (told["dropped"], told["roles_left"]) == ([0, 0, 0], [])

    def test_nothing_is_lost_or_twice_where_the_subscriber_is_killed(self, told):
        assert told["killed"] == 3
        assert told["followed"] == []
        assert told["invoices"] == [(12_000,)]

    def test_twelve_thousand_rows_in_a_commit_are_seen_at_once(self, told):
        assert told["lag"]["tries"] >= 1
        assert told["lag"]["p95"] < 3  # the machine of a test may be busy: see the story

    def test_what_is_forbidden_is_refused(self, told):
        assert told["refused"] == {"let": [], "elsewhere": []}

    def test_a_role_sees_its_company(self, told):
        one, two, both = (told["seen"][name] for name in sorted(told["seen"]))
        assert (one["companies"], two["companies"]) == ([9001], [9002])
        assert both["companies"] == [9001, 9002]
        assert (len(one["customers"]), len(two["customers"])) == (190, 10)
        assert (one["named"], two["named"]) == ([("One",)], [("Two",)])
        for name in ("billing", "invoice", "invoice_line", "contract"):
            assert one["rows"][name] > two["rows"][name] > 0
            assert one["rows"][name] + two["rows"][name] == both["rows"][name]

    def test_a_tool_finds_views_with_comments_and_no_tables(self, told):
        for seen in told["seen"].values():
            assert set(seen["views"]) == {view.name for view in CATALOGUE}
            assert (seen["uncommented"], seen["tables"]) == ([], [])

    def test_a_new_month_of_events_arrives(self, told):
        assert told["events"] == [(47, 94)]

    def test_updates_go_through_and_a_refresh_repairs(self, told):
        altered = told["altered"]
        assert altered["type"] == ["cn285_contract"]
        assert altered["dropped"] == ["cn285_change_reason"]
        assert (altered["left"], altered["new_roles"]) == ([], {})
        assert (altered["tables"], altered["views"], altered["gone"]) == ([], [], [])

    def test_no_log_has_a_password(self, told):
        assert min(told["logged"]) > 100
        assert told["leaked"] == []
