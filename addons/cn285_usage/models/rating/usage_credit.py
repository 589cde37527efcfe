"""Credit notes, cancelled invoices and usage: what was taken back is not taken back again."""

from collections import defaultdict
from decimal import Decimal

from odoo import models
from odoo.addons.cn285_contract.engine.credit import reserve, spread_credit
from odoo.addons.cn285_contract.engine.money import round_money
from odoo.addons.cn285_contract.models.common import as_decimal
from odoo.exceptions import UserError
from odoo.tools import SQL

ZERO = Decimal(0)


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    def _usage_account(self):
        """What usage is billed and credited of: a delivery, or a period of an item."""
        self.ensure_one()
        return self.item_id.id, self.delivery_id.id, None if self.delivery_id else self.period_start

    def _usage_kinds(self):
        """Kinds of rows that usage is billed by."""
        return ("usage", "usage_delivery", *self._rating_kinds())

    def _cancel_invoiced(self, credited=False):
        """What a cancelled invoice had billed is owed again: deliveries, and periods less it."""
        self._refuse_closed()
        result = super()._cancel_invoiced(credited)
        self.delivery_id._write_inside({"pending": True})
        self._owe_periods_again()
        return result

    # === CREDIT NOTES, THEN LESS USAGE === #

    def _waived(self):
        """What credit notes took back of the usage that these rows stand for.

        :returns: ``{row id: Decimal}`` in the terms of its prices; rows of which nothing was
            credited are absent
        """
        if not self:
            return {}
        self.env["cn285.billing.credit"].flush_model()
        self.env["account.move.line"].flush_model(["parent_state"])
        found = self.env.execute_query(
            SQL(
                """SELECT row.item_id, row.delivery_id, row.period_start,
                          sum(credit.amount * CASE WHEN row.amount = 0 THEN 1
                                                   ELSE row.net / row.amount END)::text
                     FROM cn285_billing_credit credit
                     JOIN account_move_line line ON line.id = credit.line_id
                     JOIN cn285_billing_schedule row ON row.id = credit.schedule_id
                    WHERE row.item_id = ANY(%s) AND row.kind = ANY(%s)
                      AND row.state = 'invoiced' AND line.parent_state != 'cancel'
                 GROUP BY 1, 2, 3""",
                self.item_id.ids,
                list(self._usage_kinds()),
            )
        )
        totals = defaultdict(Decimal)
        for item_id, delivery_id, start, amount in found:
            account = item_id, delivery_id or False, None if delivery_id else start
            totals[account] += Decimal(amount)
        return {
            row.id: round_money(totals[row._usage_account()], row._unit())
            for row in self
            if totals.get(row._usage_account())
        }

    # === LESS USAGE, THEN CREDIT NOTES === #

    def _credited_by_usage(self):
        """What later rows of usage took back of these, taken from the first of a period first.

        :returns: ``{row: Decimal}`` excluding tax
        """
        rows = self.filtered(lambda row: row.kind in row._usage_kinds())
        if not rows:
            return {}
        family = self.search(
            [
                ("item_id", "in", rows.item_id.ids),
                ("kind", "in", self._usage_kinds()),
                ("state", "in", ("planned", "invoiced")),
            ],
            order="id",
        )
        accounts = defaultdict(self.browse)
        for row in family:
            accounts[row._usage_account()] |= row
        credited, result = family._credited(), {}
        for account in {row._usage_account() for row in rows}:
            result.update(accounts[account]._spread_differences(credited))
        return {row: result[row] for row in rows if result.get(row)}

    def _spread_differences(self, credited):
        """What the rows below zero of one account take back of those above: ``{row: Decimal}``."""
        left = {row: as_decimal(row.amount) - credited.get(row, ZERO) for row in self}
        taken = -sum((rest for row, rest in left.items() if row.amount < 0), start=ZERO)
        result = {}
        for row, rest in left.items():
            if row.amount > 0 and rest > 0 and taken > 0:
                result[row] = min(rest, taken)
                taken -= result[row]
        return result


class AccountMove(models.Model):
    _inherit = "account.move"

    def _cn285_check_bills_again(self):
        result = super()._cn285_check_bills_again()
        # sudo: whoever may credit the invoice may know what of its schedule was credited.
        if self.sudo().cn285_schedule_ids._credited_by_usage():
            raise UserError(
                self.env._(
                    "Late usage took back some of %s on a later invoice. Credit its lines by "
                    "Partial Credit instead.",
                    self.display_name,
                )
            )
        return result

    def _cn285_creditable_rows(self):
        """Less what differences of usage took back."""
        left = super()._cn285_creditable_rows()
        # sudo: whoever may credit the invoice may know what of its schedule was credited.
        taken = self.sudo().cn285_schedule_ids._credited_by_usage()
        return {row: rest - taken.get(row, ZERO) for row, rest in left.items()}

    def _cn285_creditable_lines(self, reserving=True):
        """Less what differences of usage took back, spread over the lines of a row."""
        lines = super()._cn285_creditable_lines(reserving)
        # sudo: as above.
        taken = self.sudo().cn285_schedule_ids._credited_by_usage()
        if not taken:
            return lines
        unit = as_decimal(self.currency_id.rounding)
        by_first = defaultdict(Decimal)
        for row, amount in taken.items():
            by_first[row.move_line_id.id] += amount
        first = {line.id: line._cn285_of_row().id for line in self.invoice_line_ids}
        result = {line.key: line for line in lines}
        for first_id, amount in by_first.items():
            left = {line.key: line.remaining for line in lines if first[line.key] == first_id}
            for key, part in spread_credit(amount, left, unit).items():
                result[key] = reserve(result[key], part, unit)
        return list(result.values())
