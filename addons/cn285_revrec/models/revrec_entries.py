"""Posts recognition entries: few items by the ORM, many by COPY, with the same result."""

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import copy_rows, next_ids

# From so many journal items in one call on, they are inserted by COPY.
MANY_ITEMS = 200


@dataclass(slots=True)
class Item:
    """One journal item: ``balance`` is debit minus credit in the company's currency.

    ``key`` is for the caller, who finds the item's id in ``item_id`` afterwards.
    """

    account_id: int
    currency_id: int
    balance: Decimal
    amount_currency: Decimal
    name: str
    analytic: str | None = None  # JSON
    partner_id: int | None = None
    key: object = None
    item_id: int = 0


@dataclass
class Entry:
    """One journal entry of a run, of one journal and date.

    ``grouped``: its items belong to schedules, told by the second part of their keys, and those of
    each schedule balance.
    """

    kind: str
    journal_id: int
    date: date
    ref: str
    items: list = field(default_factory=list)
    move_id: int = 0
    reverses: object = None  # the Entry that this one takes back
    grouped: bool = False


class RevrecEntries(models.AbstractModel):
    _name = "cn285.revrec.entries"
    _description = "Poster of Recognition Entries"

    @api.model
    def _post_entries(self, run, entries):
        """Create and post the entries; their ``move_id`` and their items' ``item_id`` are set.

        :raises UserError: what Odoo raises when it posts an entry (lock dates, archived accounts)
        """
        entries = [entry for entry in entries if entry.items]
        many = sum(len(entry.items) for entry in entries) >= MANY_ITEMS
        moves = self.env["account.move"]._cn285_create(
            [self._prepare_move(run, entry, with_items=not many) for entry in entries]
        )
        for entry, move in zip(entries, moves, strict=True):
            entry.move_id = move.id
        by_pilots = many and self._has_pilots(entries)
        if many:
            self._number_items(entries)
        else:
            for entry, move in zip(entries, moves, strict=True):
                for item, line in zip(entry.items, move.line_ids.sorted("id"), strict=True):
                    item.item_id = line.id
        if by_pilots:
            self._post_by_pilots(moves, entries)
        else:
            if many:
                self._copy_items(moves, entries, [entry.items for entry in entries])
            moves._post(soft=False)
        self._link_reversals(entries, many)
        return moves

    @api.model
    def _prepare_move(self, run, entry, with_items):
        vals = {
            "move_type": "entry",
            "company_id": run.company_id.id,
            "journal_id": entry.journal_id,
            "date": entry.date,
            "ref": entry.ref,
            "cn285_revrec_run_id": run.id,
        }
        if with_items:
            vals["line_ids"] = [
                fields.Command.create(self._prepare_item(item)) for item in entry.items
            ]
        return vals

    @api.model
    def _prepare_item(self, item):
        return {
            "account_id": item.account_id,
            "currency_id": item.currency_id,
            "balance": float(item.balance),
            "amount_currency": float(item.amount_currency),
            "name": item.name,
            "partner_id": item.partner_id,
            "analytic_distribution": json.loads(item.analytic) if item.analytic else False,
        }

    @api.model
    def _number_items(self, entries):
        """Give the items their ids, in their order."""
        items = [item for entry in entries for item in entry.items]
        ids = next_ids(self.env, self.env["account.move.line"]._table, len(items))
        for item, item_id in zip(items, ids, strict=True):
            item.item_id = item_id

    @api.model
    def _copy_items(self, moves, entries, chosen):
        """Insert items of entries that have none yet, as `account.move.create` would.

        :param chosen: for each entry the items to insert
        """
        self.env.flush_all()
        lines = self.env["account.move.line"]
        now, uid = self.env.cr.now(), self.env.uid
        open_accounts = self._reconcilable(entries)
        rows = []
        for entry, move, items in zip(entries, moves, chosen, strict=True):
            company = move.company_id
            common = {
                "move_id": move.id,
                "move_name": move.name,
                "journal_id": entry.journal_id,
                "company_id": company.id,
                "company_currency_id": company.currency_id.id,
                "date": entry.date,
                "ref": entry.ref,
                "parent_state": "draft",
                "display_type": "product",
                "create_uid": uid,
                "write_uid": uid,
                "create_date": now,
                "write_date": now,
                **self._fixed_columns(),
            }
            rows += [{**common, **self._item_columns(item, open_accounts)} for item in items]
        copy_rows(self.env.cr, lines._table, rows)
        self.env.invalidate_all(flush=False)
        for name, fld in moves._fields.items():
            if fld.store and fld.compute and "line_ids" in self._triggers(name):
                self.env.add_to_compute(fld, moves)

    @api.model
    def _triggers(self, name):
        """First steps of the paths on which a computed field of account.move depends."""
        fld = self.env["account.move"]._fields[name]
        depends = self.env.registry.field_depends.get(fld) or ()
        return {path.split(".")[0] for path in depends}

    @api.model
    def _reconcilable(self, entries):
        ids = {item.account_id for entry in entries for item in entry.items}
        accounts = self.env["account.account"].browse(ids)
        return {account.id for account in accounts if account.reconcile}

    @api.model
    def _fixed_columns(self):
        """Columns that are the same for each item of an entry without taxes, prices or products."""
        return {
            "sequence": 100,
            "quantity": "1.00",
            "price_unit": "0.00",
            "discount": "0.00",
            "deductible_amount": 100.0,
            "is_storno": False,
            # As Odoo has it for general journals, which these entries are in.
            "no_followup": True,
        }

    @api.model
    def _item_columns(self, item, open_accounts):
        zero = Decimal("0.00")
        is_open = item.account_id in open_accounts
        return {
            "id": item.item_id,
            "account_id": item.account_id,
            "currency_id": item.currency_id,
            "partner_id": item.partner_id,
            "name": item.name,
            "analytic_distribution": item.analytic,
            "balance": str(item.balance),
            "debit": str(max(item.balance, zero)),
            "credit": str(max(-item.balance, zero)),
            "amount_currency": str(item.amount_currency),
            "price_subtotal": str(item.amount_currency),
            "price_total": str(item.amount_currency),
            "amount_residual": str(item.balance if is_open else zero),
            "amount_residual_currency": str(item.amount_currency if is_open else zero),
            "reconciled": False,
        }

    @api.model
    def _link_reversals(self, entries, many):
        """Say which entry takes back which, and match their items.

        Items of large entries are not matched one by one: their accounts are at zero together.
        """
        moves = self.env["account.move"]
        for entry in entries:
            if entry.reverses and entry.reverses.move_id:
                move, origin = moves.browse([entry.move_id, entry.reverses.move_id])
                move.reversed_entry_id = origin
                if not many:
                    origin._reconcile_reversed_moves(move, False)
