"""What the benchmarks share: a database of their own, Odoo in a process, and its measurements."""

import argparse
import configparser
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
from psycopg2 import sql

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"


@contextmanager
def database(keep=False, base=None):
    """Give the name of a new database, a copy of ``base``; drop it after.

    Without ``base``: of the one that CN285_BASE names. The server is the one of PGHOST and so on.
    `make bench` sets all of them.
    """
    base = base or os.environ.get("CN285_BASE") or os.environ.get("CN285_TEST_TEMPLATE")
    if not base:
        sys.exit("CN285_BASE must name a database with account and a chart; try `make bench`")
    name = f"cn285_bench_{uuid.uuid4().hex[:8]}"
    _administer("CREATE DATABASE {} TEMPLATE {}", name, base)
    try:
        yield name
    finally:
        if keep:
            print(f"kept: database {name}")
        else:
            _administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _administer(statement, *names):
    with closing(psycopg2.connect(dbname="postgres")) as connection:
        connection.autocommit = True
        query = sql.SQL(statement).format(*(sql.Identifier(name) for name in names))
        connection.cursor().execute(query)


def execute(name, statement):
    """Run one statement on the database, outside any transaction."""
    with closing(psycopg2.connect(dbname=name)) as connection:
        connection.autocommit = True
        connection.cursor().execute(statement)


@contextmanager
def configuration():
    """Give the path of an Odoo configuration that also finds the addons compared with."""
    parser = configparser.ConfigParser()
    for path in (os.environ.get("CN285_ODOO_CONF"), os.environ.get("ODOO_RC")):
        if path:
            parser.read(path)
            break
    if not parser.has_section("options"):
        parser.add_section("options")
    paths = [parser.get("options", "addons_path", fallback=str(ROOT / "addons"))]
    extra = os.environ.get("CN285_BENCH_ADDONS")
    if extra and Path(extra).is_dir():
        paths.append(extra)
    parser.set("options", "addons_path", ",".join(paths))
    with tempfile.TemporaryDirectory() as folder:
        # Files of a database that is dropped go too.
        parser.set("options", "data_dir", folder)
        path = Path(folder) / "odoo.conf"
        with path.open("w") as file:
            parser.write(file)
        yield path


def install(name, conf, *modules):
    """Install addons in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "odoo", "-c", str(conf), "-d", name]
    command += ["-i", ",".join(modules), "--stop-after-init", "--no-http", "--log-level=error"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        sys.exit(f"installing {modules} failed:\n{done.stderr[-3000:]}")


@contextmanager
def environment(name, conf):
    """An environment of the superuser; commits at the end."""
    import odoo
    from odoo.modules.registry import Registry

    arguments = ["-c", str(conf), "-d", name, "--no-http", "--log-level=error"]
    arguments.append("--log-handler=py.warnings:CRITICAL")
    odoo.tools.config.parse_config(arguments, setup_logging=True)
    registry = Registry(name)
    with registry.cursor() as cr:
        yield odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
    odoo.sql_db.close_db(name)


def parsed(parser, steps):
    """The options of a benchmark; where :func:`in_process` has started it, run its step and exit.

    :param steps: ``{name: function of an environment and the step's arguments}``, each returns a
        report that can be JSON
    """
    for name in ("step", "database", "conf", "arguments"):
        parser.add_argument(f"--{name}", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        with environment(options.database, options.conf) as env:
            report = steps[options.step](env, **json.loads(options.arguments))
        print(json.dumps(report))
        sys.exit()
    return options


def in_process(script, step, name, conf, **arguments):
    """Run ``step`` of a benchmark in a process of its own and return what it reports.

    What one step leaves in memory or in caches is then no advantage or burden to the next one.
    """
    command = [sys.executable, "-W", "ignore", str(script), "--step", step, "--database", name]
    command += ["--conf", str(conf), "--arguments", json.dumps(arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    if done.returncode:
        sys.exit(f"step {step} failed")
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def measured(report):
    """Add to ``report`` the seconds and the memory (MB) of the block, and its peak."""
    before = _peak()
    clock, processor = time.perf_counter(), time.process_time()
    yield report
    report["seconds"] = time.perf_counter() - clock
    report["cpu_seconds"] = time.process_time() - processor
    report["peak_mb"] = _peak()
    report["grown_mb"] = report["peak_mb"] - before


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
