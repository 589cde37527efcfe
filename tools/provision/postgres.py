"""PostgreSQL: the server the environment names, or a private cluster in ``.local/postgres``.

The private cluster is for trials and tests: it does not wait for the disk (fsync off), so a power
cut may ruin it. ``make clean && make demo`` makes a new one.
"""

import glob
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from pathlib import Path

from . import CLONE_ID, LOCAL, Problem, log_file, say, write_if_changed
from .ports import free_port
from .system import apt_install, have

NAMES_A_SERVER = ("PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE")
USER = "odoo"
HOME = LOCAL / "postgres"
DATA = HOME / "data"
SOCKET = HOME / "socket"
PASSWORD = LOCAL / "run" / "postgres-password"
# There since a replica was made (replica.py): changes are logged so that it can follow.
LOGICAL = HOME / "logical"
# A Unix socket's path has at most 107 bytes, ".s.PGSQL.12345" and a "/" included.
SOCKET_FITS = len(os.fsencode(SOCKET)) < 90
# Superuser in a container may lack the second capability, elsewhere the first.
REACH = ([], ["dac_read_search"], ["dac_override"])

SETTINGS = """\
# Written at each start. Speed over safety: this cluster holds trials and tests only.
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = {buffers}MB
max_wal_size = 8GB
checkpoint_timeout = 30min
max_connections = 200
# Odoo's queries are short: compiling them, or spreading them over processes, costs more.
jit = off
max_parallel_workers_per_gather = 0
timezone = 'UTC'
lc_messages = 'C'
"""


# MB of buffers: a quarter of the machine's memory, as PostgreSQL's manual advises, within these.
FEWEST_BUFFERS, MOST_BUFFERS = 128, 4096


def is_given():
    """Whether the environment names a server."""
    return any(os.environ.get(name) for name in NAMES_A_SERVER)


def need_postgres():
    """Environment variables by which every PostgreSQL client finds a running server."""
    if is_given():
        if not have("createdb"):
            apt_install(["postgresql-client"], "put PostgreSQL's programs (createdb, psql) on PATH")
        return {}
    programs = _programs()
    settings = _settings(programs)
    if not answers(settings):
        _start(programs, settings)
    return settings


def stop():
    """Stops the private cluster if it runs; True if it did."""
    pid = _postmaster_pid()
    if pid is None:
        return False
    programs = _programs()
    _run(programs / "pg_ctl", "-D", DATA, "-m", "fast", "-w", "stop")
    return True


def need_logical(programs, settings):
    """Lets the private cluster log changes for a replica; the first time it is restarted."""
    if not LOGICAL.exists():
        LOGICAL.touch()
        say("restarting PostgreSQL, so that a replica can follow it")
        stop()
        _start(programs, settings)


def answers(settings):
    """Whether something accepts connections where the private cluster should."""
    host, port = settings["PGHOST"], settings["PGPORT"]
    try:
        if host.startswith("/"):
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(5)
                client.connect(f"{host}/.s.PGSQL.{port}")
        else:
            socket.create_connection((host, int(port)), timeout=5).close()
    except OSError:
        return False
    return True


def _settings(programs):
    host = str(SOCKET) if SOCKET_FITS else "127.0.0.1"
    # Only the file's name depends on the port of a socket: there is nothing to collide with.
    port = 5432 if SOCKET_FITS else free_port("postgres", keep=_postmaster_pid() is not None)
    settings = {"PGHOST": host, "PGPORT": str(port), "PGUSER": USER, "CN285_PGBIN": str(programs)}
    if PASSWORD.is_file():
        settings["PGPASSWORD"] = PASSWORD.read_text()
    return settings


def _programs():
    """Folder of initdb and pg_ctl, of the version of the cluster if there is one already."""
    found = _installed()
    if not found:
        apt_install(["postgresql"], "name a server with PGHOST, PGPORT, PGUSER and PGPASSWORD")
        found = _installed()
    if not found:
        raise Problem("no PostgreSQL programs found: set PGHOST, PGPORT, PGUSER and PGPASSWORD")
    version = DATA / "PG_VERSION"
    if version.is_file():
        wanted = version.read_text().strip()
        for folder in found:
            if wanted in str(folder).split("/"):
                return folder
        if len(found) > 1 or "/postgresql/" in str(found[0]):
            raise Problem(
                f"the cluster in {HOME} needs PostgreSQL {wanted}: make clean, or install it"
            )
    return found[0]


def _installed():
    folders = glob.glob("/usr/lib/postgresql/*/bin") + glob.glob("/usr/pgsql-*/bin")
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(str(Path(on_path).resolve().parent))
    folders = {folder for folder in folders if os.access(f"{folder}/initdb", os.X_OK)}

    def newest_first(folder):
        numbers = [int(part) for part in folder.replace("-", "/").split("/") if part.isdigit()]
        return [-number for number in numbers] or [0]

    return [Path(folder) for folder in sorted(folders, key=newest_first)]


def _start(programs, settings):
    if not (DATA / "PG_VERSION").is_file():
        _create(programs)
        settings["PGPASSWORD"] = PASSWORD.read_text()
    _forget_dead_server()
    say("starting PostgreSQL")
    if SOCKET_FITS:
        where = f"listen_addresses = ''\nunix_socket_directories = '{SOCKET}'\n"
    else:
        where = "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\n"
    general = SETTINGS.format(buffers=_buffers())
    if LOGICAL.exists():
        general += "wal_level = logical\n"
    write_if_changed(DATA / "cn285.conf", f"{general}{where}port = {settings['PGPORT']}\n")
    _give_away(DATA / "cn285.conf")
    _run(programs / "pg_ctl", "-D", DATA, "-l", HOME / "log", "-w", "-t", "120", "start")


def _buffers():
    quarter = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**22
    return min(max(quarter, FEWEST_BUFFERS), MOST_BUFFERS)


def _create(programs):
    say("creating a private PostgreSQL cluster")
    shutil.rmtree(HOME, ignore_errors=True)
    SOCKET.mkdir(parents=True)
    # Whoever reaches the socket is let in, so only the owner (and root) reaches it.
    SOCKET.chmod(0o700)
    write_if_changed(PASSWORD, secrets.token_hex(16))
    PASSWORD.chmod(0o600)
    copy = HOME / "password"
    copy.touch(0o600)
    copy.write_text(PASSWORD.read_text())
    for path in (HOME, SOCKET, copy):
        _give_away(path)
    fresh = HOME / "data.new"
    _run(
        programs / "initdb", "-D", fresh, "-U", USER, "-E", "UTF8", "--locale=C.UTF-8",
        "--auth-local=trust", "--auth-host=scram-sha-256", "--pwfile", copy, "--no-sync",
    )  # fmt: skip
    copy.unlink()
    with (fresh / "postgresql.conf").open("a") as config:
        config.write("include 'cn285.conf'\n")
    fresh.rename(DATA)


def _postmaster_pid():
    """Process of the private cluster, None if it does not run."""
    try:
        pid = int((DATA / "postmaster.pid").read_text().split("\n", 1)[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if os.fsencode(DATA) in command else None


def _forget_dead_server():
    """After a crash of the machine, the lock files may name a process that is somebody else's."""
    for _attempt in range(100):  # it may be on its way up or down
        if _postmaster_pid() is None:
            break
        time.sleep(0.1)
    else:
        raise Problem(f"PostgreSQL runs but does not answer, see {HOME / 'log'}; make stop")
    for lock in [DATA / "postmaster.pid", *SOCKET.glob(".s.PGSQL.*")]:
        lock.unlink(missing_ok=True)


def _unprivileged():
    """The user to run PostgreSQL as, where we are root, which it refuses."""
    if os.geteuid() != 0:
        return None
    if DATA.is_dir():
        # Whoever made the cluster: root may be asked to stop what another user has started.
        return pwd.getpwuid(DATA.stat().st_uid)
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Problem("PostgreSQL does not run as root, and there is no user postgres: set PGHOST")


def _give_away(path):
    user = _unprivileged()
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)


def _run(*command):
    command = [str(part) for part in command]
    log = log_file("postgres")
    with log.open("ab") as output:
        done = subprocess.run(
            [*_drop_privileges(), *command],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        name = Path(command[0]).name
        raise Problem(
            f"{name} failed (see {log} and {HOME / 'log'}): "
            "or name a server with PGHOST, PGPORT, PGUSER and PGPASSWORD"
        )


def _drop_privileges():
    """Prefix that runs a command as the unprivileged user.

    A clone may lie where that user may not look (below /root): then the process gets the one
    capability of walking through folders, so that nothing has to be put outside of the clone.
    """
    user = _unprivileged()
    if not user:
        return []
    for capabilities in REACH:
        change = ",".join(f"+{name}" for name in capabilities)
        prefix = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        if change:
            prefix += [f"--inh-caps={change}", f"--ambient-caps={change}"]
        # Not `test`: access(2) leaves capabilities out of account.
        if subprocess.run([*prefix, "ls", HOME], capture_output=True).returncode == 0:
            return prefix
    raise Problem(f"the user {user.pw_name} cannot reach {HOME}: clone elsewhere, or set PGHOST")


def describe():
    """Where the data is, in words."""
    return "the given server" if is_given() else f"private cluster {CLONE_ID} in {HOME}"
