"""The head of a test run says which Odoo it was."""

import os


def pytest_report_header():
    """One line of pytest's head."""
    return f"Odoo 19.0: {os.environ['CN285_ODOO_REVISION']}"
