from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError

from ...engine.credit import CreditableLine, percent_of_lines, spread_credit
from ...engine.money import round_money
from ..common import as_decimal


class AccountMove(models.Model):
    """What somebody wants credited of an invoice, checked, as wishes for its lines."""

    _inherit = "account.move"

    def _cn285_percent(self, value):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 100:
            raise UserError(
                self.env._("A percentage to credit is above 0 and at most 100, not %s.", value)
            )
        return as_decimal(float(value))

    def _cn285_figures(self, chosen):
        """The figures of :meth:`cn285_credit` by id, with ids as numbers (JSON makes them text)."""
        if not isinstance(chosen, dict) or not chosen:
            raise UserError(self.env._("Say which lines or rows are credited, and how much."))
        figures = {}
        for key, figure in chosen.items():
            if not isinstance(figure, dict) or len(figure.keys() & {"percent", "amount"}) != 1:
                raise UserError(
                    self.env._("For each line or row, say either a percentage or an amount.")
                )
            if not str(key).isdecimal():
                raise UserError(self.env._("“%s” is not the id of a line or row.", key))
            figures[int(key)] = figure
        return figures

    def _cn285_line_wishes(self, creditable, figures, unit):
        by_id = {line.key: line for line in creditable}
        unknown = figures.keys() - by_id.keys()
        if unknown:
            raise UserError(
                self.env._(
                    "Lines %(lines)s are not on invoice %(invoice)s.",
                    lines=", ".join(map(str, sorted(unknown))),
                    invoice=self.display_name,
                )
            )
        percents = {
            key: self._cn285_percent(figure["percent"])
            for key, figure in figures.items()
            if "percent" in figure
        }
        wishes = percent_of_lines(creditable, percents, unit)
        for key, figure in figures.items():
            if "amount" in figure:
                wishes[key] = self._cn285_amount(figure["amount"], by_id[key].base)
        return wishes

    def _cn285_amount(self, value, charged):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise UserError(self.env._("%s is not an amount.", value))
        amount = as_decimal(float(value))
        if not amount.is_finite() or amount * charged <= 0:
            raise UserError(
                self.env._(
                    "An amount to credit has the sign of what was charged (%(charged)s), not "
                    "%(amount)s.",
                    charged=charged,
                    amount=value,
                )
            )
        return amount

    def _cn285_row_wishes(self, creditable, figures, unit):
        """Wishes by line for wishes by schedule row, and ``{line id: {row: amount}}``.

        The credit of a row that several lines bill is spread over what is left of them.
        """
        lines = defaultdict(dict)
        for line in creditable:
            first = self.env["account.move.line"].browse(line.key)._cn285_of_row()
            lines[first][line.key] = line.remaining
        left = self._cn285_creditable_rows()
        by_id = {row.id: row for row in left}
        unknown = figures.keys() - by_id.keys()
        if unknown:
            raise UserError(
                self.env._(
                    "These rows of the schedule were not billed by invoice %s.", self.display_name
                )
            )
        shares = defaultdict(dict)
        for row_id, figure in figures.items():
            row = by_id[row_id]
            charged = as_decimal(row.amount)
            if "percent" in figure:
                wish = round_money(charged * self._cn285_percent(figure["percent"]) / 100, unit)
            else:
                wish = self._cn285_amount(figure["amount"], charged)
            amount = CreditableLine(row_id, charged, credited=charged - left[row]).capped(wish)
            if amount:
                parts = spread_credit(amount, lines[row.move_line_id], unit)
                for line_id, part in parts.items():
                    shares[line_id][row] = part
        return {line: sum(parts.values()) for line, parts in shares.items()}, shares
