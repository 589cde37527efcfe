"""The virtual environment in ``.local/venv``: Odoo's requirements, ours, and Odoo itself."""

import os
import shutil
import subprocess
import sys

from . import LOCAL, ROOT, Problem, digest, log_file, say, stamp, stamped, write_if_changed
from .system import apt_install

VENV = LOCAL / "venv"
PYTHON = VENV / "bin" / "python"
#: The modules that only the benchmark compares with, away from the environment of the product.
BENCH = LOCAL / "bench"


def need_venv(odoo_path, dev=False):
    """An environment in which ``import odoo`` and all requirements work; ``dev``: tests, lint."""
    _create()
    _link_odoo(odoo_path)
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
    """A .pth line makes ``import odoo`` work, its metadata satisfies what requires ``odoo``."""
    packages = next((VENV / "lib").glob("python3*/site-packages"))
    write_if_changed(packages / "cn285_odoo.pth", f"{odoo_path}\n")
    metadata = packages / "odoo-19.0.dist-info"
    if any(odoo_path.glob("odoo-19*-info")):
        shutil.rmtree(metadata, ignore_errors=True)
        return
    write_if_changed(metadata / "METADATA", "Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n")
    write_if_changed(metadata / "INSTALLER", "cn285\n")


def _install(name):
    requirements = ROOT / name
    key = digest(requirements, sys.version)
    if stamped(name, key):
        return
    say(f"installing {name} (a minute or so)")
    _pip(["-r", str(requirements)])
    stamp(name, key)


def _pip(arguments):
    uv = shutil.which("uv")
    if uv and subprocess.run([uv, "--version"], capture_output=True).returncode:
        uv = None
    log = log_file("pip")
    with log.open("ab") as output:
        done = None
        if uv:
            done = _run([uv, "pip", "install", "--python", str(PYTHON), *arguments], output)
        # uv reads none of pip's configuration (mirrors, certificates): pip has the last word.
        if not done:
            done = _run([str(PYTHON), "-m", "pip", "install", "-q", *arguments], output)
    if not done:
        raise Problem(
            f"Python packages could not be installed (see {log}): go online, or set PIP_INDEX_URL "
            "or PIP_FIND_LINKS to where they are"
        )


def _run(command, output):
    environment = {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        # Nothing outside the clone is touched, the caches neither.
        "PIP_CACHE_DIR": str(LOCAL / "cache" / "pip"),
        "UV_CACHE_DIR": str(LOCAL / "cache" / "uv"),
        **os.environ,
    }
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )
    return done.returncode == 0
