"""Invoices of another system that customers still owe: entries that payments are matched with."""

from odoo.addons.cn285_import.models.kinds import Column, Kind, columns_of
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import LazyTranslate

from .readers import read_any_currency

_lt = LazyTranslate(__name__)


def complete_open_invoice(move, vals, cells):
    """The items of a new entry: what the customer owes, against the account of the opening."""
    if move:
        # What is in the books does not change by a file.
        vals.clear()
        return
    env = move.env
    partner = env["res.partner"].browse(vals.get("partner_id"))
    amount, company = cells.get("amount"), env.company
    # Whatever is missing is told when the entry is made, of this row alone.
    vals["move_type"] = "entry"
    if not partner or not isinstance(amount, float) or not amount:
        return
    currency = env["res.currency"].browse(vals.get("currency_id")) or company.currency_id
    day = vals.get("date")
    balance = currency._convert(amount, company.currency_id, company, day) if day else amount
    other = cells.get("account") or company.account_journal_suspense_account_id.id
    label = cells.get("number") or vals.get("ref") or ""
    payer = partner.with_company(company).commercial_partner_id
    common = {"name": label, "partner_id": payer.id, "currency_id": currency.id}
    vals["partner_id"] = payer.id
    vals["line_ids"] = [
        Command.create(
            {
                **common,
                "account_id": payer.property_account_receivable_id.id,
                "date_maturity": cells.get("due_date") or day,
                "amount_currency": amount,
                "balance": balance,
            }
        ),
        Command.create(
            {
                **common,
                "account_id": other,
                "amount_currency": -amount,
                "balance": -balance,
            }
        ),
    ]


def check_open_invoice(vals, _cells):
    if not vals.get("line_ids"):
        raise UserError(_lt("an amount other than zero is needed."))


def read_opening_account(reader, text):
    """The account against which opening balances are booked, by its code or name."""
    reader.references.prepare("account.account", [text])
    return reader.reference("account.account", text)


def post_open_invoices(load):
    """Entries of a load are posted: each becomes an open item of its customer."""
    entries = load.loaded["open_invoices"]
    moves = load.env["account.move"].browse(entries)
    drafts = moves.filtered(lambda move: move.state == "draft")
    load.in_bulk([(entries[move.id], move) for move in drafts], _post)


def _post(pairs):
    moves = pairs[0][1].union(*(move for _entry, move in pairs))
    moves.action_post()
    return pairs


OPEN_INVOICES = Kind(
    "open_invoices",
    "account.move",
    columns_of(
        "partner_id",
        "date",
        "journal_id",
        number="ref",
        currency=Column("currency_id", read_any_currency),
        due_date=Column(None, "date", meaning=_lt("Day on which it is due; left empty, its date.")),
        amount=Column(
            None,
            "float",
            meaning=_lt("What is still owed, tax included; below zero for a credit note."),
        ),
        account=Column(
            None,
            read_opening_account,
            meaning=_lt(
                "Account of the opening balance, by its code. Empty: the suspense account."
            ),
        ),
    ),
    required=("partner", "number", "date", "amount"),
    key=("partner", "number"),
    complete_record=complete_open_invoice,
    complete_new=check_open_invoice,
    finish=post_open_invoices,
    example={
        "partner": "CUST-1",
        "number": "F-2025-1101",
        "date": "2026-01-01",
        "due_date": "2026-01-31",
        "amount": "1200.50",
    },
)
