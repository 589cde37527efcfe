"""A PostgreSQL server and how one comes in: for both sides of a replica (replica_sides.py)."""

from contextlib import contextmanager
from dataclasses import dataclass

import psycopg2
from psycopg2.extensions import encrypt_password


class Refused(Exception):
    """What the user must put right, in a line."""


@dataclass(frozen=True)
class Address:
    """Where a server is and who comes in; a folder as host is that of a Unix socket."""

    host: str
    port: str
    user: str
    password: str = ""

    def arguments(self, dbname):
        """For psycopg2."""
        given = {"host": self.host, "port": self.port, "user": self.user, "dbname": dbname}
        return {**given, "password": self.password} if self.password else given

    def string(self, dbname):
        """For libpq, as a subscription takes it."""
        escaped = {
            name: str(value).replace("\\", "\\\\").replace("'", "\\'")
            for name, value in self.arguments(dbname).items()
        }
        return " ".join(f"{name}='{value}'" for name, value in escaped.items())


class Side:
    """A connection that commits each statement."""

    def __init__(self, address, dbname):
        self.address, self.dbname = address, dbname
        self.connection = psycopg2.connect(**address.arguments(dbname))
        self.connection.autocommit = True

    def close(self):
        """End it."""
        self.connection.close()

    def run(self, *statements):
        """Run statements, each by itself."""
        with self.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def rows(self, query, values=None):
        """The rows of a query."""
        with self.connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()

    @contextmanager
    def together(self):
        """All that runs in it takes effect together, or not at all."""
        self.connection.autocommit = False
        try:
            with self.connection:
                yield self
        finally:
            self.connection.autocommit = True

    @contextmanager
    def unlogged(self):
        """Statements with a secret: nothing of them goes to the server's log."""
        quiet = {
            "log_statement": "none",
            "log_min_duration_statement": "-1",
            "log_min_error_statement": "panic",
        }
        self.run(*(f"SET {name} = '{value}'" for name, value in quiet.items()))
        try:
            yield
        finally:
            self.run(*(f"RESET {name}" for name in quiet))

    def verifier(self, password, role):
        """What the server keeps of a password."""
        return encrypt_password(password, role, self.connection, "scram-sha-256")

    def exists(self, catalogue, column, value):
        """Whether a catalogue of PostgreSQL names something."""
        return bool(self.rows(f"SELECT 1 FROM {catalogue} WHERE {column} = %s", [value]))
