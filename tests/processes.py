"""Databases and worker processes for the tests of this folder."""

import json
import os
import signal
import subprocess
import sys
import uuid
from contextlib import contextmanager

#: Seconds after which a worker hangs. Nothing else is told by it: a slow machine takes its time.
HANGS = 900
#: Seconds that a process has to say where it hangs.
LAST_WORDS = 10


@contextmanager
def copied(source):
    """A copy of a database, dropped at the end."""
    name = f"{source}_{uuid.uuid4().hex[:6]}"
    run("createdb", "-T", source, name)
    try:
        yield name
    finally:
        run("dropdb", "--force", name)


def run(*command, env=None, cwd=None):
    """Run a command to its end; returns what it printed: (standard output, standard error).

    It may start processes of its own: one that hangs is ended with all of them, else they would
    keep its output open, and whoever reads that would wait for ever. Those of Python say before
    where they hang (they run with PYTHONFAULTHANDLER).

    :raises AssertionError: with the end of what it said, where it failed or hung
    """
    with subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**(os.environ if env is None else env), "PYTHONFAULTHANDLER": "1"},
        cwd=cwd,
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=HANGS)
            told = f"failed ({process.returncode})"
        except subprocess.TimeoutExpired:
            out, err = _end(process)
            told = f"hung for {HANGS} s"
    assert process.returncode == 0, f"{command[-2:]} {told}\n{out[-6000:]}\n{err[-6000:]}"
    return out, err


def _end(process):
    """End a process and all that it started; returns what they said to the last."""
    os.killpg(process.pid, signal.SIGABRT)
    try:
        return process.communicate(timeout=LAST_WORDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.communicate()


def work(worker, database, *command, python=sys.executable, env=None):
    """Run a worker script to its end; returns the JSON object that it prints.

    :param python: another Python than that of the tests, with ``env`` as its environment
    """
    out, err = run(python, "-W", "ignore", worker, database, *command, env=env)
    sys.stderr.write(err)  # shown beside a failure: a process that broke says here why
    return json.loads(out.splitlines()[-1])
