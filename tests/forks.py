"""Processes for the workers of this folder: forked from one that has loaded Odoo.

So a kill hits the work and not the start. Imported by scripts, which run beside it.
"""

import os
import random
import signal
import time
from contextlib import contextmanager

import odoo
from odoo.modules.registry import Registry

KILLS = 8
# The longest time, in seconds, that the first process is given, and how it grows with each: so the
# first ones die within the work on a quick machine too, and later ones deep in it on a slow one.
FIRST, GROWTH = 0.08, 1.6


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
    finally:
        os._exit(code)


def wait(pids):
    """Exit codes of these processes, negative for a signal."""
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]


def kill_again_and_again(seconds, after_each, work, *arguments):
    """Kill processes at random moments of the work, then let one finish.

    :param seconds: shortest and longest time that a process is given
    :param after_each: called without arguments after each kill
    """
    chance = random.Random(285)
    killed = 0
    shortest, longest = seconds
    for number in range(KILLS):
        pid = fork(work, *arguments)
        time.sleep(chance.uniform(shortest, min(longest, FIRST * GROWTH**number)))
        os.kill(pid, signal.SIGKILL)
        _pid, status = os.waitpid(pid, 0)
        killed += os.WIFSIGNALED(status)
        after_each()
    return {"killed": killed, "codes": wait([fork(work, *arguments)])}
