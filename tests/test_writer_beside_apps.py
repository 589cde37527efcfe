"""Invoices are written quickly beside Odoo's other apps too, and are the same there.

What is tried in their database is `addons/cn285_contract/tests/writer/beside_apps.py`.
"""

from .beside_apps import run_beside_apps


def test_the_quick_way_beside_other_apps():
    """All cases pass in a copy of the database that has the apps."""
    assert " passed" in run_beside_apps("addons/cn285_contract/tests/writer/beside_apps.py")
