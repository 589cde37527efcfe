"""What is published, how a replica follows an update, who may read, and what is said of lag."""

from datetime import datetime, timedelta

import pytest
from cn285_bi_house.cn285_bi.catalogue import CATALOGUE
from cn285_bi_house.cn285_bi.engine import publication, role_sql, watching
from cn285_bi_house.cn285_bi.engine.catalogue import key_of
from cn285_bi_house.cn285_bi.engine.watching import Slot

ALL = {view.addon for view in CATALOGUE} | {"cn285_renewal"}
NOW = datetime(2026, 12, 1, 12)


class TestPublication:
    def test_events_only_where_asked_for(self):
        rows = publication.wanted(CATALOGUE, ALL)
        assert list(rows) == ["cn285_bi"]
        assert "cn285_usage_event" not in rows["cn285_bi"]
        both = publication.wanted(CATALOGUE, ALL, events=True)
        assert list(both["cn285_bi_events"]) == ["cn285_usage_event"]
        assert both["cn285_bi"] == rows["cn285_bi"]

    def test_what_has_no_key_is_published_as_it_arrives(self):
        """Else each update of it in Odoo's database would fail."""
        made = publication.create_publication("cn285_bi_events", {"cn285_usage_event": ("id",)})
        assert "publish = 'insert'" in made and "publish_via_partition_root = true" in made
        for table in publication.wanted(CATALOGUE, ALL)["cn285_bi"]:
            assert key_of(table), table

    def test_keys_come_first_and_no_row_filters(self):
        for table, columns in publication.wanted(CATALOGUE, ALL)["cn285_bi"].items():
            assert columns[: len(key_of(table))] == key_of(table)
        assert "WHERE" not in publication.create_publication("cn285_bi", {"a": ("id", "b")})

    def test_without_other_addons(self):
        rows = publication.wanted(CATALOGUE, {"cn285_contract"})["cn285_bi"]
        assert "cn285_mrr_entry" not in rows and "cn285_usage_metric" not in rows
        assert "term_end" not in rows["cn285_contract"]
        assert rows["cn285_replica_beat"] == ("id", "beaten_at")

    @pytest.mark.parametrize(
        ("wanted", "there", "published", "made", "copied", "removed"),
        [
            ({"a": {"id": "integer"}}, {}, {}, ["a"], [], []),
            ({}, {"a": {"id": "integer"}}, {"a": ("id",)}, [], [], ["a"]),
            # A new column, another type, one that went: the rows are copied anew.
            ({"a": {"id": "integer", "b": "text"}}, {"a": {"id": "integer"}}, {"a": ("id",)},
             [], ["a"], []),
            ({"a": {"id": "bigint"}}, {"a": {"id": "integer"}}, {"a": ("id",)}, [], ["a"], []),
            ({"a": {"id": "integer"}}, {"a": {"id": "integer", "b": "text"}}, {"a": ("id", "b")},
             [], ["a"], []),
            # Fallen out of the publication: what it missed comes by no other way.
            ({"a": {"id": "integer"}}, {"a": {"id": "integer"}}, {}, [], ["a"], []),
        ],
    )  # fmt: skip
    def test_plan(self, wanted, there, published, made, copied, removed):
        plan = publication.plan(wanted, there, published)
        assert (plan.made, plan.copied, plan.removed, plan.same) == (made, copied, removed, False)

    def test_nothing_to_do(self):
        plan = publication.plan({"a": {"id": "integer"}}, {"a": {"id": "integer"}}, {"a": ("id",)})
        assert plan.same and not (plan.made or plan.copied or plan.removed)

    def test_differences(self):
        told = publication.differences({"a": ("id", "b"), "b": ("id",)}, {"a": ("b", "id")})
        assert told == ["b"]
        assert publication.differences({"a": ("id",)}, {"a": ("id", "x"), "z": ("id",)}) == [
            "a",
            "z",
        ]


class TestRoles:
    def test_names_are_of_a_database(self):
        assert role_sql.role_name("Shop-1", 3) == "bi_shop_1_3"
        assert role_sql.role_name("x" * 70, None) == f"bi_{'x' * 40}_all"

    def test_it_may_read_views_and_nothing_else(self):
        made = list(role_sql.create_role("bi_shop_1", "SCRAM-SHA-256$…"))
        assert "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS" in made[0]
        granted = list(role_sql.grants("bi_shop_1", "shop_bi", [1, 2]))
        rights = [one for one in granted if one.startswith("GRANT")]
        assert rights == [
            'GRANT CONNECT ON DATABASE "shop_bi" TO "bi_shop_1"',
            'GRANT USAGE ON SCHEMA bi TO "bi_shop_1"',
            'GRANT SELECT ON ALL TABLES IN SCHEMA bi TO "bi_shop_1"',
        ]
        assert granted[-1] == "INSERT INTO bi_private.access VALUES ('bi_shop_1', 2)"


class TestWatching:
    @pytest.mark.parametrize(
        ("slot", "behind", "ours", "state"),
        [
            (None, 0, False, "none"),  # a copy of a database that has a replica, too
            (None, 0, True, "lost"),
            (Slot(True, 0), 0, True, "following"),
            (Slot(True, 0), 60, True, "following"),
            (Slot(True, 0), 61, True, "behind"),
            (Slot(True, 2**30), 0, True, "following"),
            (Slot(True, 2**30 + 1), 0, True, "behind"),
            (Slot(False, 0), 0, True, "away"),
            (Slot(False, 0, lost=True), 0, True, "lost"),
        ],
    )
    def test_state(self, slot, behind, ours, state):
        assert watching.state(slot, behind, ours) == state

    def test_behind(self):
        assert watching.behind(None, NOW) == 0
        assert watching.behind(NOW - timedelta(seconds=90.7), NOW) == 90
        assert watching.behind(NOW + timedelta(seconds=1), NOW) == 0

    def test_names_of_slots(self):
        assert watching.slot_name("Shop-1.test") == "cn285_bi_shop_1_test"
        assert len(watching.slot_name("y" * 80)) == 63
        assert watching.slot_name("shop") != watching.slot_name("shop_travel")
