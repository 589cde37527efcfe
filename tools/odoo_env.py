"""Odoo's environment for scripts: ``with environment("cn285_demo") as env: …``."""

import os
from contextlib import contextmanager

import odoo
from odoo.modules.registry import Registry


@contextmanager
def environment(database, context=None, commit=True, log_level="warn"):
    """An Odoo environment of the superuser on a database, with no HTTP server and no job runner.

    Commits at the end, or rolls back when the block raises or ``commit`` is False. The block may
    commit in between by ``env.cr.commit()``. The configuration is the one CN285_ODOO_CONF (or
    ODOO_RC) names, the server the one of PGHOST and so on.
    """
    config = os.environ.get("CN285_ODOO_CONF") or os.environ.get("ODOO_RC")
    arguments = ["-d", database, "--no-http", f"--log-level={log_level}"]
    if config:
        arguments += ["-c", config]
    odoo.tools.config.parse_config(arguments, setup_logging=True)
    registry = Registry(database)
    try:
        with registry.cursor() as cr:
            yield odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, context or {})
            if not commit:
                cr.rollback()
        if commit:
            # Servers that run on this database learn what the block has changed.
            registry.signal_changes()
    finally:
        odoo.sql_db.close_db(database)
