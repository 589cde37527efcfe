"""Connections that a test opened are closed when it ends.

Odoo's ``HttpCase`` opens a session of HTTP for each test and leaves the closing to the garbage
collector, which never comes to those that a failure or a cache still knows: a process of tests ends
with a thousand sockets, and a thread of the server for each.
"""

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    opener = getattr(getattr(item, "instance", None), "opener", None)
    try:
        return (yield)
    finally:
        if opener is not None:
            opener.close()
