from odoo import models
from odoo.fields import Command


class BillingSchedule(models.Model):
    """Credits and charges of changes that cancel each other out: nothing is posted.

    Seats from 5 to 6 and back to 5 on one day, a pause that is taken back, the end of a contract
    of which all was credited, a transfer to the same payer: what was invoiced stays right, and the
    rows stand behind the invoice line that it is.
    """

    _inherit = "cn285.billing.schedule"

    def _owes_nothing(self):
        """Whether rows that would be an invoice by themselves are done without one."""
        return bool(self._settled_lines())

    def _settled_lines(self):
        """The invoice line behind each row, where credits and charges cancel out.

        :returns: ``{row: account.move.line}``; empty where something is left to invoice, or where
            it is of another product, with other taxes or analytics than what it replaces
        """
        credits = self.filtered(lambda row: row.kind == "credit")
        if not credits or not self.currency_id.is_zero(sum(self.mapped("net"))):
            return {}
        # sudo: who bills may know what line a row was invoiced by, with or without rights on it.
        lines = {row: row.sudo().credited_id.move_line_id for row in credits}
        if any(line.parent_state != "posted" for line in lines.values()):
            return {}
        left = {}
        for row, line in lines.items():
            left[line] = left.get(line, 0.0) - row.net
        for row in (self - credits).sorted(lambda row: (-row.net, row.id)):
            found = row._line_to_stand_behind(left)
            if not found:
                return {}
            lines[row] = found
            left[found] -= row.net
        if any(not self.currency_id.is_zero(rest) for rest in left.values()):
            return {}
        return lines

    def _line_to_stand_behind(self, left):
        """The line, among those with something left, that the row could be billed by; or None."""
        self.ensure_one()
        item, currency = self.item_id, self.currency_id
        taxes = item._get_taxes()[item]
        analytic = item.analytic_distribution or {}
        found = [
            line
            for line, rest in left.items()
            if line.product_id == self.product_id
            and line.tax_ids._origin == taxes
            and (line.analytic_distribution or {}) == analytic
            and currency.compare_amounts(rest, self.net) >= 0
        ]
        exact = [line for line in found if not currency.compare_amounts(left[line], self.net)]
        return (exact or found or [None])[0]


class BillingRun(models.Model):
    _inherit = "cn285.billing.run"

    def _settle_without_invoice(self, groups):
        """Close the rows of invoices that would be of nothing; returns the other groups."""
        owed = {}
        for key, rows in groups.items():
            lines = rows._settled_lines()
            if not lines:
                owed[key] = rows
                continue
            rows._set_invoiced({row.id: line for row, line in lines.items()}, self)
            charges = rows.filtered(lambda row: row.kind != "credit")
            beside = rows.currency_id.round(sum(rows.mapped("amount")))
            if beside and charges:
                # A cent of a tax that is inside the price: together they are what was invoiced.
                charges[0]._write_inside({"amount": charges[0].amount - beside})
            for line in set(lines.values()):
                move = line.move_id
                more = rows.contract_id - move.cn285_contract_ids
                if more:
                    move.cn285_contract_ids = [Command.link(one.id) for one in more]
            self._solve_issues(rows.contract_id)
        return owed
