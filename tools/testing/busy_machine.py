"""Tests on a busy machine: what is slow is measured in benchmarks/, it fails no test."""

import sys

from hypothesis import HealthCheck, settings

settings.register_profile("cn285", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("cn285")

# Seconds: what Odoo's tests give a page to answer, and what ours do.
USUAL, PATIENT = 12, 120


def pytest_collection_finish():
    common = sys.modules.get("odoo.tests.common")
    if not common:
        return
    for method in (common.HttpCase.url_open, common.HttpCase.make_jsonrpc_request):
        method.__defaults__ = tuple(
            PATIENT if value == USUAL else value for value in method.__defaults__
        )
