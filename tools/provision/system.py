"""System packages, by apt, and only those that are missing."""

import os
import shutil
import subprocess
import sys

from . import Problem, log_file, say


def _as_root(command):
    """The command as root: as it stands, or through sudo (which may ask only at a terminal)."""
    if os.geteuid() == 0:
        return command
    if not shutil.which("sudo"):
        return None
    quiet = [] if sys.stdin.isatty() else ["-n"]
    return ["sudo", *quiet, *command]


def apt_install(packages, instead):
    """Installs Debian packages. ``instead`` says what to do where that is impossible.

    The package lists are only fetched anew when the installation fails without it.
    """
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        raise Problem(f"this system has no apt to install {names} with: {instead}")
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    install = _as_root(
        [*environment, "apt-get", "install", "-q", "-y", "--no-install-recommends", *packages]
    )
    if install is None:
        raise Problem(f"neither root nor sudo to install {names} with: {instead}")
    say(f"installing {names}")
    log = log_file("apt")
    with log.open("ab") as output:

        def run(command):
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
            return done.returncode == 0

        if run(install):
            return
        # A foreign source that does not answer makes the update fail, not what we need from it.
        run(_as_root(["apt-get", "-q", "-o", "Acquire::Retries=3", "update"]))
        if run(install):
            return
    raise Problem(f"apt could not install {names} (see {log}): {instead}")


def have(*programs):
    """Whether one of the programs is on PATH."""
    return any(shutil.which(program) for program in programs)


def need_browser():
    """A Chromium for the browser tests; the names are those that Odoo looks for."""
    if have("google-chrome", "chromium", "chromium-browser", "google-chrome-stable"):
        return
    apt_install(
        ["chromium", "fonts-liberation"],
        "put a Chromium or Chrome on PATH, the browser tests need one",
    )
