"""A running server that says, on each line it is given, how invoices are written now.

``python writer_reload_worker.py DATABASE FOLDER``; FOLDER holds addons besides those of the
configuration. On standard input come lines ``report``, ``install NAME`` and ``uninstall NAME``;
each is answered by a line of JSON: the reason why invoices are left to Odoo, or null.
"""

import json
import os
import sys

import odoo
from odoo.modules.registry import Registry

COMMANDS = {"install": "button_immediate_install", "uninstall": "button_immediate_uninstall"}


def start(database, folder):
    """Read the configuration, with one folder more; jobs and requests are not served."""
    arguments = ["-d", database, "--no-http", "--log-level=warn"]
    arguments += ["-c", os.environ["CN285_ODOO_CONF"]]
    odoo.tools.config.parse_config(arguments, setup_logging=True)
    paths = [*odoo.tools.config["addons_path"], folder]
    odoo.tools.config.parse_config([*arguments, f"--addons-path={','.join(paths)}"])


def answer(database, command):
    # as the server does at the beginning of each request
    registry = Registry(database).check_signaling()
    verb, *names = command.split()
    if names:
        with registry.cursor() as cr:
            modules = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})["ir.module.module"]
            modules.update_list()
            getattr(modules._get(names[0]), COMMANDS[verb])()
    with Registry(database).cursor() as cr:
        env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        reason = env["cn285.invoice.writer"]._quick_company_obstacle()
        return reason and [reason.code, *reason.args]


if __name__ == "__main__":
    start(*sys.argv[1:])
    for line in sys.stdin:
        print(json.dumps(answer(sys.argv[1], line)), flush=True)
