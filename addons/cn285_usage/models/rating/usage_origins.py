from decimal import Decimal

from odoo import models
from odoo.addons.cn285_contract.models.common import as_decimal

ZERO = Decimal(0)


class BillingSchedule(models.Model):
    """Differences that take usage back name the invoices that billed it."""

    _inherit = "cn285.billing.schedule"

    def _taken_back(self):
        """Differences below zero take back what was billed of the period last, and so on back."""
        result = super()._taken_back()
        lower = self.filtered(lambda row: row.kind == "usage_difference" and row.net < 0)
        if not lower:
            return result
        rows = self.search(
            [
                ("item_id", "in", lower.item_id.ids),
                ("period_start", "in", list(set(lower.mapped("period_start")))),
                ("kind", "=like", "usage%"),
                ("state", "=", "invoiced"),
            ],
            order="id",
        )
        for members in rows.grouped(lambda row: (row.item_id, row.period_start)).values():
            billed = []
            for row in members:
                taken = row._take_back_of(billed)
                if taken and row in lower:
                    result[row] = taken
        return result

    def _take_back_of(self, billed):
        """What a row takes back of what was billed before it, which gets shorter; or adds to it.

        :param billed: list of ``[invoice, amount left]``, the latest last
        :returns: ``{invoice: Decimal}``
        """
        self.ensure_one()
        if self.net > 0:
            billed.append([self.move_id, as_decimal(self.net)])
            return {}
        taken, rest = {}, -as_decimal(self.net)
        while rest and billed:
            move, left = billed[-1]
            part = min(rest, left)
            taken[move] = taken.get(move, ZERO) + part
            rest -= part
            billed[-1][1] -= part
            if not billed[-1][1]:
                billed.pop()
        return taken
