"""The virtual environment in ``.local/venv``: Odoo's requirements, ours, and Odoo itself."""

import os
import shlex
import shutil
import subprocess
import sys

from . import LOCAL, ROOT, Problem, digest, log_file, say, stamp, stamped, write_if_changed
from .system import apt_install

VENV = LOCAL / "venv"
PYTHON = VENV / "bin" / "python"
#: Odoo's command line, as ``odoo`` on the PATH of all targets.
ODOO = VENV / "bin" / "odoo"
#: The modules that only the benchmark compares with, away from the environment of the product.
BENCH = LOCAL / "bench"


def need_venv(odoo_path, dev=False):
    """An environment in which ``import odoo`` and all requirements work; ``dev``: tests, lint."""
    _create()
    _link_odoo(odoo_path)
    _write_odoo_command(odoo_path)
    _install("requirements.txt")
    if dev:
        _install("requirements-dev.txt")


def need_bench():
    """The modules the benchmark compares with, in a folder of their own; returns addons path."""
    requirements = ROOT / "requirements-bench.txt"
    key = digest(requirements)
    if not stamped(requirements.name, key):
        say("installing the modules to compare with")
        shutil.rmtree(BENCH, ignore_errors=True)
        _pip(["--no-deps", "--target", str(BENCH), "-r", str(requirements)])
        stamp(requirements.name, key)
    return BENCH / "odoo" / "addons"


def _create():
    if PYTHON.exists():
        return
    say("creating the Python environment")
    shutil.rmtree(VENV, ignore_errors=True)
    shutil.rmtree(LOCAL / "stamps", ignore_errors=True)
    if subprocess.run([sys.executable, "-c", "import ensurepip"], capture_output=True).returncode:
        apt_install(["python3-venv"], "install Python's venv module, or set CN285_PYTHON")
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        reason = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise Problem(f"no Python environment could be made: {' '.join(reason)}")


def _link_odoo(odoo_path):
    """A .pth line makes ``import odoo`` work, metadata of ours satisfies what requires ``odoo``.

    A package's own metadata, if any, comes later on the path and does not count: it would ask pip
    for psycopg2, which needs a compiler, where psycopg2-binary is there.
    """
    packages = next((VENV / "lib").glob("python3*/site-packages"))
    write_if_changed(packages / "cn285_odoo.pth", f"{odoo_path}\n")
    metadata = packages / "odoo-19.0.dist-info"
    write_if_changed(metadata / "METADATA", "Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n")
    write_if_changed(metadata / "INSTALLER", "cn285\n")
    write_if_changed(metadata / "RECORD", "")


def _write_odoo_command(odoo_path):
    """Makes ``odoo`` run Odoo's own script, which Odoo starts again for its gevent process.

    The script is a checkout's odoo-bin, or that of Debian's package. Its own first line names a
    Python that is not ours.
    """
    scripts = [odoo_path / "odoo-bin", *(path / "bin" / "odoo" for path in odoo_path.parents[:3])]
    script = next((shlex.quote(str(path)) for path in scripts if path.is_file()), "-m odoo")
    write_if_changed(ODOO, f'#!/bin/sh\nexec {shlex.quote(str(PYTHON))} {script} "$@"\n')
    ODOO.chmod(0o755)


def _install(name):
    requirements = ROOT / name
    key = digest(requirements, sys.version)
    if stamped(name, key):
        return
    say(f"installing {name} (a minute or so)")
    _pip(["-r", str(requirements)])
    stamp(name, key)


def _pip(arguments):
    log = log_file("pip")
    environment = {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        # Nothing outside the clone is touched, the cache neither.
        "PIP_CACHE_DIR": str(LOCAL / "cache" / "pip"),
        **os.environ,
    }
    with log.open("ab") as output:
        done = subprocess.run(
            [str(PYTHON), "-m", "pip", "install", "-q", *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        raise Problem(
            f"Python packages could not be installed (see {log}): go online, or set PIP_INDEX_URL "
            "or PIP_FIND_LINKS to where they are"
        )
