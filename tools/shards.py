"""Shards of usage events: PostgreSQL servers that keep a part each (docs/usage-store.md).

    tools/run exec python tools/shards.py DATABASE list
    tools/run exec python tools/shards.py DATABASE add NAME --host H --port P --dbname D --user U
    tools/run exec python tools/shards.py DATABASE spread 2026-03
    tools/run exec python tools/shards.py DATABASE settle

The password is asked for, or read from the variable CN285_SHARD_PASSWORD: it is no argument, which
others would see.
"""

import argparse
import getpass
import os
from datetime import datetime

from odoo_env import environment


def add(env, options):
    """Add a shard; months made from now on are parted anew."""
    password = os.environ.get("CN285_SHARD_PASSWORD")
    if password is None:
        password = getpass.getpass(f"Password of {options.user} at {options.host}: ")
    env["cn285.usage.shard"]._add(
        options.name, options.host, options.port, options.dbname, options.user, password
    )


def spread(env, options):
    """Move a month's events to where all shards would have them."""
    if not env["cn285.usage.event"]._spread_month(datetime.strptime(options.month, "%Y-%m")):
        raise SystemExit(f"{options.month} is on shards already: it stays as it is.")


def show(env, _options):
    """List the shards."""
    for shard in env["cn285.usage.shard"]._shards():
        print(f"{shard.name}\t{shard.user_name}@{shard.host}:{shard.port}/{shard.database}")


def settle(env, _options):
    """Settle what killed processes have left in doubt."""
    env["cn285.usage.event"]._settle_doubts()


def main():
    """Read the arguments, and do it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("database")
    commands = parser.add_subparsers(required=True)
    commands.add_parser("list").set_defaults(do=show)
    commands.add_parser("settle").set_defaults(do=settle)
    one = commands.add_parser("add")
    one.add_argument("name")
    one.add_argument("--host", required=True)
    one.add_argument("--port", type=int, default=5432)
    one.add_argument("--dbname", required=True)
    one.add_argument("--user", required=True)
    one.set_defaults(do=add)
    one = commands.add_parser("spread")
    one.add_argument("month", help="such as 2026-03")
    one.set_defaults(do=spread)
    options = parser.parse_args()
    with environment(options.database) as env:
        options.do(env, options)


if __name__ == "__main__":
    main()
