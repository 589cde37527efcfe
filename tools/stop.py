"""Ends what the other targets started, and removes what they made."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from provision import LOCAL, ROOT, RUN, Problem, replica, say
from provision.postgres import DATA, is_given, need_postgres, stop
from provision.venv import PYTHON

PIDFILE = RUN / "serve.pid"


def stop_everything(clean=False):
    """Stops the web client and the private PostgreSQL; ``clean`` also removes the databases made
    on a given server, and ``.local``."""
    if stop_server():
        say("web client stopped")
    if clean and is_given():
        environment = {**os.environ, **need_postgres()}
        script = str(ROOT / "tools" / "targets.py")
        if subprocess.run([str(PYTHON), script, "drop"], env=environment).returncode:
            raise Problem("the databases are still there, nothing was removed")
    if replica.stop():
        say("the replica's PostgreSQL stopped")
    if (DATA / "PG_VERSION").is_file() and stop():
        say("PostgreSQL stopped")
    if clean:
        shutil.rmtree(LOCAL)
        say(f"{LOCAL} removed")
    return 0


def server_pid():
    """Process of this clone's web client, None if it does not run."""
    try:
        pid = int(PIDFILE.read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return pid if os.fsencode(LOCAL) in command else None


def stop_server():
    """Asks the web client to end, and waits for it; True if it ran."""
    pid = server_pid()
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    for _attempt in range(300):
        if server_pid() is None:
            return True
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    return True
