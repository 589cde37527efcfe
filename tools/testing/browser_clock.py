"""The browser is waited for by the machine's clock, also where a test has stopped its own.

Odoo's tests give a browser and a page so many seconds by ``time.time()``. Under a frozen clock they
never pass, and one that does not come would be waited for without an end.
"""

import sys
import time
from types import SimpleNamespace

CLOCK = SimpleNamespace(**vars(time))


def pytest_collection_finish():
    common = sys.modules.get("odoo.tests.common")
    if common:
        common.time = CLOCK
