"""Keeps in the ORM's memory what is known of quick invoices, so that it is not read again."""

MOVE = "account.move"
LINE = "account.move.line"
INVOICE_LINES = frozenset({"product", "line_section", "line_subsection", "line_note"})

# What a billing run reads of new invoices: read from the database, each would be read whole.
REMEMBERED = {
    MOVE: (
        "commercial_partner_id",
        "company_id",
        "currency_id",
        "date",
        "fiscal_position_id",
        "invoice_date",
        "invoice_user_id",
        "journal_id",
        "move_type",
        "partner_id",
        "state",
    ),
    LINE: (
        "account_id",
        "company_id",
        "currency_id",
        "display_type",
        "move_id",
        "partner_id",
        "product_id",
        "sequence",
    ),
}
SHOWN_AMOUNTS = ("price_subtotal", "price_total")


def remember(env, invoices):
    """Keep in memory what was written, as if it had been read: only what nothing changes later."""
    items = [item for invoice in invoices for item in invoice.items]
    for model, made in ((MOVE, invoices), (LINE, items)):
        records = env[model].browse([one.columns["id"] for one in made])
        for name in REMEMBERED[model]:
            values = [one.columns.get(name) for one in made]
            records._fields[name]._insert_cache(records, values)
    lines = [item for item in items if item.columns["display_type"] == "product"]
    records = env[LINE].browse([item.columns["id"] for item in lines])
    for name in SHOWN_AMOUNTS:
        amounts = [float(item.columns[name]) for item in lines]
        records._fields[name]._insert_cache(records, amounts)
    remember_numbers(env, invoices)
    moves = env[MOVE].browse([invoice.columns["id"] for invoice in invoices])
    for name, kinds in (("line_ids", None), ("invoice_line_ids", INVOICE_LINES)):
        moves._fields[name]._insert_cache(
            moves, [_item_ids(invoice, kinds) for invoice in invoices]
        )


def remember_numbers(env, invoices):
    """Keep in memory the numbers that were stored, whatever was foreseen."""
    records = env[MOVE].browse([invoice.columns["id"] for invoice in invoices])
    for name in ("name", "payment_reference", "sequence_prefix", "sequence_number"):
        fld = records._fields[name]
        fld._invalidate_cache(env, records._ids)
        fld._insert_cache(records, [invoice.columns[name] for invoice in invoices])


def _item_ids(invoice, kinds):
    return tuple(
        item.columns["id"]
        for item in invoice.items
        if not kinds or item.columns["display_type"] in kinds
    )
