"""What is published, what it should be, and by which steps the replica follows an update.

Tables are ``{table: {column: type}}``. The engine compares; who runs the statements is
told in which order, and on which side.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .catalogue import View, key_of, published
from .view_sql import name

#: The publication of rows, and that of events as they arrive.
ROWS, EVENTS = "cn285_bi", "cn285_bi_events"
#: What tells how far the replica is: a row a minute.
BEAT = "cn285_replica_beat"
BEAT_COLUMNS = ("id", "beaten_at")

Tables = dict[str, dict[str, str]]


def wanted(
    views: Iterable[View], installed: set[str], events: bool = False
) -> dict[str, dict[str, tuple[str, ...]]]:
    """``{publication: {table: columns}}`` that the views of installed addons need.

    :param events: also what is published as it arrives
    """
    views = list(views)
    rows = published([view for view in views if not view.insert_only], installed)
    rows[BEAT] = BEAT_COLUMNS
    asked = {ROWS: rows}
    only = published([view for view in views if view.insert_only], installed)
    own = {table: columns for table, columns in only.items() if not key_of(table)}
    # What else such a view joins is published with the rows.
    for table, columns in only.items():
        if table not in own:
            rows[table] = _together(table, rows.get(table, ()), columns)
    if events and own:
        asked[EVENTS] = own
    return asked


def _together(table: str, one: Iterable[str], other: Iterable[str]) -> tuple[str, ...]:
    key = key_of(table)
    return (*key, *sorted({*one, *other} - set(key)))


def table_list(tables: dict[str, tuple[str, ...]]) -> str:
    """The tables of a publication with the columns that leave, as SQL."""
    return ", ".join(
        f"public.{name(table)} ({', '.join(map(name, columns))})"
        for table, columns in sorted(tables.items())
    )


def create_publication(publication: str, tables: dict[str, tuple[str, ...]]) -> str:
    """``CREATE PUBLICATION``; what has no key is published as it is inserted, by its whole."""
    options = (
        " WITH (publish = 'insert', publish_via_partition_root = true)"
        if publication == EVENTS
        else ""
    )
    return f"CREATE PUBLICATION {publication} FOR TABLE {table_list(tables)}{options}"


def set_publication(publication: str, tables: dict[str, tuple[str, ...]]) -> str:
    """Let a publication have these tables and columns, and no others."""
    return f"ALTER PUBLICATION {publication} SET TABLE {table_list(tables)}"


def reader_grants(role: str, tables: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """What the subscription's role may read in the database of Odoo: what is published."""
    for table, columns in sorted(tables.items()):
        yield f"REVOKE ALL ON public.{name(table)} FROM {name(role)}"
        listed = ", ".join(map(name, columns))
        yield f"GRANT SELECT ({listed}) ON public.{name(table)} TO {name(role)}"


def create_table(table: str, columns: dict[str, str]) -> str:
    """The table of the replica: the columns that arrive, and the key."""
    parts = [f"{name(column)} {kind}" for column, kind in columns.items()]
    if key_of(table):
        parts.append(f"PRIMARY KEY ({', '.join(map(name, key_of(table)))})")
    return f"CREATE TABLE public.{name(table)} ({', '.join(parts)})"


@dataclass
class Plan:
    """What is to be done so that a replica has what it should have.

    ``copied``: tables whose rows are copied anew, because of a new column or another type, or
    because they had fallen out of the publication: what they missed in between comes by no other
    way. ``removed`` are in the replica and wanted no more.
    """

    made: list[str] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    same: bool = True


def plan(wanted: Tables, there: Tables, published: dict[str, tuple[str, ...]]) -> Plan:
    """Compare what should be with the replica's tables and with what is published.

    :param wanted: the tables with the types that they have in Odoo's database today
    :param there: the replica's tables
    :param published: what the publications have
    """
    found = Plan()
    for table, columns in wanted.items():
        if table not in there:
            found.made.append(table)
        elif there[table] != columns or table not in published:
            found.copied.append(table)
    found.removed = sorted(set(there) - set(wanted))
    as_published = {table: set(columns) for table, columns in published.items()}
    found.same = (
        not (found.made or found.copied or found.removed)
        and {table: set(columns) for table, columns in wanted.items()} == as_published
    )
    return found


def differences(
    wanted: dict[str, tuple[str, ...]], published: dict[str, tuple[str, ...]]
) -> list[str]:
    """Tables that are published otherwise than wanted, in order; empty: all is as it should be."""
    return sorted(
        table
        for table in {*wanted, *published}
        if set(wanted.get(table, ())) != set(published.get(table, ()))
    )
