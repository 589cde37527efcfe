"""What the make targets call: provisions, then hands over to ``targets.py`` inside the venv.

tools/run TARGET [arguments]      demo, test, serve, bench, lint, wheels, load, stop, clean
tools/run exec COMMAND ...        any command in the provisioned environment
tools/run env                     the environment, as lines for a shell's eval
"""

import fcntl
import os
import sys
from contextlib import contextmanager

from provision import CLONE_ID, LOCAL, ROOT, RUN, Problem
from provision.config import write_config
from provision.odoo_source import need_odoo, revision
from provision.postgres import need_postgres
from provision.replica import need_replica
from provision.system import need_browser
from provision.venv import BENCH, PYTHON, VENV, need_bench, need_venv

NEEDS_DEV = {"test", "lint", "wheels", "exec", "env"}
NO_SERVER = {"lint", "wheels"}
REPLICA = {"replica", "replica-refresh"}


def provision(target):
    """Makes everything the target needs; returns the environment to run it in."""
    with _alone():
        odoo_path = need_odoo()
        need_venv(odoo_path, dev=target in NEEDS_DEV)
        if target == "test":
            need_browser()
        environment = dict(os.environ)
        if target not in NO_SERVER:
            postgres = need_postgres()
            environment.update(postgres)
        if target in REPLICA and not environment.get("TO"):
            environment.update(need_replica(postgres))
        if target == "bench":
            need_bench()
        config = str(write_config())
    for name in ("PYTHONPATH", "PYTHONHOME", "PGDATABASE", "ODOO_SRC"):
        environment.pop(name, None)
    path = [str(VENV / "bin"), environment.pop("CN285_PGBIN", ""), environment.get("PATH", "")]
    environment.update(
        PATH=os.pathsep.join(filter(None, path)),
        VIRTUAL_ENV=str(VENV),
        ODOO_RC=config,
        CN285_ODOO_CONF=config,
        CN285_BENCH_ADDONS=str(BENCH / "odoo" / "addons"),
        CN285_CLONE=CLONE_ID,
        CN285_ODOO_REVISION=revision(odoo_path),
        # No network cache and no user folder of pytest, chromium and so on outside of the clone.
        XDG_CACHE_HOME=str(LOCAL / "cache"),
    )
    return environment


@contextmanager
def _alone():
    """Two commands in one clone provision one after the other."""
    RUN.mkdir(parents=True, exist_ok=True)
    with (RUN / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(arguments):
    """Runs one target; never returns when the target is one of ``targets.py``."""
    target = arguments[0] if arguments else "help"
    if target in ("help", "-h", "--help"):
        print(__doc__.strip())
        return 0
    if target in ("stop", "clean") and not PYTHON.exists():
        return 0  # nothing was ever made
    if target in ("stop", "clean"):
        from stop import stop_everything

        return stop_everything(clean=target == "clean")
    environment = provision(target)
    sys.stdout.flush()
    script = str(ROOT / "tools" / "targets.py")
    os.execve(PYTHON, [str(PYTHON), script, *arguments], environment)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        print(f"cn285: {problem}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
