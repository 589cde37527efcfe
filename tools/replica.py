"""A read-only replica for BI tools: made, refreshed, looked at, removed (docs/bi.md).

    make replica                        a replica of the demonstration, on a server of this clone
    make replica DB=name TO=host:port   on a server of yours; PGUSER there: CN285_REPLICA_USER
    make replica ARGS=--events          events of usage too
    make replica ARGS=--all             a role that sees all companies, too
    make replica-refresh                after an update of addons, and after new companies
    make replica ARGS=status            who reads, and how far it is
    make replica ARGS=drop              removes it

The password of the administrator there is read from CN285_REPLICA_PASSWORD.
"""

import argparse
import os
import sys
from urllib.parse import quote

import odoo.addons

from odoo_env import environment
from provision import ADDONS, Problem

# Odoo adds the folder when it reads its configuration, which is later.
odoo.addons.__path__.append(str(ADDONS))

from odoo.addons.cn285_bi.engine import publication, role_sql  # noqa: E402
from replica_server import Address, Refused  # noqa: E402
from replica_sides import Primary, Replica  # noqa: E402


class Work:
    """A replica of one database: what the commands do.

    :param primary: Odoo's server, as a superuser or owner comes in from here
    :param replica: the server of the replica, as its superuser comes in
    :param seen: (host, port) of Odoo's server as the replica's reaches it
    :param private: the replica's server has nothing else
    """

    def __init__(self, database, primary, replica, seen=None, private=False):
        self.database = database
        self.primary, self.address = primary, replica
        self.seen = seen or (primary.host, primary.port)
        self.private = private

    @property
    def name(self):
        """The replica's database."""
        return f"{self.database[:59]}_bi"

    def asked(self, events=None):
        """What Odoo's database says: views, installed addons, what is wanted, companies."""
        with environment(self.database, commit=False) as env:
            if "cn285.bi.replica" not in env:
                raise Refused(f"cn285_bi is not installed in {self.database}")
            model = env["cn285.bi.replica"]
            if events is None:
                events = publication.EVENTS in model._published()
            return {
                "views": [view for view in model._views() if events or not view.insert_only],
                "installed": model._installed(),
                "events": events,
                "wanted": model._wanted(events),
                # All of them, of archived ones their past.
                "companies": env["res.company"].with_context(active_test=False).search([]).ids,
            }

    def make(self, events=False, everything=False):
        """Make a replica, or bring in step the one that is there; returns the new passwords."""
        primary = Primary(self.primary, self.database)
        primary.check()
        asked = self.asked(events or None)
        types = primary.types(_tables(asked))
        replica = Replica.made(self.address, self.name)
        if self.private:
            # Its other databases are nobody's: a reader has no business there.
            replica.run(*role_sql.closed_server())
        if replica.subscribed():
            primary.close()
            replica.close()
            return self.refresh(events or None, everything)
        password = primary.new_reader()
        primary.publish(asked["wanted"])
        replica.shape(asked["views"], asked["installed"], types, types)
        reader = Address(*self.seen, primary.reader, password)
        replica.subscribe(reader, self.database, list(asked["wanted"]))
        replica.wait()
        self.note(asked["events"])
        made = self._roles(replica, asked["companies"], everything)
        primary.close()
        replica.close()
        return made

    def refresh(self, events=None, everything=False):
        """Bring the replica in step with the views; returns the passwords of new roles."""
        asked = self.asked(events)
        primary = Primary(self.primary, self.database)
        replica = Replica.found(self.address, self.name)
        if not (replica and replica.subscribed()):
            raise Refused(f"{self.database} has no replica here: make replica")
        types = primary.types(_tables(asked))
        plan = publication.plan(types, replica.tables(), primary.published())
        out = [*plan.copied, *plan.removed]
        if out:
            primary.take_out(out)
            replica.follow(copy=False)
        replica.shape(asked["views"], asked["installed"], types, plan.copied)
        primary.publish(asked["wanted"])
        replica.follow(list(asked["wanted"]))
        replica.wait()
        self.note(asked["events"])
        everything = everything or role_sql.role_name(self.database, None) in replica.roles()
        made = self._roles(replica, asked["companies"], everything)
        primary.close()
        replica.close()
        return made

    def drop(self):
        """Remove the replica, and what Odoo's database has for it."""
        replica = Replica.found(self.address, self.name)
        if replica:
            replica.drop()
        primary = Primary(self.primary, self.database)
        primary.drop()
        primary.close()
        self.note(None)

    def status(self):
        """How it does, in lines."""
        with environment(self.database, commit=False) as env:
            yield env["cn285.bi.replica"]._summary()
            told = env["cn285.bi.replica"]._watched()
            if told["warning"]:
                yield told["warning"]
        replica = Replica.found(self.address, self.name)
        if replica:
            for role, companies in replica.roles().items():
                yield f"{role}: companies {', '.join(map(str, companies))}"
            replica.close()

    def connection(self, role, password):
        """The line that a BI tool asks for."""
        host = self.address.host
        where = f"/{self.name}?host={quote(host)}" if host.startswith("/") else ""
        where = where or f"{host}:{self.address.port}/{self.name}"
        return f"postgresql://{role}:{quote(password, safe='')}@{where}"

    def note(self, events):
        """Note in Odoo's database that it has a replica, or with None that it has none."""
        with environment(self.database) as env:
            replica = env["cn285.bi.replica"]
            replica._forget() if events is None else replica._note_made(events)

    def _roles(self, replica, companies, everything):
        wanted = {role_sql.role_name(self.database, company): [company] for company in companies}
        if everything:
            wanted[role_sql.role_name(self.database, None)] = companies
        made = {role: replica.new_role(role, sees) for role, sees in wanted.items()}
        return {role: password for role, password in made.items() if password}


def _tables(asked):
    return {table: names for part in asked["wanted"].values() for table, names in part.items()}


def from_environment(database):
    """The work on a database, by the variables of the environment."""
    primary = Address(
        os.environ.get("PGHOST", "127.0.0.1"),
        os.environ.get("PGPORT", "5432"),
        os.environ.get("PGUSER", "odoo"),
        os.environ.get("PGPASSWORD", ""),
    )
    to = os.environ.get("TO") or os.environ.get("CN285_REPLICA", "")
    host, _colon, port = to.rpartition(":")
    if not host:
        raise Refused("say where the replica is: TO=host:port")
    replica = Address(
        host,
        port,
        os.environ.get("CN285_REPLICA_USER", "postgres"),
        os.environ.get("CN285_REPLICA_PASSWORD", ""),
    )
    # As the replica's server reaches Odoo's, where that is another address than from here.
    host, _colon, port = os.environ.get("CN285_PRIMARY", "").rpartition(":")
    seen = (host, port) if host else None
    return Work(database, primary, replica, seen, private=not os.environ.get("TO"))


def main():
    """Read the arguments, and do it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("database")
    parser.add_argument(
        "command", nargs="?", default="make", choices=["make", "refresh", "status", "drop"]
    )
    parser.add_argument("--events", action="store_true", help="events of usage too")
    parser.add_argument("--all", action="store_true", help="a role that sees all companies, too")
    options = parser.parse_args()
    try:
        work = from_environment(options.database)
        if options.command == "drop":
            work.drop()
        elif options.command == "status":
            print("\n".join(work.status()))
        else:
            do = work.make if options.command == "make" else work.refresh
            made = do(options.events or None, options.all)
            for role, password in sorted(made.items()):
                print(work.connection(role, password))
            if made:
                print("These lines are told once: passwords are kept nowhere.", file=sys.stderr)
    except (Refused, Problem) as problem:
        raise SystemExit(f"cn285: {problem}") from None


if __name__ == "__main__":
    main()
