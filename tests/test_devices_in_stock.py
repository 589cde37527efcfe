"""Devices go out and come back by transfers where Odoo's Inventory is installed.

What is tried there is `addons/cn285_iot_stock/tests/beside_apps.py`.
"""

from pathlib import Path

from .beside_apps import database_with_apps, run_beside_apps
from .processes import copied, work

WORKER = Path(__file__).with_name("devices_worker.py")


def test_devices_beside_other_apps():
    """All cases pass in a copy of the database that has the apps."""
    assert " passed" in run_beside_apps("addons/cn285_iot_stock/tests/beside_apps.py")


def test_the_addon_leaves():
    """Devices, their history and the stock stay; nothing of the addon is left."""
    with copied(database_with_apps()) as name:
        before = work(WORKER, name, "story")
        work(WORKER, name, "uninstall")
        after = work(WORKER, name, "after")
    assert (before["installed"], before["location"]) == (True, "At Customers")
    assert before["columns"]
    assert after == {**before, "installed": False, "columns": False, "left": 0}
