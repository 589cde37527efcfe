from collections import Counter, defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models

from ...engine.credit import (
    CreditableLine,
    credit_lines,
    exact_tax,
    spread_credit,
    spread_excess,
    with_price,
)
from ...engine.included_tax import rounded_to
from ...engine.money import round_money
from ..common import as_decimal

ZERO = Decimal(0)


class Taken(NamedTuple):
    """What a row takes back, above zero for what was charged above zero."""

    base: Decimal  # excluding tax, in the invoice's currency
    taxes: dict  # by id of the tax
    own: tuple | None = None  # (rate, base, taxes) in the company's, where that is given as well


class AccountMove(models.Model):
    """What the lines of an invoice charge, tax by tax, to the cent, as it was posted."""

    _inherit = "account.move"

    def _cn285_line_amounts(self, own=False):
        """What each line comes to: ``{line: (excluding tax, {tax id: amount})}``.

        :param bool own: in the company's currency instead of the document's

        Lines are what their journal items are. Each tax is what its journal items are, parted over
        the lines by what it exactly comes to on each; so it does not depend on the rounding method
        that the company has by now.
        """
        self.ensure_one()
        engine, exact = self.env["account.tax"], {}
        for line in self.invoice_line_ids.filtered(lambda line: line.display_type == "product"):
            base_line = self._prepare_product_base_line_for_taxes_computation(line)
            base_line = {**base_line, "cn285_sums_lines": False}
            engine._add_tax_details_in_base_line(base_line, self.company_id, "round_globally")
            exact[line] = self._cn285_exact_taxes(base_line)
            if own:
                rate = as_decimal(self.invoice_currency_rate or 1.0)
                exact[line] = {tax: amount / rate for tax, amount in exact[line].items()}
        totals = defaultdict(Decimal)
        for item in self.line_ids.filtered("tax_line_id"):
            totals[item.tax_line_id.id] += self._cn285_charged(item, own)
        unit = as_decimal((self.company_currency_id if own else self.currency_id).rounding)
        taxes = {line: {} for line in exact}
        for tax, total in totals.items():
            members = [line for line, amounts in exact.items() if tax in amounts]
            parts = rounded_to([exact[line][tax] for line in members], total, unit)
            for line, part in zip(members, parts, strict=True):
                taxes[line][tax] = part
        return {line: (self._cn285_charged(line, own), taxes[line]) for line in exact}

    def _cn285_charged(self, item, own=False):
        """What a journal item charges, in the document's currency or in its company's ``own``."""
        amount, currency = (
            (item.balance, self.company_currency_id)
            if own
            else (item.amount_currency, self.currency_id)
        )
        charged = as_decimal(float(self.direction_sign * amount))
        return round_money(charged, as_decimal(currency.rounding))

    @api.model
    def _cn285_exact_taxes(self, base_line):
        """The taxes of one line before they are rounded, or as they were given."""
        given = base_line["manual_tax_amounts"] or {}
        exact = defaultdict(Decimal)
        for tax_data in base_line["tax_details"]["taxes_data"]:
            tax = tax_data["tax"]
            amount = tax_data["raw_tax_amount_currency"]
            if not tax.has_negative_factor:
                amount = given.get(str(tax.id), {}).get("tax_amount_currency", amount)
            exact[tax.id] += as_decimal(float(amount))
        return exact

    def _cn285_creditable_groups(self, reserving=True):
        """The invoice's lines with what is left of them, by the first line of the same rows.

        :param bool reserving: leave out what changes are about to credit
        :returns: ``{line: [CreditableLine]}``
        """
        unit = as_decimal(self.currency_id.rounding)
        together = defaultdict(list)
        for line in self._cn285_creditable_lines(reserving):
            first = self.env["account.move.line"].browse(line.key)._cn285_of_row()
            together[first].append(line)
        return {first: spread_excess(lines, unit) for first, lines in together.items()}


class InvoiceBuilder(models.AbstractModel):
    """Lines that credit rows: at the taxes of the line that they credit, never above it."""

    _inherit = "cn285.invoice.builder"

    @api.model
    def _credited_terms(self, row):
        """Values of a line that follow from the line it credits: its taxes, since changed or not.

        :returns: nothing for a row that credits none
        """
        # sudo: who bills credits what was invoiced, with or without rights on invoices.
        origin = row.sudo().credited_id.move_line_id
        return {"tax_ids": [fields.Command.set(origin.tax_ids.ids)]} if origin else {}

    @api.model
    def _plan_credits(self, groups):
        """What rows of kind *credit* take back, of invoices that are about to be made.

        Each credit is the difference of two rounded running totals of its line, and the one that
        closes a line takes what is left of it and of its taxes: any number of credits, of any
        kind, comes to what was charged.

        A tax on top is exact where the company rounds globally: the document rounds it.

        :param groups: ``{InvoiceKey: rows}``, in the order in which they are invoiced
        :returns: ``{credit row: Taken}``; a row that credits nothing of a line is not in it
        """
        plan, left = {}, {}
        crediting = [rows.filtered("credited_id").sorted("id") for rows in groups.values()]
        # sudo: as below.
        documents = Counter(
            line for rows in crediting for line in rows.sudo().credited_id.move_line_id
        )
        for rows in crediting:
            for row in rows:
                # sudo: who bills credits what was invoiced, with or without rights on invoices.
                origin = row.sudo().credited_id.move_line_id
                if not origin:
                    continue
                move = origin.move_id
                if move not in left:
                    left[move] = move._cn285_creditable_groups(reserving=False)
                included = [tax.id for tax in origin.tax_ids if tax.price_include]
                # What is credited twice at once is rounded each time: the first must be known.
                method = move.company_id.tax_calculation_rounding_method
                exact = method == "round_globally" and documents[origin] == 1
                lines = left[move].get(origin, [])
                taken = self._take_credit(row, lines, included, exact)
                if taken:
                    plan[row] = taken
        return self._plan_closing_credits(groups, plan, left)

    @api.model
    def _take_credit(self, row, lines, included, exact):
        """Take one row's credit of the lines that it credits, which then have less left.

        :param lines: list of CreditableLine, changed
        :param included: ids of the taxes that are inside the price
        :param bool exact: give taxes on top before they are rounded
        :returns: see :meth:`_plan_credits`; None where nothing is left
        """
        unit = as_decimal(row.currency_id.rounding)
        wish = -as_decimal(row.amount)
        remaining = {line.key: line.remaining for line in lines}
        if wish * sum(remaining.values(), ZERO) <= 0:
            return None
        if abs(wish) > abs(sum(remaining.values(), ZERO)):
            wish = sum(remaining.values(), ZERO)
        credits = credit_lines(lines, spread_credit(wish, remaining, unit), unit)
        base, taxes = ZERO, defaultdict(Decimal)
        if len(credits) == len(lines) == 1 and included:
            price = round_money(-as_decimal(row.net), unit)
            credits = [with_price(lines[0], credits[0], price, included)]
        by_key = {credit.key: credit for credit in credits}
        for index, line in enumerate(lines):
            credit = by_key.get(line.key)
            if credit:
                base += credit.base
                for tax, amount in credit.taxes.items():
                    on_top = exact and tax not in included
                    taxes[tax] += exact_tax(line, credit, tax) if on_top else amount
                lines[index] = _less(line, credit)
        return Taken(base, dict(taxes))

    @api.model
    def _give_credited_amounts(self, key, groups, plan, credit):
        """Say on lines that credit rows what they take back, and at which taxes.

        :param groups: list of (rows, values of their lines)
        :param plan: see :meth:`_plan_credits`
        :param credit: whether the document is a credit note
        """
        currency = self.env["res.currency"].browse(key.currency_id)
        sign = 1 if credit else -1
        for rows, lines in groups:
            known = [plan[row] for row in rows if row in plan]
            if not known or len(known) < len(rows):
                continue
            [line] = lines
            self._give_credited(line, currency, sign, _together(known))

    @api.model
    def _give_credited(self, line, currency, sign, taken):
        taxes = self.env["account.tax"].browse(line["tax_ids"][0][2]).flatten_taxes_hierarchy()
        base, amounts = taken.base, taken.taxes
        included = sum((amounts.get(tax.id, ZERO) for tax in taxes if tax.price_include), ZERO)
        price = line["price_unit"] * (1 - line["discount"] / 100.0)
        shown = currency.round(line["quantity"] * price)
        if currency.compare_amounts(shown, float(sign * (base + included))):
            line.update(quantity=float(sign), price_unit=float(base + included), discount=0.0)
        signed = {tax.id: sign * amounts.get(tax.id, ZERO) for tax in taxes}
        own = taken.own
        if own:
            rate, own_base, own_taxes = own
            own = rate, sign * own_base, {tax: sign * part for tax, part in own_taxes.items()}
        line["extra_tax_data"] = taxes._cn285_given_amounts(
            line, currency, sign * base, signed, own=own
        )


def _together(parts: list[Taken]) -> Taken:
    """What rows that share a line take back; in the company's currency if that is given of all."""
    own = None
    if all(part.own for part in parts):
        bases, taxes = zip(*(part.own[1:] for part in parts), strict=True)
        own = parts[0].own[0], sum(bases, ZERO), _summed(taxes)
    base = sum((part.base for part in parts), ZERO)
    return Taken(base, _summed(part.taxes for part in parts), own)


def _summed(amounts):
    """Amounts by tax, added up."""
    sums = defaultdict(Decimal)
    for taxes in amounts:
        for tax, amount in taxes.items():
            sums[tax] += amount
    return dict(sums)


def _less(line: CreditableLine, credit) -> CreditableLine:
    """The line once a credit is taken of it."""
    taxes = {
        tax: line.credited_taxes.get(tax, ZERO) + credit.taxes.get(tax, ZERO) for tax in line.taxes
    }
    return replace(line, credited=line.credited + credit.base, credited_taxes=taxes)
