"""Small PostgreSQL clusters of a test's own, beside the one that has the databases."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

SETTINGS = """
fsync = off
full_page_writes = off
shared_buffers = 16MB
max_connections = 60
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
log_statement = 'all'
"""


class Cluster:
    """A server on a port of 127.0.0.1, where ``shard`` logs in with a password."""

    def __init__(self, folder, more=""):
        self.folder, self.password = folder, secrets.token_hex(12)
        self.more = more
        self.port = _free_port()

    def start(self):
        """Make it, and start it."""
        password = self.folder / "password"
        password.write_text(self.password)
        self.folder.chmod(0o700)
        for path in (self.folder, password):
            _give_away(path)
        self._run(
            "initdb", "-D", self.data, "-U", "shard", "-A", "scram-sha-256", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync", "--pwfile", password,
        )  # fmt: skip
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(f"{SETTINGS}{self.more}port = {self.port}\n")
        self._run("pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "start")

    def stop(self):
        """Stop it at once."""
        if (self.data / "postmaster.pid").is_file():
            self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    @property
    def data(self):
        """Where its data are."""
        return self.folder / "data"

    def _run(self, program, *arguments):
        command = [str(one) for one in (_programs() / program, *arguments)]
        subprocess.run(
            [*_unprivileged(), *command],
            cwd="/",
            check=True,
            timeout=120,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


@contextmanager
def clusters(count, more=""):
    """So many clusters, with more lines of settings, which are gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="cn285-shards-"))
    folder.chmod(0o711)
    made = []
    try:
        for number in range(count):
            own = folder / str(number)
            own.mkdir()
            made.append(Cluster(own, more))
            made[-1].start()
        yield made
    finally:
        for cluster in made:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _programs():
    """Where initdb and pg_ctl are: those of the project's own server, else of the system."""
    named = os.environ.get("CN285_PGBIN")
    if named:
        return Path(named)
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else Path(shutil.which("initdb")).resolve().parent


def _owner():
    """PostgreSQL does not run as root."""
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else None


def _unprivileged():
    owner = _owner()
    if not owner:
        return []
    return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]


def _give_away(path):
    owner = _owner()
    if owner:
        os.chown(path, owner.pw_uid, owner.pw_gid)


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
