"""Stores planned invoices: inserts their rows with COPY, and what Odoo writes beside them."""

from markupsafe import Markup
from odoo.tools import SQL
from odoo.tools.mail import generate_tracking_message_id
from odoo.tools.translate import code_translations

from ..bulk import copy_rows, next_ids

MOVE = "account.move"
LINE = "account.move.line"


def insert_invoices(writer, invoices, foresee):
    """Insert posted ``invoices`` without numbers and return their ids in the same order.

    Nothing pending may be left in the ORM when this is called.

    :param foresee: function of the environment and the invoices, called when these are stored and
        before their items are: writes the numbers that they will get into their columns
    """
    return _Insertion(writer, invoices).run(foresee)


def name_items(env, invoice):
    """Write into the columns of an invoice's items what follows from its number."""
    name, ref = invoice.columns["name"], invoice.columns["ref"]
    label = f"{ref} - {name}" if ref and ref != name else name
    for item in invoice.items:
        columns = item.columns
        columns["move_name"] = name
        if columns["display_type"] == "payment_term":
            columns["name"] = (
                installment_name(env, label, item.installment) if item.installment else label
            )


class _Insertion:
    def __init__(self, writer, invoices):
        self.env = writer.env
        self.cr = writer.env.cr
        self.moves = writer.env[MOVE]
        self.invoices = invoices

    def run(self, foresee):
        self._allocate()
        copy_rows(self.cr, "account_move", [invoice.columns for invoice in self.invoices])
        foresee(self.env, self.invoices)
        self._insert_items()
        self._insert_links()
        return self.ids

    def _allocate(self):
        self.ids = next_ids(self.env, "account_move", len(self.invoices))
        stamp = {
            "create_uid": self.env.uid,
            "write_uid": self.env.uid,
            "create_date": self.cr.now(),
            "write_date": self.cr.now(),
        }
        self.stamp = stamp
        for invoice, move_id in zip(self.invoices, self.ids, strict=True):
            invoice.columns.update(stamp, id=move_id)

    def _insert_items(self):
        rows = []
        for invoice in self.invoices:
            name_items(self.env, invoice)
            for item in invoice.items:
                item.columns.update(self.stamp, move_id=invoice.columns["id"])
                rows.append(item.columns)
        for columns, item_id in zip(
            rows, next_ids(self.env, "account_move_line", len(rows)), strict=True
        ):
            columns["id"] = item_id
        copy_rows(self.cr, "account_move_line", rows)

    def _insert_links(self):
        tables = {}
        for invoice in self.invoices:
            self._collect(tables, MOVE, invoice.columns["id"], invoice.links)
            for item in invoice.items:
                self._collect(tables, LINE, item.columns["id"], item.links)
        for (table, _own, _other), rows in tables.items():
            copy_rows(self.cr, table, rows)

    def _collect(self, tables, model, record_id, links):
        for name, ids in links.items():
            if ids:
                fld = self.env[model]._fields[name]
                rows = tables.setdefault((fld.relation, fld.column1, fld.column2), [])
                rows += [{fld.column1: record_id, fld.column2: other} for other in ids]


def installment_name(env, name, number):
    """Return Odoo's label of payment term line ``number`` of several."""
    source = "%(name)s installment #%(number)s"
    known = code_translations.get_python_translations("account", env.lang or "en_US")
    return (known.get(source, source) % {"name": name, "number": number}).lstrip()


# ---------------------------------------------------------------------- chatter and customers


def add_followers(env, move_ids):
    """Let the user who creates the invoices follow them, as `mail.thread.create` does."""
    if env.context.get("mail_create_nosubscribe") or not env.user.active or env.user.share:
        return
    followers = env["mail.followers"].sudo()
    followers._insert_followers(
        MOVE, move_ids[:1], env.user.partner_id.ids, customer_ids=[], check_existing=False
    )
    rest = move_ids[1:]
    if not rest:
        return
    env.flush_all()
    pilot = followers.search([("res_model", "=", MOVE), ("res_id", "=", move_ids[0])])
    for follower in pilot:
        env.execute_query(
            SQL(
                """WITH fresh AS (
                       INSERT INTO mail_followers (res_model, res_id, partner_id)
                       SELECT %s, unnest(%s), %s RETURNING id)
                   INSERT INTO mail_followers_mail_message_subtype_rel
                          (mail_followers_id, mail_message_subtype_id)
                   SELECT fresh.id, subtype FROM fresh, unnest(%s) subtype
                   RETURNING 1""",
                MOVE,
                list(rest),
                follower.partner_id.id,
                follower.subtype_ids.ids,
            )
        )


def log_creation(env, move_ids):
    """Post Odoo's creation message on each invoice.

    Odoo posts the one of the first invoice, so that wording, author and recipients are its own; the
    others get copies of that row. If anybody is notified, or answers get an address of their own,
    Odoo posts them all.
    """
    if env.context.get("mail_create_nolog"):
        return
    moves = env[MOVE].browse(move_ids)
    pilot = _post_creation(moves[:1])
    rest = moves[1:]
    if not rest:
        return
    if pilot.notification_ids or pilot.partner_ids or pilot.reply_to != pilot.email_from:
        for move in rest:
            _post_creation(move)
        return
    env.flush_all()
    columns = [
        SQL.identifier(fld.name)
        for fld in pilot._fields.values()
        if fld.column_type and fld.store and fld.name not in ("id", "res_id", "message_id")
    ]
    env.execute_query(
        SQL(
            """INSERT INTO mail_message (res_id, message_id, %s)
               SELECT fresh.res_id, fresh.message_id, %s
                 FROM mail_message, unnest(%s, %s) AS fresh(res_id, message_id)
                WHERE mail_message.id = %s
            RETURNING 1""",
            SQL(", ").join(columns),
            SQL(", ").join(SQL("mail_message.%s", column) for column in columns),
            list(rest._ids),
            [generate_tracking_message_id(f"{move_id}-{MOVE}") for move_id in rest._ids],
            pilot.id,
        )
    )


def _post_creation(move):
    # sudo: as Odoo's own note of a creation, in the name of who made the invoice.
    return move.sudo().message_post(
        subtype_id=move._creation_subtype().id,
        author_id=move.env.user.partner_id.id,
        body=Markup('<div summary="o_mail_notification"><p>%s</p></div>')
        % move._creation_message(),
    )
