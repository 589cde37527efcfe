"""Large entries posted by a few of their items, the others inserted as posted rows."""

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import copy_rows
from odoo.tools import SQL, split_every

# Items with analytic accounts whose analytic lines Odoo makes in one go.
ANALYTIC_BATCH = 1_000
# What is each item's own; the rest of its row is as Odoo has made it for a pilot of its entry.
OWN = frozenset(
    {
        "id",
        "account_id",
        "currency_id",
        "partner_id",
        "name",
        "analytic_distribution",
        "balance",
        "debit",
        "credit",
        "amount_currency",
        "price_subtotal",
        "price_total",
        "amount_residual",
        "amount_residual_currency",
        "reconciled",
    }
)


class RevrecEntries(models.AbstractModel):
    """Entries of thousands of items that are alike but for amounts, names and customers.

    Of each kind of items (accounts, currency, with an analytic account or not) one schedule's are
    the **pilots**: Odoo itself checks, numbers and posts the entry with these. The others are then
    inserted as rows that are posted already, with all columns of the pilots but those that are
    their own, and the entry's totals are added up. The result is Odoo's, column by column; what
    Odoo would look at in each item it has looked at in its pilot.
    """

    _inherit = "cn285.revrec.entries"

    @api.model
    def _has_pilots(self, entries):
        """Whether pilots can stand for the others: nothing else takes part, no entry is hashed."""
        if not all(entry.grouped for entry in entries):
            return False
        journals = self.env["account.journal"].browse({entry.journal_id for entry in entries})
        if any(journals.mapped("restrict_mode_hash_table")):
            return False
        # Another module's override of posting is to see all items.
        return not self.env["cn285.invoice.writer"]._quick_database_obstacle()

    @api.model
    def _part_pilots(self, entry):
        """The entry's items as ``(pilots, others)``, those of each schedule together."""
        groups = {}
        for item in entry.items:
            groups.setdefault(item.key[1], []).append(item)
        pilots, others, known = [], [], set()
        for items in groups.values():
            kind = tuple(
                (item.account_id, item.currency_id, bool(item.analytic), item.balance > 0)
                for item in items
            )
            (others if kind in known else pilots).extend(items)
            known.add(kind)
        return pilots, others

    @api.model
    def _post_by_pilots(self, moves, entries):
        """Post entries whose items have ids already, and are not stored yet."""
        parted = [self._part_pilots(entry) for entry in entries]
        self._copy_items(moves, entries, [pilots for pilots, _others in parted])
        moves._post(soft=False)
        self.env.flush_all()
        patterns = self._pilot_rows(moves)
        open_accounts = self._reconcilable(entries)
        table = self.env["account.move.line"]._table
        analytic = []
        for move, (_pilots, others) in zip(moves, parted, strict=True):
            pattern = patterns[move.id]
            rows = [{**pattern, **self._item_columns(item, open_accounts)} for item in others]
            copy_rows(self.env.cr, table, rows)
            analytic += [item.item_id for item in others if item.analytic]
        self._add_up(moves)
        self.env.invalidate_all(flush=False)
        for ids in split_every(ANALYTIC_BATCH, analytic):
            self.env["account.move.line"].browse(ids)._create_analytic_lines()
            self.env.flush_all()
            self.env.invalidate_all(flush=False)

    @api.model
    def _pilot_rows(self, moves):
        """``{move id: the columns of its items that are the same for all of them}``."""
        names = [
            name
            for name, field in self.env["account.move.line"]._fields.items()
            if field.store and field.column_type and name not in OWN
        ]
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT DISTINCT ON (move_id) %s FROM account_move_line WHERE move_id = ANY(%s)"
                " ORDER BY move_id, id",
                SQL(", ").join(SQL.identifier(name) for name in names),
                moves.ids,
            )
        )
        return {row["move_id"]: row for row in rows}

    @api.model
    def _add_up(self, moves):
        """The totals of entries, as ``account.move._compute_amount`` adds them up."""
        self.env.execute_query(
            SQL(
                """UPDATE account_move move
                      SET amount_total = sums.currency, amount_total_signed = abs(sums.company),
                          amount_total_in_currency_signed = abs(sums.currency)
                     FROM (SELECT move_id, sum(balance) AS company, sum(amount_currency) AS currency
                             FROM account_move_line WHERE move_id = ANY(%s) AND debit != 0
                         GROUP BY move_id) sums
                    WHERE move.id = sums.move_id RETURNING move.id""",
                moves.ids,
            )
        )
