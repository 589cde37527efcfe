from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import float_compare

from ...engine.included_tax import rounded_to
from ..common import as_decimal

ZERO = Decimal(0)


class AccountMove(models.Model):
    """Credits of an invoice in a foreign currency, as they come out in the company's own.

    Each credit is converted and rounded by itself. Where all of them have the invoice's rate, the
    one that closes a line takes what is left of it in the company's currency too, so income and
    taxes come back to zero. At other rates each credit has its own value, as Odoo has it.
    """

    _inherit = "account.move"

    def _cn285_own_of_closing(self, credits, values):
        """What the credits that close their lines take back in the company's currency.

        :param credits: ``{line: LineCredit}`` of a credit note
        :param values: values of that credit note
        :returns: ``{line: (rate, excluding tax, {tax id: amount})}``
        """
        rate = self._cn285_rate_of_credits([fields.Date.to_date(values["invoice_date"])])
        if not rate:
            return {}
        left = self._cn285_left_in(own=True)
        charged = self._cn285_left_in(own=False)
        return {
            line: (rate, *left[line])
            for line, credit in credits.items()
            if credit.base == charged[line][0]
        }

    def _cn285_rate_of_credits(self, days):
        """The rate of this invoice, if its credits have it, and those of some days too.

        :returns: units of the invoice's currency for one of the company's; None where rates
            differ, or the invoice is in the company's currency
        """
        own, currency = self.company_currency_id, self.currency_id
        if currency == own:
            return None
        convert = self.env["res.currency"]._get_conversion_rate
        rates = [convert(own, currency, self.company_id, day) for day in dict.fromkeys(days)]
        rates += self._cn285_live_credits().move_id.mapped("invoice_currency_rate")
        charged = self.invoice_currency_rate
        if any(float_compare(rate, charged, precision_digits=9) for rate in rates):
            return None
        return rates[0]

    def _cn285_live_credits(self):
        """Lines of credit notes, cancelled ones left out, that credit this invoice."""
        return self.invoice_line_ids.cn285_credit_line_ids.filtered(
            lambda line: line.parent_state != "cancel"
        )

    def _cn285_left_in(self, own):
        """What is left of each line: ``{line: (excluding tax, {tax id: amount})}``.

        :param bool own: in the company's currency instead of the document's
        """
        left = self._cn285_line_amounts(own)
        for refund in self._cn285_live_credits().move_id:
            # On an invoice, what it credits of an earlier one stands with a minus.
            sign = 1 if refund.move_type == "out_refund" else -1
            for line, (base, taxes) in refund._cn285_line_amounts(own).items():
                origin = line.cn285_credited_line_id
                if origin not in left:
                    continue
                rest, parts = left[origin]
                parts = {tax: part - sign * taxes.get(tax, ZERO) for tax, part in parts.items()}
                left[origin] = rest - sign * base, parts
        return left


class InvoiceBuilder(models.AbstractModel):
    """Credits of changes, billed by one or several documents of a run: what closes a line."""

    _inherit = "cn285.invoice.builder"

    @api.model
    def _plan_closing_credits(self, groups, plan, left):
        """Say of rows that together close a line what they come to in the company's currency.

        What is left of the line there is parted over them, each next to its converted amount.

        :param groups: ``{InvoiceKey: rows}`` that are about to be invoiced
        :param plan: ``{credit row: Taken}``
        :param left: ``{move: {line: [CreditableLine]}}`` after all of the plan is credited
        :returns: the plan, with ``own`` of such rows
        """
        closing = defaultdict(dict)
        for key, rows in groups.items():
            for row in rows:
                # sudo: who bills credits what was invoiced, with or without rights on invoices.
                origin = row.sudo().credited_id.move_line_id
                if row in plan and row.currency_id != row.company_id.currency_id:
                    closing[origin][row] = key.date
        open_amounts = {}
        for origin, days in closing.items():
            move, lines = origin.move_id, left[origin.move_id].get(origin, [])
            rate = move._cn285_rate_of_credits(days.values())
            if not rate or any(line.remaining for line in lines):
                continue
            if move not in open_amounts:
                open_amounts[move] = move._cn285_left_in(own=True)
            members = origin.browse([line.key for line in lines])
            rests = [open_amounts[move][line] for line in members]
            plan.update(self._part_own(move, {row: plan[row] for row in days}, rests, rate))
        return plan

    @api.model
    def _part_own(self, move, taken, rests, rate):
        """Part what is left in the company's currency over the rows that take it back.

        :param taken: ``{row: Taken}``
        :param rests: list of (excluding tax, {tax id: amount}), one for each line
        """
        unit, divisor = as_decimal(move.company_currency_id.rounding), as_decimal(rate)
        bases = rounded_to(
            [one.base / divisor for one in taken.values()],
            sum(base for base, _taxes in rests),
            unit,
        )
        taxes = [{} for _row in taken]
        for tax in dict.fromkeys(tax for _base, amounts in rests for tax in amounts):
            total = sum(amounts.get(tax, ZERO) for _base, amounts in rests)
            exact = [one.taxes.get(tax, ZERO) / divisor for one in taken.values()]
            for amounts, part in zip(taxes, rounded_to(exact, total, unit), strict=True):
                amounts[tax] = part
        return {
            row: one._replace(own=(rate, base, amounts))
            for (row, one), base, amounts in zip(taken.items(), bases, taxes, strict=True)
        }
