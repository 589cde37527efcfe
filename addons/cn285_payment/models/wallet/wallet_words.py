from odoo import models
from odoo.tools import formatLang


class AccountMove(models.Model):
    """What a printed document says of the credit that paid it."""

    _inherit = "account.move"

    def _cn285_settlement_words(self, other):
        """Also that credit paid it, or got it back."""
        words = super()._cn285_settlement_words(other)
        if words or not other:
            return words
        # sudo: what stands on an invoice is told to whoever may read it.
        draws = self.sudo().cn285_draw_ids.filtered(lambda draw: draw.entry_id == other.sudo())
        if not draws:
            return ""
        if draws[0].amount < 0:
            return self.env._("Given back to your credit")
        return self.env._("Paid from your credit")

    def _cn285_credit_facts(self, rows, with_tax=False):
        """Also rebates of granted credit, and what paid credit has paid of these rows.

        Statements tell what was used and what it costs; the invoice charges less by that.
        """
        facts = super()._cn285_credit_facts(rows, with_tax)
        charged = rows.move_line_id
        field = "price_total" if with_tax else "price_subtotal"
        # These links are read when they are asked for: of all lines at once.
        own = self.invoice_line_ids
        own.fetch(["cn285_first_line_id", "cn285_lowered_line_id"])
        own.cn285_lowered_line_id.fetch(["cn285_first_line_id"])
        lowering = own.filtered(lambda line: line.cn285_lowered_line_id._cn285_of_row() in charged)
        amounts = dict.fromkeys(("granted", "paid"), 0.0)
        for line in lowering:
            amounts[line.cn285_wallet_lot_id.kind] += line[field]
        lines = own.filtered(lambda line: line._cn285_of_row() in charged)
        drawn = self.cn285_draw_ids.filtered(lambda draw: not draw.undone and not draw.line_id)
        for draw in drawn:
            parts = draw.parts or {}
            amounts["paid"] -= sum(float(parts.get(str(line_id), 0)) for line_id in lines.ids)
        labels = {
            "granted": self.env._("Rebate of granted credit"),
            "paid": self.env._("Paid from your credit"),
        }
        return facts + [
            (labels[kind], formatLang(self.env, amount, currency_obj=self.currency_id))
            for kind, amount in amounts.items()
            if not self.currency_id.is_zero(amount)
        ]
