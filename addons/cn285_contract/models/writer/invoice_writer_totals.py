"""Totals of a quick invoice, from its journal items: as `account.move._compute_amount` has them."""

from .invoice_writer_known import text
from .invoice_writer_reasons import NotQuick


def document_sums(currency, local, lines, tax_amounts):
    """Return untaxed, tax and total as the customer sees them, in both currencies.

    Summed in the order of the items and then rounded, as `account.move._compute_amount` does.
    """
    sums = []
    for index, unit in enumerate((currency, local)):
        untaxed = tax = total = 0.0
        for line in lines:
            untaxed += line[index]
            total += line[index]
        for amounts in tax_amounts:
            tax += amounts[index]
            total += amounts[index]
        sums += [unit.round(-untaxed), unit.round(-tax), unit.round(-total)]
    return tuple(sums)


def header_totals(currency, local, sums):
    """Return the totals of the header; nothing of them is paid yet."""
    untaxed_currency, tax_currency, total_currency, untaxed, tax, total = sums
    if currency.compare_amounts(total_currency, 0.0) <= 0 or total <= 0.0:
        raise NotQuick("total")
    return {
        "amount_untaxed": text(currency, untaxed_currency),
        "amount_tax": text(currency, tax_currency),
        "amount_total": text(currency, total_currency),
        "amount_residual": text(currency, total_currency),
        "amount_untaxed_signed": text(local, untaxed),
        "amount_untaxed_in_currency_signed": text(currency, untaxed_currency),
        "amount_tax_signed": text(local, tax),
        "amount_total_signed": text(local, total),
        "amount_total_in_currency_signed": text(currency, total_currency),
        "amount_residual_signed": text(local, total),
    }
