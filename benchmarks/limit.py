"""The limit of billing: the rows that a run has written, each table by one COPY.

All constraints, foreign keys and indexes are at work; what is left out is all that decides what the
rows say. No program that stores the same invoices in these tables can be faster than that.
"""

from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from time import perf_counter, process_time

# Fresh ids lie beyond those of the rows that are copied.
SHIFT = 100_000_000
# Table, which of its rows are a run's invoices', and the columns that hold ids of other copies.
# In the order in which their foreign keys want them.
TABLES = (
    ("account_move", "id IN %(moves)s", ()),
    ("account_move_line", "move_id IN %(moves)s", ("move_id",)),
    (
        "account_move_line_account_tax_rel",
        "account_move_line_id IN %(lines)s",
        ("account_move_line_id",),
    ),
    (
        "account_account_tag_account_move_line_rel",
        "account_move_line_id IN %(lines)s",
        ("account_move_line_id",),
    ),
    ("cn285_contract_move_rel", "move_id IN %(moves)s", ("move_id",)),
    ("mail_message", "model = 'account.move' AND res_id IN %(moves)s", ("res_id",)),
    ("mail_followers", "res_model = 'account.move' AND res_id IN %(moves)s", ("res_id",)),
    (
        "mail_followers_mail_message_subtype_rel",
        """mail_followers_id IN (SELECT id FROM mail_followers
            WHERE res_model = 'account.move' AND res_id IN %(moves)s)""",
        ("mail_followers_id",),
    ),
    ("cn285_billing_schedule", "move_id IN %(moves)s", ("move_id", "move_line_id")),
)
# What may not be there twice.
OWN = {
    "account_move": {"name": "'LIMIT/' || {}"},
    "mail_message": {"message_id": "'limit-' || {}"},
    "cn285_billing_schedule": {"revision": "{} + 1000"},
}


def copied(env, moves):
    """Store once more what is stored of these invoices; return seconds and rows by table.

    Only storing is measured, not reading what is stored. Nothing of it stays.
    """
    cr = env.cr
    cr.execute("SELECT id FROM account_move_line WHERE move_id IN %s", [tuple(moves.ids)])
    given = {"moves": tuple(moves.ids), "lines": tuple(row[0] for row in cr.fetchall())}
    files = [_exported(cr, given, *table) for table in TABLES]
    report, rows = {}, {}
    with processor(env, report):
        for (table, _where, _links), (columns, file) in zip(TABLES, files, strict=True):
            cr.copy_expert(f"COPY {table} ({columns}) FROM STDIN", file, size=1 << 22)
            rows[table] = cr.rowcount
    cr.rollback()
    return {**report, "rows": rows}


def _exported(cr, given, table, where, links):
    cr.execute(
        """SELECT column_name FROM information_schema.columns
            WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position""",
        [table],
    )
    columns = [name for (name,) in cr.fetchall()]
    own = OWN.get(table, {})
    values = []
    for name in columns:
        quoted = f'"{name}"'
        if name == "id" or name in links:
            quoted = f"{quoted} + {SHIFT}"
        values.append(own[name].format(quoted) if name in own else quoted)
    query = f"SELECT {', '.join(values)} FROM {table} WHERE {where} ORDER BY 1"
    file = BytesIO()
    cr.copy_expert(f"COPY ({cr.mogrify(query, given).decode()}) TO STDOUT", file)
    file.seek(0)
    return ", ".join(f'"{name}"' for name in columns), file


@contextmanager
def processor(env, report):
    """Add to ``report`` the block's seconds, and the processor's of this process and its server's.

    Both work in turn, so their sum is what the block takes on one core that nobody else is at.
    """
    env.cr.execute("SELECT pg_backend_pid()")
    server = Path(f"/proc/{env.cr.fetchone()[0]}/schedstat")
    clock, own, its = perf_counter(), process_time(), _on_processor(server)
    yield report
    report["seconds"] = perf_counter() - clock
    report["cpu_python"] = process_time() - own
    report["cpu_server"] = _on_processor(server) - its
    report["cpu"] = report["cpu_python"] + report["cpu_server"]


@contextmanager
def numbers_held(env, report):
    """Add to ``report`` which share of the block the lock of the invoices' numbers was held."""
    from odoo.addons.cn285_contract.models.writer.invoice_writer_numbers import _Batch

    take, commit, since, held = _Batch._take, env.cr.commit, [], []

    def noting(batch, sequence):
        take(batch, sequence)
        since.append(perf_counter())

    def committing():
        commit()
        if since:
            held.append(perf_counter() - since[0])
            since.clear()

    _Batch._take, env.cr.commit = noting, committing
    clock = perf_counter()
    try:
        yield report
    finally:
        _Batch._take = take
        del env.cr.commit
    report["numbers_held"] = sum(held) / (perf_counter() - clock)


def _on_processor(path):
    return int(path.read_text().split()[0]) / 1e9
