"""Work in large numbers: rows into tables by COPY, and commits between batches."""

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from io import BytesIO

from odoo import modules
from odoo.exceptions import LockError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL, config, float_round

from ..engine.pgcopy import columns_file, rows_file, used_columns
from .clock import imagining

# Nobody's fault: another process is at the same records, and the work is done again after it.
CONCURRENCY_ERRORS = (LockError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)
# How often a step is tried again behind another process, and the longest pause before it is.
MAX_TRIES = 12
MAX_PAUSE_SECONDS = 5.0

_one_transaction = ContextVar("cn285_one_transaction", default=False)

# Read anew by every batch, and changed by none but through the ORM: kept in memory while a
# transaction lasts.
MASTER_DATA = frozenset(
    {
        "account.account",
        "account.account.tag",
        "account.fiscal.position",
        "account.fiscal.position.account",
        "account.journal",
        "account.payment.term",
        "account.payment.term.line",
        "account.tax",
        "account.tax.group",
        "account.tax.repartition.line",
        "product.category",
        "product.pricelist",
        "product.pricelist.item",
        "product.product",
        "product.template",
        "res.company",
        "res.country",
        "res.country.group",
        "res.country.state",
        "res.currency",
        "res.lang",
        "res.partner",
        "res.users",
        "uom.uom",
    }
)


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


def copy_made(cr, table, makers):
    """Insert rows in parts that are given column by column; else as :func:`copy_rows`.

    For tens of thousands of rows: several times faster, and a thread makes each part while the
    database stores the one before it.

    :param makers: functions that return ``{column: values}``, all with the same columns; they touch
        no record and no cursor
    """

    def made(maker):
        columns = maker()
        return list(columns), columns_file(columns.values())

    for columns, file in made_ahead([partial(made, maker) for maker in makers]):
        _copy(cr, table, columns, file)


def copy_text(cr, table, columns, text):
    """Insert rows that are bytes already, as COPY reads them, in the order of these columns."""
    _copy(cr, table, columns, BytesIO(text))


def made_ahead(makers):
    """Yield what each of some functions returns; a thread is one ahead of who uses it.

    :param makers: functions without arguments that touch no record and no cursor
    """
    with ThreadPoolExecutor(1) as thread:
        ahead = None
        for maker in [*makers, None]:
            coming = thread.submit(maker) if maker else None
            if ahead:
                yield ahead.result()
            ahead = coming


def update_rows(model, values, names, only=None):
    """Write values of many rows in one statement, each row its own.

    Stands in for ``write``, whose overrides are not called; what depends on the values is computed
    anew.

    :param values: ``{row id: values}``, with all ``names``; money is rounded already
    :param only: which rows may be written, a condition on ``row`` as ``SQL``
    """
    if not values or not names:
        return
    model.flush_model()
    columns = [model._fields[name] for name in names]
    made = [
        _as_array(model.env, field, [vals[field.name] for vals in values.values()])
        for field in columns
    ]
    identifiers = [SQL.identifier(name) for name in names]
    model.env.execute_query(
        SQL(
            """UPDATE %s row SET %s, write_uid = %s, write_date = %s
                 FROM unnest(%s::int[], %s) AS made (id, %s)
                WHERE row.id = made.id AND %s
            RETURNING 1""",
            SQL.identifier(model._table),
            SQL(", ").join(SQL("%s = made.%s", name, name) for name in identifiers),
            model.env.uid,
            model.env.cr.now(),
            list(values),
            SQL(", ").join(made),
            SQL(", ").join(identifiers),
            only or SQL("TRUE"),
        )
    )
    rows = model.browse(list(values))
    rows.invalidate_recordset([*names, "write_uid", "write_date"], flush=False)
    rows.modified(names)


def _as_array(env, field, values):
    """Values of a column, as an array of its type."""
    digits = field.type == "float" and field.get_digits(env)
    if digits:
        rounded = {value: float_round(value or 0.0, digits[1]) for value in set(values)}
        values = [rounded[value] for value in values]
    elif field.type == "json":
        values = [json.dumps(value) if value else None for value in values]
    else:
        values = [None if value is False else value for value in values]
    return SQL("%s::%s[]", values, SQL(field.column_type[1]))


def _copy(cr, table, columns, file):
    statement = SQL(
        "COPY %s (%s) FROM STDIN",
        SQL.identifier(table),
        SQL(", ").join(SQL.identifier(column) for column in columns),
    )
    # COPY goes through to the driver, for which Odoo's cursor has no wrapper of its own. In few
    # large pieces: for each one it may have to wait for the thread that makes the next part.
    cr.copy_expert(statement.code, file, size=1 << 22)


def in_test():
    """Whether a test owns the transaction, which then must neither commit nor roll back."""
    return bool(config["test_enable"] or modules.module.current_test)


@contextmanager
def one_transaction():
    """Within this block batches are written, not committed: whoever opened it commits them all.

    For many small batches in a row. Until then nothing that others change is seen, and master data
    that were read once stay in memory. A batch that finds rows locked cannot wait: it raises.
    """
    token = _one_transaction.set(True)
    try:
        yield
    finally:
        _one_transaction.reset(token)


def in_one_transaction():
    """Whether batches wait for a common commit, so that none of them may roll back on its own."""
    return _one_transaction.get()


def commit_batch(env):
    """Commit a batch and free the memory it took.

    Inside a test, in a job (whose runner commits) and while looking ahead, only what is pending is
    written; in :func:`one_transaction` too, with what is done before a commit, such as the log of
    changes.
    """
    env.flush_all()
    if in_one_transaction():
        env.cr.flush()
        _forget_documents(env)
        return
    if not in_test() and not imagining() and not env.context.get("job_uuid"):
        env.cr.commit()  # pylint: disable=invalid-commit
    env.invalidate_all()


def free_memory(env):
    """Write what is pending, and free what was read of all but master data."""
    env.flush_all()
    _forget_documents(env)


def persistently(env, step):
    """Do a step and commit it; behind another process, wait and do it again.

    What comes before must be committed: a step that has to wait is rolled back. Inside a test, and
    in :func:`one_transaction`, nothing may be rolled back, and nobody waits.

    :param step: a function without arguments
    :returns: what the step returned
    :raises: one of ``CONCURRENCY_ERRORS`` where others do not make way
    """
    for attempt in range(1, MAX_TRIES + 1):
        try:
            result = step()
            commit_batch(env)
            return result
        except CONCURRENCY_ERRORS:
            if attempt == MAX_TRIES or in_test() or in_one_transaction():
                raise
            env.cr.rollback()
            env.invalidate_all()
            pause = min(0.05 * 2**attempt, MAX_PAUSE_SECONDS)
            time.sleep(pause * random.uniform(0.5, 1.0))


def _forget_documents(env):
    """Free what was read of all but master data."""
    for field in list(env.transaction.field_data):
        if not _is_master_data(field):
            field._invalidate_cache(env)


def _is_master_data(field):
    if field.model_name not in MASTER_DATA or not (field.store or field.related):
        return False
    return not field.comodel_name or field.comodel_name in MASTER_DATA
