"""Invoices are written quickly beside Odoo's other apps too, and are the same there.

The database with these apps is made once and kept; what is tried in it is
`addons/cn285_contract/tests/writer/beside_apps.py`, which a plain `pytest` does not collect.
"""

import os
import sys
from pathlib import Path

from .processes import copied, run

ROOT = Path(__file__).resolve().parent.parent
CASES = "addons/cn285_contract/tests/writer/beside_apps.py"


def test_the_quick_way_beside_other_apps():
    """All cases pass in a copy of the database that has the apps."""
    made, _err = run(sys.executable, ROOT / "tools" / "apps_database.py")
    with copied(made.strip()) as name:
        # not `python -m pytest`: that puts the root on sys.path, and pytest would then take our
        # addons for a package "addons"
        out, _err = run(
            *("pytest", "-q", "-p", "strict_skips", "-p", "no:xdist"),
            *("-p", "no:cacheprovider", f"--odoo-config={os.environ['CN285_ODOO_CONF']}"),
            *(f"--odoo-database={name}", CASES),
            cwd=ROOT,
            env=_own_environment(),
        )
    assert " passed" in out


def _own_environment():
    """The environment without what the outer pytest and its workers put there."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
