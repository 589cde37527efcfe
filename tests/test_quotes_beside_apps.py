"""Quotations are printed without wkhtmltopdf where Odoo's Sales is installed.

What is tried there is `addons/cn285_print_sale/tests/beside_apps.py`.
"""

from .beside_apps import run_beside_apps


def test_quotations_beside_other_apps():
    """All cases pass in a copy of the database that has the apps."""
    assert " passed" in run_beside_apps("addons/cn285_print_sale/tests/beside_apps.py")
