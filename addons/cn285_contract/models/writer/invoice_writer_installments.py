"""Works out what the customer of a quick invoice owes and when, and the amounts of any item."""

from odoo import fields

from .invoice_writer_known import Item
from .invoice_writer_reasons import NotQuick

TERM_SEQUENCE = 12000


def no_price(known, currency):
    """Return the price columns of an item that sells nothing."""
    zero = known.format(currency) % 0.0
    return {"price_subtotal": zero, "price_total": zero, "price_unit": 0.0, "quantity": "0.00"}


def set_amounts(known, columns, currency, amount_currency, balance):
    """Set the amounts of an item, and its residuals as they are before any payment."""
    if bool(amount_currency) != bool(balance):
        raise NotQuick("one_currency")
    foreign, local = known.format(currency), known.format(known.currency)
    in_currency, in_local, zero = foreign % amount_currency, local % balance, local % 0.0
    columns["amount_currency"] = in_currency
    columns["balance"] = in_local
    columns["debit"] = in_local if balance > 0.0 else zero
    columns["credit"] = local % -balance if balance < 0.0 else zero
    if _keeps_residual(known, columns["account_id"]):
        columns["amount_residual"] = in_local
        columns["amount_residual_currency"] = in_currency
        columns["reconciled"] = not balance
    else:
        columns["amount_residual"] = zero
        columns["amount_residual_currency"] = foreign % 0.0
        columns["reconciled"] = False


def _keeps_residual(known, account_id):
    account = known.record("account.account", account_id)
    return known.once(
        "residual",
        account_id,
        lambda: (
            account.reconcile or account.account_type in ("asset_cash", "liability_credit_card")
        ),
    )


def add_installments(known, invoice, currency, sums, position, common):
    """Append what the customer owes, one item per due date, and set the last due date."""
    header, local = invoice.columns, known.currency
    term = known.record("account.payment.term", header["invoice_payment_term_id"] or False)
    base = {
        **common,
        **no_price(known, currency),
        "account_id": _receivable(known, invoice.partner, position).id,
        "display_type": "payment_term",
        "sequence": TERM_SEQUENCE,
    }
    given = header.get("invoice_date_due") or known.today
    installments = known.once(
        "due",
        (term.id, header["invoice_date"], given, currency.id, sums),
        lambda: _installments(known, term, header["invoice_date"], given, currency, sums),
    )
    items = []
    for date, discount_date, balance, amount_currency, discounted in installments:
        columns = {
            **base,
            "date_maturity": date,
            "discount_date": discount_date or None,
            "discount_balance": known.format(local) % discounted[0],
            "discount_amount_currency": known.format(currency) % discounted[1],
        }
        set_amounts(known, columns, currency, amount_currency, balance)
        items.append(Item(columns))
    if len(term.line_ids) > 1:
        ordered = sorted(items, key=lambda item: item.columns["date_maturity"])
        for number, item in enumerate(ordered, 1):
            item.installment = number
    invoice.items += items
    header["invoice_date_due"] = max(item.columns["date_maturity"] for item in items)


def _installments(known, term, date, given, currency, sums):
    """Return the installments, merged by date as in `account.move._compute_needed_terms`.

    :param given: the due date of an invoice without payment terms
    """
    untaxed_currency, tax_currency, total_currency, untaxed, tax, total = sums
    if not term:
        return ((given, None, total, total_currency, (0.0, 0.0)),)
    local = known.currency
    terms = term._compute_terms(
        date_ref=date,
        currency=currency,
        company=known.company,
        tax_amount=tax,
        tax_amount_currency=tax_currency,
        sign=1,
        untaxed_amount=untaxed,
        untaxed_amount_currency=untaxed_currency,
        cash_rounding=known.env["account.cash.rounding"],
    )
    merged = {}
    for line in terms["line_ids"]:
        amounts = merged.setdefault(fields.Date.to_date(line["date"]), [0.0, 0.0])
        amounts[0] += line["company_amount"]
        amounts[1] += line["foreign_amount"]
    if not local.is_zero(sum(local.round(amounts[0]) for amounts in merged.values()) - total):
        raise NotQuick("terms")
    discounted = (
        terms.get("discount_balance") or 0.0,
        terms.get("discount_amount_currency") or 0.0,
    )
    return tuple(
        (
            due_date,
            terms.get("discount_date"),
            local.round(balance),
            currency.round(amount_currency),
            discounted,
        )
        for due_date, (balance, amount_currency) in merged.items()
    )


def _receivable(known, partner, position):
    """Return the customer's account, by the rule of `account.move.line._compute_account_id`."""
    account = (
        partner.commercial_partner_id.property_account_receivable_id
        or known.company.partner_id.property_account_receivable_id
    )
    if position:
        account = known.once(
            "map", (position.id, account.id), lambda: position.map_account(account)
        )
    known.check_account(account, "payment_term")
    return account
