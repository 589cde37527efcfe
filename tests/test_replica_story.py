"""A replica beside Odoo: billed, killed, updated; the page of it."""

import os
from contextlib import contextmanager
from pathlib import Path

import pytest

from .clusters import clusters
from .processes import run, work

WORKER = Path(__file__).with_name("replica_worker.py")
LOGICAL = "wal_level = logical\nmax_slot_wal_keep_size = 1GB\n"
NAME = "shop"


@contextmanager
def servers():
    """Odoo's server with a copy of the template, and one for the replica; what a worker needs."""
    with clusters(2, LOGICAL) as (odoo, bi):
        env = {
            **os.environ,
            "PGHOST": "127.0.0.1",
            "PGPORT": str(odoo.port),
            "PGUSER": "shard",
            "PGPASSWORD": odoo.password,
            "CN285_REPLICA": f"127.0.0.1:{bi.port}",
            "CN285_REPLICA_USER": "shard",
            "CN285_REPLICA_PASSWORD": bi.password,
        }
        env.pop("TO", None)
        dump = odoo.folder / "dump"
        run("pg_dump", "-Fd", "-j2", "-Z0", "-f", dump, os.environ["CN285_TEST_TEMPLATE"])
        run("createdb", "-T", "template0", NAME, env=env)
        run("pg_restore", "-j2", "--no-owner", "-d", NAME, dump, env=env)
        yield env, odoo, bi


class TestReplicaStory:
    """Beside Odoo, which bills, is updated, and has a page of it."""

    @pytest.fixture(scope="class")
    @classmethod
    def told(cls):
        with servers() as (env, odoo, bi):
            report = work(WORKER, NAME, "story", env=env)
            logs = [(one.folder / "log").read_text(errors="replace") for one in (odoo, bi)]
            secrets = [*report.pop("secrets"), odoo.password, bi.password]
            report["leaked"] = [one for one in secrets if any(one in log for log in logs)]
            report["logged"] = [len(log.splitlines()) for log in logs]
        return report

    def test_it_is_made_once(self, told):
        assert told["roles"] == ["bi_shop_1", told["roles"][1], "bi_shop_all"]
        assert told["again"] == {}
        assert told["dropped"] == [0, 0, 0, 0]

    def test_it_follows_a_billing_run_within_a_second(self, told):
        assert told["lag"]["tries"] >= 5
        assert told["lag"]["p95"] < 1
        assert told["followed"] == []

    def test_nothing_is_lost_where_the_subscriber_is_killed(self, told):
        assert told["killed"] == 2
        assert told["killed_and_followed"] == []

    def test_what_is_forbidden_is_refused(self, told):
        assert told["refused"] == {"let": [], "elsewhere": []}

    def test_a_role_sees_its_company(self, told):
        one, two, both = (told["seen"][name] for name in told["roles"])
        assert one["companies"] == [1] and len(two["companies"]) == 1
        assert both["companies"] == [1, *two["companies"]]
        assert two["customers"] == ["Of the other"]
        assert "Of the other" not in one["customers"]
        assert len(one["named"]) == len(two["named"]) == 1
        assert one["rows"]["billing"] > two["rows"]["billing"]

    def test_a_tool_finds_views_with_comments_and_no_tables(self, told):
        for seen in told["seen"].values():
            assert {"contract", "billing", "invoice", "mrr_month"} <= set(seen["views"])
            assert (seen["uncommented"], seen["tables"]) == ([], [])

    def test_a_new_month_of_events_arrives(self, told):
        assert told["events"] == [[47, 94]]

    def test_updates_go_through_and_a_refresh_repairs(self, told):
        altered = told["altered"]
        assert altered["type"] == ["cn285_contract"]
        assert altered["dropped"] == ["cn285_change_reason", "cn285_contract"]
        assert (altered["left"], altered["after"], altered["new_roles"]) == ([], [], {})

    def test_the_page_says_so(self, told):
        assert (told["watched"]["state"], told["watched"]["visible"]) == ("following", True)
        assert not told["watched"]["warning"]

    def test_no_log_has_a_password(self, told):
        assert min(told["logged"]) > 100
        assert told["leaked"] == []


class TestReplicaThorough:
    @pytest.mark.parametrize("command", ["kills", "lag", "update"])
    def test_it_has_all(self, command):
        with servers() as (env, _odoo, _bi):
            report = work(WORKER, NAME, command, env=env)
        print(command, report)
        if command == "kills":
            assert (report["killed"], report["different"], report["beats"]) == (20, [], True)
        elif command == "lag":
            assert report["invoices"] >= 1_000
            assert report["p95"] < 1
            assert report["different"] == []
        else:
            assert (report["code"], report["told"]) == (0, [])
            assert (report["different"], report["after"]) == ([], [])
            # An addon that goes takes its views and tables along, and nothing else.
            assert (report["uninstalled"], report["left"], report["tables"]) == (0, [], [])
            assert report["after_all"] == []
