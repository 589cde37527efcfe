"""The SQL of the roles by which BI tools come in: one for each company, that may read views only.

What protects is what is granted: a role can switch off its own ``default_transaction_read_only``
and ``statement_timeout``, which are there against mistakes.
"""

import re
from collections.abc import Iterable, Iterator

from .view_sql import PRIVATE, SCHEMA, name, quoted

#: What PostgreSQL lets everybody do, and that no reader needs: large objects, locks that outlast a
#: query, messages to others, and code.
LARGE_OBJECTS = (
    "lo_creat(integer)",
    "lo_create(oid)",
    "lo_from_bytea(oid, bytea)",
    "lo_open(oid, integer)",
    "lo_put(oid, bigint, bytea)",
    "lo_truncate(integer, integer)",
    "lo_truncate64(integer, bigint)",
    "lo_unlink(oid)",
    "lowrite(integer, bytea)",
)
#: Limits of a role; its tool may ask for less, and an administrator may give more.
SETTINGS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "5min",
    "idle_in_transaction_session_timeout": "10min",
    "search_path": SCHEMA,
}
CONNECTIONS = 10


def role_name(database: str, company: int | None) -> str:
    """The name of a company's role; without a company, of that of all.

    Roles are the server's: the database is part of the name, cut where it is long.
    """
    base = re.sub(r"\W", "_", database.lower())[:40]
    return f"bi_{base}_{'all' if company is None else company}"


def closed_statements(database: str) -> Iterator[str]:
    """Take from everybody what everybody has in a new database."""
    yield f"REVOKE ALL ON DATABASE {name(database)} FROM PUBLIC"
    yield "REVOKE ALL ON SCHEMA public FROM PUBLIC"
    yield f"REVOKE ALL ON SCHEMA {SCHEMA} FROM PUBLIC"
    yield f"REVOKE ALL ON SCHEMA {PRIVATE} FROM PUBLIC"
    yield "REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC"
    for function in LARGE_OBJECTS:
        yield f"REVOKE EXECUTE ON FUNCTION pg_catalog.{function} FROM PUBLIC"


def closed_server() -> Iterator[str]:
    """Let nobody but administrators into the other databases of a server of our own."""
    for database in ("postgres", "template1"):
        yield f"REVOKE ALL ON DATABASE {database} FROM PUBLIC"


def create_role(role: str, verifier: str) -> Iterator[str]:
    """A role that logs in with a password.

    :param verifier: of the password, as SCRAM keeps it: the password itself is in no statement
    """
    yield (
        f"CREATE ROLE {name(role)} LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE"
        f" NOREPLICATION NOBYPASSRLS CONNECTION LIMIT {CONNECTIONS} PASSWORD {quoted(verifier)}"
    )
    for setting, value in SETTINGS.items():
        yield f"ALTER ROLE {name(role)} SET {setting} = {quoted(value)}"


def grants(role: str, database: str, companies: Iterable[int]) -> Iterator[str]:
    """What a role may do: read the views, and of them the rows of its companies.

    Run anew after the views were: a new view has no rights.
    """
    yield f"GRANT CONNECT ON DATABASE {name(database)} TO {name(role)}"
    yield f"GRANT USAGE ON SCHEMA {SCHEMA} TO {name(role)}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO {name(role)}"
    yield f"DELETE FROM {PRIVATE}.access WHERE role = {quoted(role)}"
    for company in companies:
        yield f"INSERT INTO {PRIVATE}.access VALUES ({quoted(role)}, {int(company)})"
