"""Odoo 19's source from its public repository: a pinned commit of branch 19.0, or its head.

Where Debian's archive has no Odoo 19 (another system, another year), or where ODOO says so. The
clone is shallow, and stays in ``.local/odoo-git``.
"""

import os
import shutil
import subprocess

from . import LOCAL, Problem, log_file, say

CLONE = LOCAL / "odoo-git"
BRANCH = "19.0"
#: What CN285_ODOO_GIT and CN285_ODOO_COMMIT stand for where they are not set.
ADDRESS = "https://github.com/odoo/odoo.git"
COMMIT = "1a13ceeaee12fe5cc50f287c31f217d4be2a2eaf"


def need_clone(instead, latest=False):
    """The folder of a checkout: of the pinned commit, or of what the branch's head is now.

    :param instead: what to do where that is impossible, for the user
    :raises Problem: git is missing, or the repository does not answer or has no such commit
    """
    if not shutil.which("git"):
        raise Problem(f"git is needed to clone Odoo: install it, or {instead}")
    address = os.environ.get("CN285_ODOO_GIT") or ADDRESS
    commit = os.environ.get("CN285_ODOO_COMMIT") or COMMIT
    if not latest and head(CLONE) == commit:
        return CLONE
    say(f"fetching Odoo from {address}: {'the head of ' + BRANCH if latest else commit}")
    _git("init", "--quiet", str(CLONE), cwd=LOCAL)
    got = _fetch(address, BRANCH) if latest else _fetch_commit(address, commit)
    if not got or not _git("checkout", "--quiet", "--force", "FETCH_HEAD" if latest else commit):
        raise Problem(
            f"Odoo could not be fetched from {address} (see {log_file('odoo-git')}): go online, "
            f"set CN285_ODOO_GIT and CN285_ODOO_COMMIT, or {instead}"
        )
    return CLONE


def head(folder):
    """The commit that is checked out in a folder; None where the folder is no clone itself."""
    if not (folder / ".git").exists():
        return None
    command = ["git", "rev-parse", "--verify", "--quiet", "HEAD"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done.stdout.strip() or None


def _fetch_commit(address, commit):
    """A server may refuse a commit that no branch points at; then the branch comes as a whole."""
    return _fetch(address, commit) or _git("fetch", "--quiet", address, BRANCH)


def _fetch(address, what):
    return _git("fetch", "--quiet", "--depth=1", address, what)


def _git(*arguments, cwd=None):
    """Runs git, with what it says in the log; whether it did what was asked."""
    with log_file("odoo-git").open("ab") as log:
        command = ["git", *arguments]
        done = subprocess.run(
            command,
            cwd=cwd or CLONE,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
        )
    return done.returncode == 0
