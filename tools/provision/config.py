"""``.local/odoo.conf``: the ``odoo.conf`` of the root, with this clone's absolute paths."""

import configparser

from . import ADDONS, LOCAL, ROOT, write_if_changed

CONFIG = LOCAL / "odoo.conf"


def write_config():
    """Writes the configuration that every target uses; returns its path.

    The database server is not in it: Odoo reads PGHOST and the like from the environment.
    """
    config = configparser.RawConfigParser()
    config.read(ROOT / "odoo.conf")
    options = config["options"]
    # For `make serve`: a server that tests start has one process, and threads.
    options.pop("workers")
    options["addons_path"] = str(ADDONS)
    options["data_dir"] = str(LOCAL / "data")
    options["screenshots"] = str(LOCAL / "screenshots")
    # Trials must not write to real customers: no mail server is asked on this port.
    options["smtp_server"] = "127.0.0.1"
    options["smtp_port"] = "9"
    lines = ["# Made from ../odoo.conf by tools/provision/config.py; edit that one.\n"]
    for section in config.sections():
        lines.append(f"[{section}]\n")
        lines += [f"{name} = {value}\n" for name, value in config[section].items()]
    (LOCAL / "data").mkdir(parents=True, exist_ok=True)
    write_if_changed(CONFIG, "".join(lines))
    return CONFIG


def workers():
    """How many HTTP workers ``odoo.conf`` asks for; jobs take some of them, see there."""
    config = configparser.RawConfigParser()
    config.read(ROOT / "odoo.conf")
    return config.getint("options", "workers")
