"""Work in large numbers: rows into tables by COPY, and commits between batches."""

from concurrent.futures import ThreadPoolExecutor

from odoo import modules
from odoo.tools import SQL, config

from ..engine.pgcopy import columns_file, rows_file, used_columns
from .clock import imagining


def next_ids(env, table, count):
    """``count`` fresh ids of a table, in ascending order."""
    rows = env.execute_query(
        SQL(
            """SELECT nextval(sequence.name)
                 FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) sequence,
                      generate_series(1, %s)""",
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
    _copy(cr, table, columns, rows_file(columns, rows))


def copy_columns(cr, table, columns):
    """Insert rows that are given column by column, ``{column: values}``; else as :func:`copy_rows`.

    For tens of thousands of rows: several times faster.
    """
    _copy(cr, table, columns, columns_file(columns.values()))


def copy_made(cr, table, makers):
    """Insert rows in parts, as :func:`copy_columns`: a thread makes each part while the database
    stores the one before it.

    :param makers: functions that return ``{column: values}``, all with the same columns; they touch
        no record and no cursor
    """

    def made(maker):
        columns = maker()
        return list(columns), columns_file(columns.values())

    with ThreadPoolExecutor(1) as thread:
        ahead = None
        for maker in [*makers, None]:
            coming = thread.submit(made, maker) if maker else None
            if ahead:
                _copy(cr, table, *ahead.result())
            ahead = coming


def _copy(cr, table, columns, file):
    statement = SQL(
        "COPY %s (%s) FROM STDIN",
        SQL.identifier(table),
        SQL(", ").join(SQL.identifier(column) for column in columns),
    )
    # COPY goes through to the driver, for which Odoo's cursor has no wrapper of its own.
    cr.copy_expert(statement.code, file)


def in_test():
    """Whether a test owns the transaction, which then must neither commit nor roll back."""
    return bool(config["test_enable"] or modules.module.current_test)


def commit_batch(env):
    """Commit a batch and free the memory it took.

    Inside a test, in a job (whose runner commits) and while looking ahead, only what is pending is
    written.
    """
    env.flush_all()
    if not in_test() and not imagining() and not env.context.get("job_uuid"):
        env.cr.commit()  # pylint: disable=invalid-commit
    env.invalidate_all()
