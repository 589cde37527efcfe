"""Databases and worker processes for the tests of this folder."""

import functools
import json
import os
import select
import signal
import subprocess
import sys
import uuid
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

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
    return _reported(*run(python, "-W", "ignore", worker, database, *command, env=env))


def work_warm(worker, database, *command):
    """As :func:`work`, by a process that has imported all addons of the template before."""
    return _reported(*_warm().run(worker, database, *command))


def _reported(out, err):
    sys.stderr.write(err)  # shown beside a failure: a process that broke says here why
    return json.loads(out.splitlines()[-1])


@functools.cache
def _warm():
    """The process of warm.py, one for all tests of this process; it ends with it."""
    return _Warm()


class _Warm:
    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", Path(__file__).with_name("warm.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,  # nothing is read ahead: it is waited for what comes next
        )
        self.process.wait()  # what goes on is its child: see warm.py
        # Not select(): it breaks where this process has more than 1,024 files open.
        self.answers = select.poll()
        self.answers.register(self.process.stdout, select.POLLIN)

    def run(self, *command):
        """Run a script to its end; as :func:`run`."""
        command = [str(part) for part in command]
        with NamedTemporaryFile("r") as out, NamedTemporaryFile("r") as err:
            asked = {"command": command, "env": dict(os.environ), "out": out.name, "err": err.name}
            self.process.stdin.write(json.dumps(asked).encode() + b"\n")
            pid = int(self.process.stdout.readline())
            told = "failed"
            for seconds, last in ((HANGS, signal.SIGABRT), (LAST_WORDS, signal.SIGKILL)):
                if self.answers.poll(seconds * 1000):
                    break
                told = f"hung for {HANGS} s"
                os.killpg(pid, last)
            code = int(self.process.stdout.readline())
            out, err = out.read(), err.read()
        assert code == 0, f"{command[-2:]} {told} ({code})\n{out[-6000:]}\n{err[-6000:]}"
        return out, err
