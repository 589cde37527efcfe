"""The API held against its own specification by schemathesis: no 500, no status undocumented.

A few cases an operation; ``CN285_API_CASES=500 make test ARGS="-n 0 -k fuzz"`` for a night of them.
"""

import os

import schemathesis
from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, given, settings
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ROOT
from .test_api_access import ApiAccessCase

CASES = int(os.environ.get("CN285_API_CASES", "3"))
QUIET = settings(
    max_examples=CASES,
    deadline=None,
    database=None,
    derandomize=CASES < 10,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@tagged("post_install", "-at_install")
@freeze_time("2026-02-20 10:00:00")
class TestApiFuzzing(ApiAccessCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("cn285_api.calls_per_second", "0")
        cls.program.group_ids = [(4, cls.env.ref("cn285_usage.group_usage_recorder").id)]

    @mute_logger("odoo.http", "odoo.sql_db", "odoo.service.model")
    def test_fuzz(self):
        spec = self.get("/openapi.json", key="")
        schema = schemathesis.openapi.from_dict(spec)
        count = 0
        for found in schema.get_all_operations():
            operation = found.ok()
            count += 1
            with self.subTest(operation=operation.label):
                self._hold(operation, spec["paths"][operation.path][operation.method])
        self.assertGreater(count, 60)

    def _hold(self, operation, about):
        documented = set(about["responses"])
        turns = iter(range(10 * CASES + 10))

        @QUIET
        @given(case=operation.as_strategy())
        def hold(case):
            # Every other one is about records that there are.
            if case.path_parameters and next(turns) % 2 == 0:
                known = {name: str(self.ids.get(name, "1")) for name in case.path_parameters}
                case.path_parameters.update(known)
            answer = self._send(case)
            body = (case.path_parameters, case.query, case.headers, case.body)
            self.assertLess(answer.status_code, 500, (body, answer.text))
            self.assertIn(str(answer.status_code), documented, (body, answer.text))

        hold()

    def _send(self, case):
        sent = case.as_transport_kwargs(base_url=self.base_url() + ROOT)
        sent["headers"] = {**sent.get("headers", {}), "Authorization": f"Bearer {self.key}"}
        sent.pop("cookies", None)
        answer = self.opener.request(timeout=60, allow_redirects=False, **sent)
        self.env.invalidate_all()
        return answer
