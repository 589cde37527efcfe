"""Invariant "once" at the API: a POST with a key is done once, by twins and after a kill.

Each POST of the specification is sent in real processes, killed at a step of its work, sent again,
and answered; then once more, which is answered the same. ``CN285_API_KILLS=20`` kills each at
twenty of its steps, ``all`` at every one.
"""

import json
import os
from pathlib import Path

from .once import Once
from .processes import copied, work

KILLS = os.environ.get("CN285_API_KILLS", "1")


class TestApiOnce(Once):
    WORKER = Path(__file__).with_name("api_worker.py")
    SAME = ("counts",)

    def check(self, report):
        posts = len(report["posts"])
        assert posts > 30
        assert report["answers"] == report["claims"] == posts

    def check_killed(self, seeded, undisturbed):
        disturbed = {
            **os.environ,
            "CN285_API_KILLS": KILLS,
            "CN285_API_STEPS": json.dumps(undisturbed["each"]),
        }
        with copied(seeded) as name:
            report = work(self.WORKER, name, "kill", env=disturbed)
        for name, found in report["told"].items():
            assert found["killed"] >= 1, f"{name}: the kills must hit the work"
            assert found["replayed"], f"{name}: sent again it was not answered as the first time"
        assert set(report["told"]) == set(report["posts"])
        self.assert_same(report, undisturbed)
        return report

    def test_two_programs_with_the_same_keys(self, seeded, undisturbed):
        report = self.do(seeded, "twice")
        assert report["codes"] == [0, 0]
        self.assert_same(report, undisturbed)
