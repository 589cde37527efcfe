"""Rows into tables by COPY, for models whose rows come in tens of thousands."""

from odoo.tools import SQL

from ..engine.pgcopy import rows_file, used_columns


def next_ids(env, table, count):
    """``count`` fresh ids of a table, in ascending order."""
    rows = env.execute_query(
        SQL(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            table,
            count,
        )
    )
    return sorted(row[0] for row in rows)


def copy_rows(cr, table, rows):
    """Insert rows, dicts of column values as the database stores them; a missing key is NULL.

    Nothing of the ORM runs: defaults, computed fields, constraints and caches are the caller's.
    """
    if not rows:
        return
    columns = used_columns(rows)
    statement = SQL(
        "COPY %s (%s) FROM STDIN",
        SQL.identifier(table),
        SQL(", ").join(SQL.identifier(column) for column in columns),
    )
    # COPY goes through to the driver, for which Odoo's cursor has no wrapper of its own.
    cr.copy_expert(statement.code, rows_file(columns, rows))
