"""A process that has imported Odoo and all addons of a database, and forks to run worker scripts.

Importing takes most of the time in which a worker gets ready; the registry each of them loads
itself, on its own database.

Each line on its standard input is a script to run: ``{"command": [path, database, argument, …],
"env": {}, "out": path, "err": path}``. It answers with the number of the process, and with its
exit code. The addons are those of the first script's database: not of the template, of which
others make copies, which nobody may be connected to.
"""

import faulthandler
import json
import os
import runpy
import sys
import traceback
from pathlib import Path

import odoo
from odoo.modules.module import load_openerp_module
from odoo.modules.module_graph import ModuleGraph


def main():
    # No child of the tests' process: Odoo ends the children that a class of tests leaves behind.
    if os.fork():
        os._exit(0)
    arguments = ["-c", os.environ["CN285_ODOO_CONF"], "--no-http"]
    odoo.tools.config.parse_config(arguments, setup_logging=False)
    ready = False
    for line in sys.stdin:
        asked = json.loads(line)
        if not ready:
            _import(_installed(asked["command"][1]))
            ready = True
        _say(_run(**asked))


def _import(addons):
    for name in addons:
        load_openerp_module(name)
    odoo.sql_db.close_all()


def _installed(database):
    """Names of the addons that are installed there, each after those it depends on."""
    with odoo.sql_db.db_connect(database).cursor() as cr:
        cr.execute("SELECT name FROM ir_module_module WHERE state = 'installed'")
        graph = ModuleGraph(cr)
        graph.extend([name for (name,) in cr.fetchall()])
        return [package.name for package in graph]


def _run(command, env, out, err):
    pid = os.fork()
    if not pid:
        _become(command, env, out, err)
    _say(pid)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _become(command, env, out, err):
    """Be the script that was asked for; does not return."""
    code = 1
    try:
        os.setsid()  # ended with all that it starts, where it hangs
        for target, path, flags in (
            (0, os.devnull, os.O_RDONLY),
            (1, out, os.O_WRONLY),
            (2, err, os.O_WRONLY),
        ):
            os.dup2(os.open(path, flags), target)
        faulthandler.enable()
        os.environ.clear()
        os.environ.update(env)
        sys.argv = command
        sys.path.insert(0, str(Path(command[0]).parent))
        runpy.run_path(command[0], run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _say(value):
    print(value, flush=True)


if __name__ == "__main__":
    main()
