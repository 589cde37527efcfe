"""Work in large numbers: rows into tables by COPY, and commits between batches."""

from odoo import modules
from odoo.tools import SQL, config

from ..engine.pgcopy import rows_file, used_columns
from .clock import imagining


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
