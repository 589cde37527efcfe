"""Cases that run in a database with Odoo's other apps, which a plain `pytest` does not collect.

The database is made once and kept; each file of cases gets a copy.
"""

import os
import sys
from pathlib import Path

from .processes import copied, run

ROOT = Path(__file__).resolve().parent.parent


def run_beside_apps(cases):
    """Run a file of test cases there; returns what pytest printed.

    :raises AssertionError: with the end of what it said, where a case failed
    """
    with copied(database_with_apps()) as name:
        # not `python -m pytest`: that puts the root on sys.path, and pytest would then take our
        # addons for a package "addons"
        out, _err = run(
            *("pytest", "-q", "-p", "strict_skips", "-p", "no:xdist", "--odoo-http"),
            *("-p", "no:cacheprovider", f"--odoo-config={os.environ['CN285_ODOO_CONF']}"),
            *(f"--odoo-database={name}", cases),
            cwd=ROOT,
            env=_own_environment(),
        )
    return out


def database_with_apps():
    """The name of the database with Odoo's other apps and all of ours: to be copied."""
    made, _err = run(sys.executable, ROOT / "tools" / "apps_database.py")
    return made.strip()


def _own_environment():
    """The environment without what the outer pytest and its workers put there."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
