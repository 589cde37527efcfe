"""The make targets, run by the virtual environment's Python: see manage.py."""

import argparse
import fcntl
import os
import shlex
import subprocess
import sys
import time
from contextlib import contextmanager

from rich.console import Console

import databases
from provision import ADDONS, CLONE_ID, ROOT, RUN, Problem
from provision.config import CONFIG, workers
from provision.ports import free_port
from provision.venv import ODOO
from stop import PIDFILE, server_pid

console = Console(stderr=True)

# Odoo's lint would have it otherwise: all classes of a model in one file (ours have a file for
# each concern), and OCA's README.rst (which OCA makes from readme/).
# Checks of our own, scripts of tools/.
CHECKS = ("check_xml", "check_po", "check_methods", "check_docs", "check_api", "bi_page")
NO_LINT = ("consider-merging-classes-inherited", "missing-readme")


@contextmanager
def progress():
    """Shows the step at work; steps that took time stay on the screen with their seconds."""
    current = []

    def finish():
        if current:
            name, since = current.pop()
            console.print(f"[green]✓[/] {name} [dim]{time.monotonic() - since:.0f} s[/]")

    with console.status("") as status:

        def step(name):
            finish()
            current.append((name, time.monotonic()))
            status.update(name)
            if not console.is_terminal:
                console.print(f"· {name}")

        yield step
        finish()


def run(*command, env=None, cwd=ROOT):
    """Runs a command to its end; returns its exit code."""
    return subprocess.run(command, cwd=cwd, env={**os.environ, **(env or {})}).returncode


def script(name, *arguments):
    """Runs a script of tools/ with the venv's Python; returns its exit code."""
    return run(sys.executable, str(ROOT / "tools" / name), *arguments)


@contextmanager
def locked(name):
    """Waits until no other command of this clone is in the same section."""
    with (RUN / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def demo(options):
    """The demonstration database, filled and billed by tools/demo.py."""
    with locked("databases"), progress() as step:
        name = databases.need_database(options.database or databases.DEMO, step)
    return script("demo.py", "--database", name, *options.rest)


def travel(options):
    """The clock of a copy of the demonstration moved ahead by tools/travel.py."""
    with locked("databases"), progress() as step:
        source = databases.need_database(options.database or databases.DEMO, step)
        name = f"{source}_travel"
        if databases.comment(name) is not None and not databases.is_ours(name):
            name = f"{name}_{databases.CLONE_ID}"
        databases.drop(name)
        databases.copy(source, name)
    return script("travel.py", "--database", name, *options.rest)


def load(options):
    """A user's CSV files (FILE, MAPPING) into a database (DB), made when it is missing."""
    if not options.file:
        raise Problem("say which file: make load FILE=contracts.csv MAPPING=mapping.json DB=name")
    with locked("databases"), progress() as step:
        name = databases.need_database(options.database or "cn285_load", step)
    arguments = ["--database", name, "--file", options.file]
    if options.mapping:
        arguments += ["--mapping", options.mapping]
    return script("load.py", *arguments, *options.rest)


def serve(options):
    """The web client on the loopback interface, with workers and the job runner."""
    if server_pid():
        raise Problem("the web client runs already: make stop ends it")
    with locked("databases"), progress() as step:
        name = databases.need_database(options.database or databases.DEMO, step)
    port, http_port, gevent_port = (free_port(name) for name in ("http", "workers", "gevent"))
    url = f"http://127.0.0.1:{port}/odoo"
    console.print(
        f"[bold]{url}[/]  login [bold]admin[/], password [bold]admin[/]  (database {name})"
    )
    console.print("Ctrl-C or `make stop` ends it.")
    sys.stderr.flush()
    start_proxy(port, http_port, gevent_port)
    os.execve(
        ODOO,
        [*serve_command(name, http_port, gevent_port), f"--pidfile={PIDFILE}", *options.rest],
        serve_environment(http_port),
    )


def start_proxy(port, http_port, gevent_port):
    """Starts what hands websockets to the evented process; it ends with this process."""
    arguments = map(str, (port, http_port, gevent_port, os.getpid()))
    return subprocess.Popen([sys.executable, str(ROOT / "tools" / "proxy.py"), *arguments])


def serve_command(database, http_port, gevent_port):
    """Odoo on a database, with workers that are enough for its jobs and for people besides."""
    return [
        str(ODOO), "-c", str(CONFIG), "-d", database,
        f"--db-filter=^{database}$", f"--workers={workers()}", "--max-cron-threads=1",
        "--http-interface=127.0.0.1", f"--http-port={http_port}", f"--gevent-port={gevent_port}",
    ]  # fmt: skip


def serve_environment(http_port):
    """Where the job runner finds the workers."""
    return {
        **os.environ,
        "ODOO_QUEUE_JOB_HOST": "127.0.0.1",
        "ODOO_QUEUE_JOB_PORT": str(http_port),
    }


def test(options):
    """The tests, on a fresh copy of the template. What is in ``testing/`` says which, and fails on
    skips.
    """
    with _test_database() as name:
        with locked("databases"), progress() as step:
            template = databases.need_template(step)
            databases.drop(name)
            databases.copy(template, name)
        try:
            return _pytest(name, template, in_processes(options.rest))
        finally:
            databases.drop(name)


@contextmanager
def _test_database():
    """Name for a test database that no other test run of this clone uses at the moment."""
    for slot in range(1, 10):
        lock = (RUN / f"test-{slot}.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            continue
        with lock:
            yield f"cn285_test_{CLONE_ID}_{slot}"
        return
    raise Problem("nine test runs at once in this clone are enough")


def in_processes(arguments):
    """Arguments for pytest that spread the tests over processes, unless they say otherwise.

    Two, or as many as the machine has cores (eight at most: each has its database and 1 GB). Tests
    of a class or a module stay together, because they share what was set up for them. One file, or
    one test of it, is run in one process: starting a second would take longer.
    """
    otherwise = ("-n", "--numprocesses", "--dist", "--pdb", "--trace", "-s", "--capture=no")
    if any(argument.startswith(otherwise) for argument in arguments):
        return arguments
    paths = [argument.split("::")[0] for argument in arguments if not argument.startswith("-")]
    paths = [path for path in paths if (ROOT / path).exists()]
    if paths and all((ROOT / path).is_file() for path in paths):
        return arguments
    return ["-n", str(processes()), "--dist", "loadscope", *arguments]


def processes():
    """How many processes share the tests of a run."""
    return min(max(os.cpu_count() or 2, 2), 8)


def _pytest(database, template, arguments):
    return run(
        "pytest", "-p", "strict_skips", "-p", "odoo_revision", "-p", "busy_machine",
        "-p", "browser_clock", "-p", "quick_freeze", "-p", "slow_tests", "-p", "told_once",
        "-p", "everyday", "-p", "closed_sessions",
        f"--odoo-config={CONFIG}", f"--odoo-database={database}", "--odoo-http",
        "-c", str(ROOT / "pyproject.toml"), *arguments,
        env={
            # Not a conftest.py: that would put the root on sys.path, and pytest would then take
            # our addons for a package "addons" instead of "odoo.addons".
            "PYTHONPATH": str(ROOT / "tools" / "testing"),
            # Jobs run where a test says so, not behind its back.
            "ODOO_QUEUE_JOB_CHANNELS": "root:0",
            # A server of Odoo limits the memory that its process may reserve to 2.5 GB. Here that
            # process is pytest, which keeps all tests and reports of half an hour.
            "ODOO_LIMIT_MEMORY_HARD": "0",
            "CN285_BASE": databases.BASE,
            "CN285_TEST_TEMPLATE": template,
            "CN285_TEST_DATABASE": database,
        },
    )  # fmt: skip


def bench(options):
    """The benchmarks that the arguments name, else every one, one after the other."""
    programs, arguments = chosen_benchmarks(options.rest)
    with locked("databases"), progress() as step:
        databases.need_base(step)
    environment = {"CN285_BASE": databases.BASE, "ODOO_QUEUE_JOB_CHANNELS": "root:0"}
    codes = [run(sys.executable, str(path), *arguments, env=environment) for path in programs]
    script("publish_benchmarks.py")
    return max(codes)


def chosen_benchmarks(arguments, folder=ROOT / "benchmarks"):
    """The programs to run, and the arguments they get: those that name no benchmark.

    A name is that of a file below benchmarks/, without its ending: billing, usage/rating.

    :raises Problem: options without a benchmark that they are for
    """
    programs = {
        str(path.relative_to(folder).with_suffix("")): path
        for path in folder.rglob("*.py")
        if "__main__" in path.read_text()
    }
    chosen = [programs[name] for name in arguments if name in programs]
    rest = [argument for argument in arguments if argument not in programs]
    names = ", ".join(sorted(programs))
    if rest and not chosen and not {"-h", "--help"} & set(rest):
        raise Problem(f"say which benchmark {' '.join(rest)} is for: {names}")
    # What is in a folder is a part, which the program of the folder's name runs.
    usual = (path for path in programs.values() if path.parent == folder)
    return chosen or sorted(path for path in usual if not _by_name_only(path)), rest


def _by_name_only(path):
    """Whether a benchmark takes so long that it runs only where it is named."""
    return "\nBY_NAME_ONLY = True\n" in path.read_text()


def lint(_options):
    """ruff, pylint-odoo, and the checks of our own; all are run, one that fails fails it."""
    folders = ("addons", "tests", "tools", "benchmarks")
    python = [name for name in folders if (ROOT / name).exists()]
    addons = [str((ADDONS / name).relative_to(ROOT)) for name in databases.our_addons()]
    checks = [
        ["ruff", "format", "--check", "--quiet", *python],
        ["ruff", "check", "--quiet", *python],
        *([sys.executable, f"tools/{name}.py"] for name in CHECKS),
        ["pylint", f"--disable={','.join(NO_LINT)}", "-j2", *addons],
    ]
    failed = []
    for check in checks:
        name = " ".join(check[:2]).replace(sys.executable, "python").split(" --")[0]
        since = time.monotonic()
        good = run(*check) == 0
        mark = "[green]✓[/]" if good else "[red]✗[/]"
        console.print(f"{mark} {name} [dim]{time.monotonic() - since:.1f} s[/]")
        if not good:
            failed.append(name)
    if failed:
        raise Problem(f"lint: {', '.join(failed)} found something")
    return 0


def replica(options, *command):
    """A read-only replica for BI tools, by tools/replica.py, which says what ARGS may be."""
    with locked("databases"), progress() as step:
        name = databases.need_database(options.database or databases.DEMO, step)
    return script("replica.py", name, *command, *options.rest)


def wheels(options):
    """A wheel of each addon in dist/, or in the folder that the argument names."""
    return script("wheels.py", *options.rest)


def api_client(options):
    """A Python client of the API in dist/api-client, generated from its specification."""
    folder = ROOT / "dist" / "api-client"
    folder.parent.mkdir(exist_ok=True)
    source = ADDONS / "cn285_api" / "static" / "openapi.json"
    return run(
        "openapi-python-client", "generate", "--path", str(source), "--meta", "pdm",
        "--config", str(source.with_name("client.yml")),
        "--output-path", str(folder), "--overwrite", *options.rest,
    )  # fmt: skip


def exec_(options):
    """Any command in the environment of the targets."""
    if not options.rest:
        raise Problem("say what to run: tools/run exec COMMAND …")
    os.execvpe(options.rest[0], options.rest, os.environ)


def env(_options):
    """The environment as ``export`` lines: eval "$(tools/run env)"."""
    for name in sorted(os.environ):
        if name.startswith(("PG", "CN285_", "ODOO_")) or name in ("PATH", "VIRTUAL_ENV"):
            print(f"export {name}={shlex.quote(os.environ[name])}")
    return 0


def drop(_options):
    """Drops what this clone made on a given server (a part of make clean)."""
    for name in databases.drop_everything():
        console.print(f"· database {name} dropped")
    return 0


def serve_netsuite(options):
    """A SuiteTalk server with a sample account, until Ctrl-C; DB: a database to connect to it."""
    arguments = ["--database", options.database] if options.database else []
    return script("serve_netsuite.py", *arguments, *options.rest)


def serve_stripe(options):
    """A Stripe account, until Ctrl-C; DB: a database whose provider is pointed at it."""
    arguments = ["--database", options.database] if options.database else []
    return script("serve_stripe.py", *arguments, *options.rest)


def serve_bank(options):
    """A bank that takes orders of direct debits, until Ctrl-C."""
    return script("serve_bank.py", *options.rest)


def serve_yousign(options):
    """A Yousign account, until Ctrl-C; DB: a database of which a provider is pointed at it."""
    arguments = ["--database", options.database] if options.database else []
    return script("serve_yousign.py", *arguments, *options.rest)


TARGETS = {
    "serve-bank": serve_bank,
    "serve-netsuite": serve_netsuite,
    "serve-stripe": serve_stripe,
    "serve-yousign": serve_yousign,
    "demo": demo,
    "travel": travel,
    "load": load,
    "serve": serve,
    "replica": replica,
    "replica-refresh": lambda options: replica(options, "refresh"),
    "test": test,
    "bench": bench,
    "lint": lint,
    "wheels": wheels,
    "api-client": api_client,
    "exec": exec_,
    "env": env,
    "drop": drop,
}


def main(arguments):
    """Runs the target named first, with the rest as its arguments."""
    parser = argparse.ArgumentParser(prog="tools/run")
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--database", default=os.environ.get("DB"))
    parser.add_argument("--file", default=os.environ.get("FILE"))
    parser.add_argument("--mapping", default=os.environ.get("MAPPING"))
    if arguments[:1] == ["exec"]:
        options = argparse.Namespace(target="exec", rest=arguments[1:])
    else:
        options, options.rest = parser.parse_known_args(arguments)
    if options.target not in ("lint", "drop", "wheels", "api-client"):
        databases.check_server()
    return TARGETS[options.target](options)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        print(f"cn285: {problem}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
