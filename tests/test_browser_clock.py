"""A page that does not come fails its test, whatever clock the test has."""

import time

import odoo.tests.common
from freezegun import freeze_time


@freeze_time("2026-01-15 10:00:00")
def test_a_browser_is_waited_for_by_the_machines_clock():
    clock = odoo.tests.common.time
    first, frozen = clock.time(), time.time()
    clock.sleep(0.01)
    assert clock.time() > first
    assert time.time() == frozen


def test_a_page_may_be_slow():
    """Odoo gives it twelve seconds: on a busy machine that fails tests of what is right."""
    for method in (
        odoo.tests.common.HttpCase.url_open,
        odoo.tests.common.HttpCase.make_jsonrpc_request,
    ):
        assert 12 not in method.__defaults__
        assert 120 in method.__defaults__
