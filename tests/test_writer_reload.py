"""What the quick writer knows of the addons is not stale after one comes or goes.

Two servers run on one database; an addon that takes part in posting is installed by one of them,
and uninstalled.
"""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from .processes import copied

WORKER = Path(__file__).with_name("writer_reload_worker.py")
SEAL = """
from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        return super()._post(soft=soft)
"""
OVERRIDDEN = ["override", "seal", "account.move._post"]


@contextmanager
def server(*arguments):
    """Give a function that sends a command to a running server and returns its answer."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", WORKER, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def ask(command):
            process.stdin.write(f"{command}\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        try:
            yield ask
        finally:
            process.stdin.close()


def _addon(folder, name, source):
    path = folder / name
    path.mkdir()
    (path / "__manifest__.py").write_text(
        repr({"name": name, "depends": ["account"], "license": "LGPL-3", "author": "Cn285"})
    )
    (path / "__init__.py").write_text(source)
    return name


def test_addons_come_and_go(tmp_path):
    _addon(tmp_path, "seal", SEAL)
    with copied(os.environ["CN285_TEST_TEMPLATE"]) as name:
        arguments = (name, str(tmp_path))
        with server(*arguments) as one, server(*arguments) as other:
            assert one("report") is None
            assert other("report") is None
            assert other("install seal") == OVERRIDDEN
            assert one("report") == OVERRIDDEN
            assert other("uninstall seal") is None
            assert one("report") is None
