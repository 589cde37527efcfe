"""A second private cluster, for the replica that BI tools read: in ``.local/replica``.

It listens on the loopback interface, with passwords. Once it is there, the first cluster keeps
``wal_level = logical``.
"""

import secrets
import shutil
import socket

from . import LOCAL, Problem, postgres, say, write_if_changed
from .ports import free_port

HOME = LOCAL / "replica"
DATA = HOME / "data"
USER = "postgres"
PASSWORD = LOCAL / "run" / "replica-password"

SETTINGS = """\
# Written at each start. Speed over safety: what it has can be copied anew.
fsync = off
full_page_writes = off
shared_buffers = 128MB
max_connections = 100
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
timezone = 'UTC'
lc_messages = 'C'
"""


def is_made():
    """Whether the clone has such a cluster."""
    return (DATA / "PG_VERSION").is_file()


def need_replica(settings):
    """Environment variables by which ``tools/replica.py`` finds a running second cluster.

    :param settings: those of the first one, of ``need_postgres``; empty: a given server
    """
    if not settings:
        programs = postgres._programs()
    else:
        programs = postgres.Path(settings["CN285_PGBIN"])
    if not is_made():
        _create(programs)
    if settings:
        postgres.need_logical(programs, settings)
    port = free_port("replica", keep=_answers())
    if not _answers():
        _start(programs, port)
    return {
        "CN285_REPLICA": f"127.0.0.1:{port}",
        "CN285_REPLICA_USER": USER,
        "CN285_REPLICA_PASSWORD": PASSWORD.read_text(),
    }


def stop():
    """Stops it if it runs; True if it did."""
    if not is_made() or not (DATA / "postmaster.pid").is_file():
        return False
    postgres._run(postgres._programs() / "pg_ctl", "-D", DATA, "-m", "fast", "-w", "stop")
    return True


def _answers():
    port = _port()
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return (DATA / "postmaster.pid").is_file()


def _port():
    """The port it was started with last; 0 before."""
    config = DATA / "cn285.conf"
    if not config.is_file():
        return 0
    return int(config.read_text().rsplit("port = ", 1)[-1].split()[0])


def _create(programs):
    say("creating a second private PostgreSQL cluster, for the replica")
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    write_if_changed(PASSWORD, secrets.token_hex(16))
    PASSWORD.chmod(0o600)
    copy = HOME / "password"
    copy.touch(0o600)
    copy.write_text(PASSWORD.read_text())
    for path in (HOME, copy):
        postgres._give_away(path)
    fresh = HOME / "data.new"
    postgres._run(
        programs / "initdb", "-D", fresh, "-U", USER, "-E", "UTF8", "--locale=C.UTF-8",
        "-A", "scram-sha-256", "--pwfile", copy, "--no-sync",
    )  # fmt: skip
    copy.unlink()
    with (fresh / "postgresql.conf").open("a") as config:
        config.write("include 'cn285.conf'\n")
    fresh.rename(DATA)


def _start(programs, port):
    say("starting the replica's PostgreSQL")
    (DATA / "postmaster.pid").unlink(missing_ok=True)  # nothing answers where it should
    write_if_changed(DATA / "cn285.conf", f"{SETTINGS}port = {port}\n")
    postgres._give_away(DATA / "cn285.conf")
    postgres._run(programs / "pg_ctl", "-D", DATA, "-l", HOME / "log", "-w", "-t", "120", "start")
    if not _answers():
        raise Problem(f"the replica's PostgreSQL does not answer, see {HOME / 'log'}")
