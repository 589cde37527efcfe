"""A database multiplied in SQL: rows that the models made, copied with all that links them.

Each copy of a table's rows has the ids of the first plus the copy's number times a stride, the
width of the ids that were made: so a link into any of the tables is copied by an addition, without
a join. Foreign keys and indexes are taken away for the time of the copying, and made again.
"""

from contextlib import contextmanager
from time import perf_counter

# In this order, as links go; what a benchmark's models make besides stays what it was.
TABLES = (
    "res_partner",
    "cn285_contract",
    "cn285_contract_item",
    "cn285_contract_item_version",
    "cn285_usage_calculator",
    "cn285_usage_calculator_version",
    "cn285_usage_tier",
    "account_move",
    "account_move_line",
    "account_move_line_account_tax_rel",
    "cn285_contract_move_rel",
    "cn285_billing_schedule",
    "cn285_usage_rating",
    "cn285_usage_balance",
    "cn285_usage_event",
    "cn285_usage_key",
    "cn285_revrec_schedule",
    "cn285_revrec_line",
)
# Links that are no foreign keys in the database.
LOOSE = {
    ("cn285_usage_event", "item_id"): "cn285_contract_item",
    ("cn285_usage_event", "contract_id"): "cn285_contract",
    ("cn285_usage_event", "beneficiary_id"): "res_partner",
    ("cn285_usage_event", "origin_id"): "cn285_usage_event",
    ("cn285_usage_key", "event_id"): "cn285_usage_event",
}
# Numbers of invoices have five digits, and more where five are not enough: lpad would cut these.
NUMBER = "(CASE WHEN {n} < 100000 THEN lpad(({n})::text, 5, '0') ELSE ({n})::text END)"
MOVE_NUMBER = NUMBER.format(n="sequence_number + k * {moves}")
LINE_NUMBER = NUMBER.format(n="move.sequence_number + k * {moves}")
# What is unique, or tells one copy from another; {k} is the copy's number.
OWN = {
    ("res_partner", "name"): "name || ' ' || k",
    ("res_partner", "complete_name"): "complete_name || ' ' || k",
    ("cn285_contract", "name"): "name || '-' || k",
    ("cn285_contract", "access_token"): "NULL",
    ("account_move", "access_token"): "NULL",
    ("account_move", "sequence_number"): "sequence_number + k * {moves}",
    ("account_move", "name"): f"sequence_prefix || {MOVE_NUMBER}",
    ("account_move", "payment_reference"): f"sequence_prefix || {MOVE_NUMBER}",
    ("account_move_line", "move_name"): f"(SELECT move.sequence_prefix || {LINE_NUMBER}"
    " FROM account_move move WHERE move.id = source.move_id)",
    ("cn285_usage_event", "transaction_id"): "transaction_id || '-' || k",
}


def highest(cr):
    """The highest id of each of the tables, to tell later what was made."""
    return {table: _one(cr, f"SELECT max(id) FROM {table}") or 0 for table in _with_id(cr)}


def multiply(cr, before, copies, tell=lambda table, rows, seconds: None):
    """Copy what was made since :func:`highest` so many times; a transaction for each table.

    :param before: ``{table: id}``, as :func:`highest` gave it
    :param tell: called for each table, with the rows it has then and the seconds it took
    """
    spans = {table: _span(cr, table, low) for table, low in before.items()}
    moves = _one(cr, "SELECT max(sequence_number) FROM account_move WHERE move_type='out_invoice'")
    cr.execute("SET maintenance_work_mem = '512MB'")
    cr.execute("SET synchronous_commit = off")
    for table in _existing(cr):
        since = perf_counter()
        links = _links(cr, table)
        with _bare(cr, table):
            _copy(cr, table, links, spans, copies, moves or 0)
        _move_sequence(cr, table, spans)
        cr.commit()
        tell(table, _one(cr, f"SELECT count(*) FROM {table}"), perf_counter() - since)


def _existing(cr):
    return [t for t in TABLES if _one(cr, f"SELECT to_regclass('{t}')") is not None]


def _with_id(cr):
    cr.execute(
        "SELECT table_name FROM information_schema.columns"
        " WHERE column_name = 'id' AND table_name = ANY(%s)",
        [list(TABLES)],
    )
    found = {name for (name,) in cr.fetchall()}
    return [table for table in TABLES if table in found]


def _span(cr, table, low):
    """``(first id, last id, stride)`` of what was made; the stride keeps blocks of ids whole."""
    high = _one(cr, f"SELECT max(id) FROM {table}") or low
    block = _one(cr, f"SELECT increment_by FROM pg_sequences WHERE sequencename = '{table}_id_seq'")
    block = block or 1
    return low + 1, high, -(-(high - low) // block) * block or block


def _copy(cr, table, links, spans, copies, moves):
    cr.execute(
        "SELECT column_name, udt_name FROM information_schema.columns"
        " WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    names, values = [], []
    for name, kind in cr.fetchall():
        own = OWN.get((table, name))
        target = table if name == "id" else links.get(name)
        column = f'source."{name}"'
        if own:
            value = own.format(moves=moves)
        elif kind == "uuid":
            value = f"md5({column}::text || k)::uuid"
        elif target in spans:
            low, high, stride = spans[target]
            value = f"CASE WHEN {column} BETWEEN {low} AND {high} THEN {column} + k * {stride}"
            value += f" ELSE {column} END"
        else:
            value = column
        names.append(f'"{name}"')
        values.append(value)
    cr.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)}"
        f" FROM generate_series(1::bigint, %s) k CROSS JOIN {table} source"
        f" WHERE {_made(table, links, spans)}",
        [copies],
    )


def _made(table, links, spans):
    """Which rows of a table the models made: by their ids, or by what they link to."""
    if table in spans:
        low, high, _stride = spans[table]
        return f"source.id BETWEEN {low} AND {high}"
    column, target = next((name, to) for name, to in links.items() if to in spans)
    low, high, _stride = spans[target]
    return f'source."{column}" BETWEEN {low} AND {high}'


def _links(cr, table):
    cr.execute(
        """SELECT a.attname, c.confrelid::regclass::text FROM pg_constraint c
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            WHERE c.contype = 'f' AND c.conrelid = %s::regclass AND cardinality(c.conkey) = 1""",
        [table],
    )
    links = dict(cr.fetchall())
    links |= {name: target for (of, name), target in LOOSE.items() if of == table}
    return links


@contextmanager
def _bare(cr, table):
    """Without its indexes and foreign keys for a while; a partitioned table keeps its own."""
    if _one(cr, f"SELECT relkind = 'p' FROM pg_class WHERE oid = '{table}'::regclass"):
        yield
        return
    cr.execute(
        """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE contype = 'f' AND conrelid = %s::regclass AND confrelid != 0""",
        [table],
    )
    constraints = cr.fetchall()
    cr.execute(
        """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
            WHERE i.indrelid = %s::regclass
              AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)""",
        [table],
    )
    indexes = cr.fetchall()
    for name, _definition in constraints:
        cr.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _definition in indexes:
        cr.execute(f"DROP INDEX {name}")
    yield
    for _name, definition in indexes:
        cr.execute(definition)
    for name, definition in constraints:
        cr.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def _move_sequence(cr, table, spans):
    if table in spans:
        cr.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id) + %s) FROM {table}",
            [spans[table][2]],
        )


def _one(cr, statement):
    cr.execute(statement)
    row = cr.fetchone()
    return row and row[0]
