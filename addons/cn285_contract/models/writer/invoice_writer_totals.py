"""Totals of a quick invoice, from its journal items: as `account.move._compute_amount` has them."""

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


def header_totals(known, currency, sums):
    """Return the totals of the header; nothing of them is paid yet."""
    untaxed_currency, tax_currency, total_currency, untaxed, tax, total = sums
    if currency.compare_amounts(total_currency, 0.0) <= 0 or total <= 0.0:
        raise NotQuick("total")
    foreign, local = known.format(currency), known.format(known.currency)
    return {
        "amount_untaxed": foreign % untaxed_currency,
        "amount_tax": foreign % tax_currency,
        "amount_total": foreign % total_currency,
        "amount_residual": foreign % total_currency,
        "amount_untaxed_signed": local % untaxed,
        "amount_untaxed_in_currency_signed": foreign % untaxed_currency,
        "amount_tax_signed": local % tax,
        "amount_total_signed": local % total,
        "amount_total_in_currency_signed": foreign % total_currency,
        "amount_residual_signed": local % total,
    }
