"""Processes for the workers of this folder: forked from one that has loaded Odoo.

So a kill hits the work and not the start. Imported by scripts, which run beside it.

A process is killed at a step of its work, not after some time: a step is a statement that it sends
to the database, or a commit. It says that it has come so far, sends the statement, and goes no
further. So a kill hits the work on a quick machine as on a slow one, before, within or after the
statement.
"""

import itertools
import json
import os
import random
import signal
import sys
import threading
import traceback
from contextlib import contextmanager

import odoo
from odoo.modules.registry import Registry

KILLS = 8
#: A step that no work comes to.
NEVER = sys.maxsize


def main(commands, result, log_level="error"):
    """Run a worker script: ``python WORKER DATABASE COMMAND [STEPS]``; prints a JSON object.

    :param commands: {name: function of the database (and of the number of steps, where given)};
        they return a dictionary, or None
    :param result: function of an environment; what there is in the end, printed with it
    """
    database, command, *steps = sys.argv[1:]
    load(database, log_level)
    report = commands[command](database, *map(int, steps)) or {}
    with environment(database) as env:
        print(json.dumps({**result(env), **report}))


def load(database, log_level="error"):
    """Load Odoo on a database, with the configuration that CN285_ODOO_CONF names."""
    arguments = ["-c", os.environ["CN285_ODOO_CONF"], "-d", database, "--no-http"]
    odoo.tools.config.parse_config([*arguments, f"--log-level={log_level}"], setup_logging=True)
    Registry(database)


@contextmanager
def environment(database):
    """The superuser's environment on a database, committed at the end."""
    with Registry(database).cursor() as cr:
        yield odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})


def seed(fill):
    """A command that fills the database: ``fill`` gets an environment."""

    def command(database):
        with environment(database) as env:
            fill(env)

    return command


def fork(work, *arguments):
    """Start a process that calls ``work``; returns its number."""
    odoo.sql_db.close_all()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work(*arguments)
        code = 0
    except BaseException:
        traceback.print_exc()  # the parent only sees the code
    finally:
        sys.stderr.flush()
        os._exit(code)


def wait(pids):
    """Exit codes of these processes, negative for a signal."""
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


def once(work, *arguments):
    """Let one process do the work that nobody disturbs; tells how many steps it takes."""
    pid, pipe = _fork_to(NEVER, work, arguments)
    with pipe:
        steps = sum(map(int, pipe.read().split()))
    return {"codes": wait([pid]), "steps": steps}


def at_once(*calls):
    """Let processes work at the same time; a call is (work, argument, …)."""
    return {"codes": wait([fork(*call) for call in calls])}


def kill_at(step, work, *arguments):
    """Start a process and kill it at a step of its work.

    :return: whether it was killed; False: it was through before
    """
    pid, pipe = _fork_to(step, work, arguments)
    with pipe:
        pipe.read(1)  # until it is there, or has ended
    return kill(pid)


def kill(pid):
    """Kill a process of ours; False where it had ended by itself, which must be well."""
    os.kill(pid, signal.SIGKILL)
    [code] = wait([pid])
    assert code in (0, -signal.SIGKILL), f"the work failed, not killed: {code}"
    return code != 0


def kill_again_and_again(steps, work, *arguments, after_each=lambda: None):
    """Kill processes at random steps of the work until enough died or one was through before;
    then let one finish.

    Each may come a little further than the one before. So the first three are killed whatever is
    left to do, as together they do less than half of it.

    :param steps: how many steps the work takes where nobody disturbs it
    :param after_each: called without arguments after each kill
    """
    chance = random.Random(285)
    killed = 0
    while killed < KILLS:
        furthest = max(1, steps * (killed + 1) // (2 * KILLS))
        if not kill_at(chance.randint(1, furthest), work, *arguments):
            break
        killed += 1
        after_each()
    return {"killed": killed, "codes": wait([fork(work, *arguments)])}


def _fork_to(step, work, arguments):
    """Start a process that stops at a step; returns it, and what it says: a letter when it is
    there, else the number of its steps at the end."""
    reads, writes = os.pipe()
    pid = fork(_step_by_step, step, writes, work, arguments)
    os.close(writes)
    return pid, os.fdopen(reads)


def _step_by_step(last, pipe, work, arguments):
    steps = itertools.count(1)

    def counted(method):
        def call(*args, **kwargs):
            here = next(steps) == last
            if here:
                os.write(pipe, b".")
            try:
                return method(*args, **kwargs)
            finally:
                if here:
                    threading.Event().wait()  # for the end

        return call

    cursor = odoo.sql_db.Cursor
    cursor.execute, cursor.commit = counted(cursor.execute), counted(cursor.commit)
    work(*arguments)
    os.write(pipe, str(next(steps) - 1).encode())
