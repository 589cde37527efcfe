"""Databases and worker processes for the tests of this folder."""

import json
import subprocess
import sys
import uuid
from contextlib import contextmanager

#: Seconds after which a worker hangs. Nothing else is told by it: a slow machine takes its time.
HANGS = 1800


@contextmanager
def copied(source):
    """A copy of a database, dropped at the end."""
    name = f"{source}_{uuid.uuid4().hex[:6]}"
    subprocess.run(["createdb", "-T", source, name], check=True)
    try:
        yield name
    finally:
        subprocess.run(["dropdb", "--force", name], check=True)


def work(worker, database, *command, python=sys.executable, env=None):
    """Run a worker script to its end; returns the JSON object that it prints.

    :param python: another Python than that of the tests, with ``env`` as its environment
    """
    done = subprocess.run(
        [python, "-W", "ignore", worker, database, *command],
        capture_output=True,
        text=True,
        timeout=HANGS,
        env=env,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])
