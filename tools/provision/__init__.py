"""Gets everything the project needs onto a machine: Odoo 19, Python packages, PostgreSQL.

Only the standard library is used here, because nothing else is there yet. All that is made lands
in ``.local`` of the clone (git ignores it); only system packages are installed outside of it.
"""

import hashlib
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
RUN = LOCAL / "run"
ADDONS = ROOT / "addons"

#: What tells this clone from another one on the same machine or the same PostgreSQL server.
CLONE_ID = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]


class Problem(Exception):
    """Something the user must put right; its text is one line that says what to do."""


def say(text):
    """One line of progress."""
    print(f"· {text}", file=sys.stderr, flush=True)


def log_file(name):
    """Path of a log in ``.local/run``; the folder exists afterwards."""
    RUN.mkdir(parents=True, exist_ok=True)
    return RUN / f"{name}.log"


def digest(*parts):
    """Short key that changes when any of the texts or files given changes."""
    key = hashlib.sha256()
    for part in parts:
        key.update(part.read_bytes() if isinstance(part, Path) else str(part).encode())
        key.update(b"\0")
    return key.hexdigest()[:16]


def stamped(name, key):
    """Whether the step ``name`` was completed with this key."""
    path = LOCAL / "stamps" / name
    return path.is_file() and path.read_text() == key


def stamp(name, key):
    """Remembers that the step ``name`` was completed with this key."""
    path = LOCAL / "stamps" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(key)


def write_if_changed(path, text):
    """Writes a file only when its text differs; atomic, so a reader never sees half of it."""
    if path.is_file() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(text)
    fresh.replace(path)
