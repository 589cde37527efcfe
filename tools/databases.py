"""The project's databases: made once from a base, then copied.

    base      account, the French chart and whatever the addons depend on; no addon of ours
    template  the base with all our addons, what tests copy
    apps      the base with Odoo's other apps, and its template with ours: to be tested beside them
    demo      the base with all our addons, what ``make demo`` and ``make serve`` use

Each database says in its comment which clone made it and from what, so that nothing of another
clone's (or of the server's owner) is ever touched, and so that changes are noticed.
"""

import ast
import json
import os
import re
import secrets
import subprocess
import sys
from contextlib import closing, contextmanager

import psycopg2
from other_apps import APPS, BESIDE_APPS
from psycopg2 import sql

from provision import ADDONS, CLONE_ID, ROOT, RUN, Problem, digest, write_if_changed
from provision.venv import ODOO

BASE = f"cn285_base_{CLONE_ID}"
TEMPLATE = f"cn285_tmpl_{CLONE_ID}"
APPS_BASE = f"cn285_apps_{CLONE_ID}"
APPS_TEMPLATE = f"cn285_apps_tmpl_{CLONE_ID}"
DEMO = "cn285_demo"
# `payment_demo` is what stands for a bank in tests and in the demonstration.
ALWAYS = ("account", "l10n_fr_account", "payment_demo", "queue_job")
ROLES = RUN / "roles.json"


# --- the server ------------------------------------------------------------------------------


@contextmanager
def server(dbname="postgres"):
    """A cursor in autocommit mode, because databases are not created in transactions."""
    try:
        connection = psycopg2.connect(dbname=dbname)
    except psycopg2.OperationalError as error:
        reason = " ".join(str(error).split())
        raise Problem(
            f"PostgreSQL does not answer ({reason}): check PGHOST, PGPORT, PGUSER and PGPASSWORD"
        ) from None
    with closing(connection):
        connection.autocommit = True
        yield connection.cursor()


def check_server():
    """The role can create databases, and is not one that Odoo refuses to work as.

    Odoo stops when its role is called postgres. Then a role of the clone's own stands in;
    ``make clean`` drops it.
    """
    known = json.loads(ROLES.read_text()) if ROLES.is_file() else {}
    with server() as cr:
        cr.execute(
            "SELECT current_user, rolcreatedb OR rolsuper FROM pg_roles WHERE rolname=current_user"
        )
        user, may_create = cr.fetchone()
        if not may_create:
            raise Problem(
                f"the PostgreSQL role {user} may not create databases: ALTER ROLE … CREATEDB"
            )
        if user != "postgres":
            return
        role = f"cn285_{CLONE_ID}"
        password = known.get(role) or secrets.token_hex(16)
        cr.execute("SELECT 1 FROM pg_roles WHERE rolname=%s", [role])
        verb = "ALTER" if cr.fetchone() else "CREATE"
        cr.execute(
            sql.SQL("{} ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                sql.SQL(verb), sql.Identifier(role), sql.Literal(password)
            )
        )
    write_if_changed(ROLES, json.dumps({role: password}))
    ROLES.chmod(0o600)
    os.environ.update(PGUSER=role, PGPASSWORD=password)


def comment(name):
    """What the database's comment says; None: there is no such database, "" : no comment."""
    with server() as cr:
        cr.execute(
            "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database"
            " WHERE datname=%s",
            [name],
        )
        row = cr.fetchone()
    return row and row[0]


def mark(name, key):
    """Remembers in the database that this clone made it, and from what."""
    with server() as cr:
        cr.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(name), sql.Literal(f"cn285 {CLONE_ID} {key}")
            )
        )


def is_ours(name):
    """Whether this clone made the database."""
    return (comment(name) or "").startswith(f"cn285 {CLONE_ID} ")


def drop(name):
    """Drops a database, whoever is still connected to it."""
    with server() as cr:
        _drop(cr, name)


def _drop(cr, name):
    cr.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname=%s", [name])
    cr.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def copy(source, name):
    """Makes ``name`` from ``source``, to which nobody stays connected."""
    with server() as cr:
        cr.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname=%s", [source]
        )
        cr.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )
    mark(name, "copying")


def made_here():
    """Names of all databases that this clone made, tests' leftovers included."""
    with server() as cr:
        cr.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s"
            " OR shobj_description(oid, 'pg_database') LIKE %s ORDER BY 1",
            [f"cn285%{CLONE_ID}%", f"cn285 {CLONE_ID} %"],
        )
        return [name for (name,) in cr.fetchall()]


def drop_everything():
    """Drops all that this clone made on the server; returns the databases' names."""
    names = made_here()
    for name in names:
        drop(name)
    if ROLES.is_file():
        with server() as cr:
            for role in json.loads(ROLES.read_text()):
                cr.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))
    return names


# --- what is installed -----------------------------------------------------------------------


def our_addons():
    """Names of the addons of this project that can be installed."""
    return sorted(_manifests())


def addons_alone():
    """Those of ours that are installed without Odoo's other apps."""
    return [name for name in our_addons() if name not in BESIDE_APPS]


def manifest(addon):
    """The manifest of the addon in this folder."""
    return ast.literal_eval((addon / "__manifest__.py").read_text())


def _manifests():
    folders = [path.parent for path in ADDONS.glob("*/__manifest__.py")]
    manifests = {folder.name: manifest(folder) for folder in folders}
    manifests = {name: found for name, found in manifests.items() if found.get("installable", True)}
    if not manifests:
        raise Problem(f"no addon in {ADDONS}")
    return manifests


def base_modules():
    """Odoo's and OCA's modules that ours build on."""
    manifests = _manifests()
    wanted = {name for ours in addons_alone() for name in manifests[ours].get("depends", ())}
    return sorted(wanted.union(ALWAYS).difference(manifests))


def base_key():
    """Changes when the base database must be made anew."""
    import odoo.release

    requirements = (ROOT / "requirements.txt").read_text()
    queue_job = re.search(r"odoo-addon-queue_job.*", requirements).group()
    revision = os.environ["CN285_ODOO_REVISION"]
    # A clone stays in its folder whatever is checked out there; a package comes with the folder.
    commit = [revision] if revision.startswith("commit") else []
    return digest(
        odoo.release.__file__, odoo.release.version, *commit, *base_modules(), queue_job,
        ROOT / "tools" / "setup_company.py",
    )  # fmt: skip


def addons_key():
    """Changes when our addons must be installed anew. Tests are no part of that."""
    files = [
        path
        for path in sorted(ADDONS.rglob("*"))
        if path.is_file()
        and path.suffix != ".pyc"
        and "tests" not in path.relative_to(ADDONS).parts
    ]
    return digest(
        base_key(), *(part for path in files for part in (str(path.relative_to(ROOT)), path))
    )


def odoo(*arguments):
    """Runs Odoo's command line; warnings and errors of its log are shown, all of it is kept."""
    log = RUN / "odoo-install.log"
    command = [str(ODOO), *arguments, "--no-http", "--stop-after-init"]
    environment = {**os.environ, "ODOO_QUEUE_JOB_CHANNELS": "root:0"}
    with (
        subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process,
        log.open("w") as kept,
    ):
        shown = False
        for line in process.stdout:
            kept.write(line)
            header = re.match(r"\d{4}-\d\d-\d\d [\d:,]+ \d+ (\w+) ", line)
            if header:
                shown = header.group(1) in ("WARNING", "ERROR", "CRITICAL")
            if shown:
                sys.stderr.write(line)
    if process.returncode:
        raise Problem(f"Odoo could not install the modules, see {log}")


def run_script(name, *arguments):
    """Runs one of the scripts next to this file."""
    script = ROOT / "tools" / name
    done = subprocess.run([sys.executable, str(script), *arguments])
    if done.returncode:
        raise Problem(f"tools/{name} failed")


# --- the databases ---------------------------------------------------------------------------


def need_base(progress):
    """Makes the base database unless it is there and current.

    The company is made French between ``base`` and ``account``: the chart of accounts is chosen
    by the country at the moment that ``account`` comes in. Attachments stay in the database, so
    that a copy made by ``createdb -T`` is complete.
    """
    key = base_key()
    if comment(BASE) == f"cn285 {CLONE_ID} {key}":
        return
    modules = base_modules()
    progress(f"Odoo with {', '.join(modules)}")
    drop(BASE)
    odoo("-d", BASE, "-i", "base")
    mark(BASE, "making")
    run_script("setup_company.py", BASE)
    odoo("-d", BASE, "-i", ",".join(modules))
    mark(BASE, key)


def need_template(progress):
    """Makes the template of the tests unless it is there and current; returns its name."""
    need_base(progress)
    key = addons_key()
    if comment(TEMPLATE) != f"cn285 {CLONE_ID} {key}":
        addons = addons_alone()
        progress(f"test template with {', '.join(addons)}")
        drop(TEMPLATE)
        copy(BASE, TEMPLATE)
        odoo("-d", TEMPLATE, "-i", ",".join(addons))
        mark(TEMPLATE, key)
    return TEMPLATE


def need_apps_base(progress):
    """Makes the base with Odoo's other apps unless it is there and current; returns its name.

    Their French is left out, and what Odoo would install besides: that halves the time.
    """
    need_base(progress)
    key = digest(base_key(), *APPS)
    if comment(APPS_BASE) != f"cn285 {CLONE_ID} {key}":
        progress(f"Odoo with {len(APPS)} other apps")
        drop(APPS_BASE)
        copy(BASE, APPS_BASE)
        _set_french(APPS_BASE, False)
        odoo("-d", APPS_BASE, "-i", ",".join(APPS), "--skip-auto-install")
        _set_french(APPS_BASE, True)
        mark(APPS_BASE, key)
    return APPS_BASE


def _set_french(name, active):
    with server(name) as cr:
        cr.execute("UPDATE res_lang SET active = %s WHERE code = 'fr_FR'", [active])


def need_apps_template(progress):
    """Makes the template of the tests beside other apps unless it is there; returns its name."""
    need_apps_base(progress)
    key = digest(addons_key(), *APPS)
    if comment(APPS_TEMPLATE) != f"cn285 {CLONE_ID} {key}":
        addons = our_addons()
        progress(f"test template with other apps and {', '.join(addons)}")
        drop(APPS_TEMPLATE)
        copy(APPS_BASE, APPS_TEMPLATE)
        odoo("-d", APPS_TEMPLATE, "-i", ",".join(addons), "--skip-auto-install")
        mark(APPS_TEMPLATE, key)
    return APPS_TEMPLATE


def need_database(name, progress):
    """Makes (or brings up to date) a database to work in; returns the name it got.

    A database of that name that this clone did not make stays as it is: the clone's key is added
    to the name then. Data of the database survives an update.
    """
    if comment(name) is not None and not is_ours(name):
        name = f"{name}_{CLONE_ID}"
    key = f"{addons_key()} data"
    found = comment(name)
    if found == f"cn285 {CLONE_ID} {key}":
        return name
    addons = ",".join(addons_alone())
    if found is None or found.endswith(" copying"):
        need_base(progress)
        progress(f"database {name} with {addons}")
        drop(name)
        copy(BASE, name)
        odoo("-d", name, "-i", addons)
    else:
        progress(f"database {name}: updating {addons}")
        odoo("-d", name, "-i", addons, "-u", addons)
    mark(name, key)
    return name
