"""Prints the name of a database with Odoo's other apps (see other_apps.py), to be copied.

Made when it is missing, which takes a minute. ``--base``: without our addons.
"""

import sys

import databases
from targets import locked, progress


def main(arguments):
    """Makes the database if need be, and prints its name alone on standard output."""
    with locked("databases"), progress() as step:
        need = databases.need_apps_base if "--base" in arguments else databases.need_apps_template
        name = need(step)
    print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
