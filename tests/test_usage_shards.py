"""Events over two other servers: billed as on one, once, also where a commit breaks off between."""

import json
import os
from pathlib import Path

import pytest

from .clusters import clusters
from .processes import copied, work

WORKER = Path(__file__).with_name("shards_worker.py")
SAME = ("events", "different", "quantity", "content", "keys", "billed")
NUMBER = 3_000 + 61


class TestUsageShards:
    @pytest.fixture(scope="class")
    @classmethod
    def servers(cls):
        with clusters(2) as made:
            yield made

    @pytest.fixture(scope="class")
    @classmethod
    def alone(cls):
        """What comes out without shards."""
        with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
            work(WORKER, name, "seed")
            report = work(WORKER, name, "once")
        assert report["codes"] == [0]
        assert (report["events"], report["keys"], report["places"]) == (NUMBER, NUMBER, 1)
        assert float(report["billed"]) > 0
        return report

    @classmethod
    def do(cls, servers, *command):
        """Run a command in a database of its own, with empty shards; returns its report."""
        named = [[one.port, one.password, "postgres"] for one in servers]
        env = {**os.environ, "CN285_TEST_SHARDS": json.dumps(named)}
        with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
            work(WORKER, name, "seed", env=env)
            return work(WORKER, name, *command, env=env)

    @pytest.fixture(scope="class")
    @classmethod
    def broken(cls, servers):
        """What came of commits that were broken off, and of doing all of it after them."""
        return cls.do(servers, "broken")

    def assert_same(self, report, alone):
        assert {name: report[name] for name in SAME} == {name: alone[name] for name in SAME}
        assert report["doubts"] == 0
        assert report["places"] == 3

    @pytest.mark.parametrize("command", ["refused", "cut"])
    def test_an_orphan_of_a_broken_commit_is_never_seen(self, broken, command):
        report = broken[command]
        assert report["orphans"] > 0
        assert (report["seen"], report["left"]) == (0, 0)
        assert (report["ended"] > 0) == (command == "cut")

    def test_a_correction_of_a_broken_commit_is_put_back(self, broken):
        assert broken["correction"]["changed"] > 0
        assert broken["correction"]["left_changed"] == 0

    def test_it_is_billed_as_on_one_server(self, broken, alone):
        self.assert_same(broken["done"], alone)

    def test_totals_are_made_by_the_shards(self, broken):
        report = broken["plan"]
        assert report["same"]
        assert report["totals"] > 30
        assert (report["pushed"], report["fetched"]) == (2, 0)

    def test_no_log_has_a_password(self, broken):
        report = broken["quiet"]
        assert report["told"] > 1_000
        assert (report["secret"], report["problems"]) == (False, 1)

    def test_killed_at_random_steps_and_run_again(self, servers, alone):
        report = self.do(servers, "kill", str(alone["steps"]))
        assert report["killed"] >= 3
        assert set(report["codes"]) == {0}
        self.assert_same(report, alone)
