from decimal import Decimal

from odoo import fields, models
from odoo.tools import float_compare

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
        own, currency = self.company_currency_id, self.currency_id
        if currency == own:
            return {}
        day = fields.Date.to_date(values["invoice_date"])
        rate = self.env["res.currency"]._get_conversion_rate(own, currency, self.company_id, day)
        refunds = self._cn285_live_credits().move_id
        rates = [rate, *refunds.mapped("invoice_currency_rate")]
        if any(float_compare(one, self.invoice_currency_rate, precision_digits=9) for one in rates):
            return {}
        left = self._cn285_left_in(own=True)
        charged = self._cn285_left_in(own=False)
        return {
            line: (rate, *left[line])
            for line, credit in credits.items()
            if credit.base == charged[line][0]
        }

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
