"""Devices go out and come back by transfers where Odoo's Inventory is installed.

What is tried there is `addons/cn285_iot_stock/tests/beside_apps.py`.
"""

from .beside_apps import run_beside_apps


def test_devices_beside_other_apps():
    """All cases pass in a copy of the database that has the apps."""
    assert " passed" in run_beside_apps("addons/cn285_iot_stock/tests/beside_apps.py")
