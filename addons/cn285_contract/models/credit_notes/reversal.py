from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError

ZERO = Decimal(0)


class AccountMove(models.Model):
    """Odoo's own ways to take an invoice back: cut to what is left of it, or refused.

    So what is promised of credit notes holds whichever way they are made, by whoever.
    """

    _inherit = "account.move"
    # Looks at credit notes, and at drafts, alone.
    _quick_harmless = ("_post",)

    def _cn285_is_ours(self):
        """Whether the document bills or credits contracts."""
        self.ensure_one()
        # sudo: who invoices need not see contracts; that there are some is no secret.
        return bool(self.sudo().cn285_contract_ids)

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Odoo's credit notes of our invoices take back what is left of them, by line and row.

        :raises UserError: where nothing is left
        """
        defaults = default_values_list or [{} for _move in self]
        ours = self.filtered(lambda move: move.move_type == "out_invoice" and move._cn285_is_ours())
        if not ours:
            return super()._reverse_moves(default_values_list, cancel)
        refunds = self.browse()
        for move, values in zip(self, defaults, strict=True):
            if move in ours:
                made = move.cn285_credit(values=values, post=cancel)
                refunds += self.browse(made["id"])
            else:
                refunds += super(AccountMove, move)._reverse_moves([values], cancel)
        return refunds

    def _post(self, soft=True):
        self.filtered(lambda move: move.move_type == "out_refund")._cn285_check_credits()
        self._cn285_rows_follow_lines()
        self._cn285_date_on_issue()
        posted = super()._post(soft)
        posted._cn285_settle_posted()
        return posted

    def _cn285_rows_follow_lines(self):
        """Have rows behind a draft that somebody edited say what its lines charge."""
        # sudo: the schedule follows what whoever may post the invoice made of it.
        for move in self.sudo().filtered("cn285_schedule_ids"):
            rows = move.cn285_schedule_ids.filtered(lambda row: row.state == "invoiced")
            further = move.invoice_line_ids.filtered("cn285_first_line_id")
            rows._follow_lines(
                {row.id: row.move_line_id for row in rows},
                {line: line.cn285_first_line_id for line in further},
            )

    def _cn285_check_credits(self):
        """Refuse credit notes that take back more than what is left, as they stand by now.

        :raises UserError: naming the line and what is left of it
        """
        for refund in self:
            lines = refund.invoice_line_ids.filtered(lambda line: line.display_type == "product")
            origins = lines.cn285_credited_line_id.move_id
            named = refund.reversed_entry_id
            if named and named.move_type == "out_invoice" and named._cn285_is_ours():
                refund._cn285_check_names_lines(lines, named)
                origins |= named
            for origin in origins:
                refund._cn285_check_credit_of(origin)
            refund._cn285_follow_edits(lines)

    def _cn285_check_names_lines(self, lines, origin):
        # sudo: whether the schedule stands behind a line, as behind what a run charges beside.
        behind = lines.sudo().filtered(lambda line: line._cn285_of_row().cn285_schedule_ids)
        free = lines.filtered(
            lambda line: (
                not line.cn285_credited_line_id and line.price_subtotal and line not in behind
            )
        )
        if free:
            raise UserError(
                self.env._(
                    "“%(line)s” credits no line of invoice %(invoice)s. Credit its lines by "
                    "Partial Credit; a gesture beyond them is a Goodwill Credit of the contract.",
                    line=free[0].name or "",
                    invoice=origin.display_name,
                )
            )

    def _cn285_check_credit_of(self, origin):
        # Two credit notes at once must not take back the same money.
        origin.lock_for_update()
        # What a run credits is what changes were about to credit.
        lines = origin._cn285_creditable_lines(reserving=not self.cn285_run_id)
        over, tax_over = {}, ZERO
        for line in lines:
            sign = -1 if line.base < 0 else 1
            over[line.key] = sign * (line.credited - line.base)
            tax_over += sum(line.credited_taxes.values(), ZERO) - sum(line.taxes.values(), ZERO)
        together = {}
        for key, amount in over.items():
            first = self.env["account.move.line"].browse(key)._cn285_of_row()
            together[first] = together.get(first, ZERO) + amount
        for first, amount in together.items():
            if amount > 0:
                raise UserError(
                    self.env._(
                        "%(credit)s takes back %(over)s too much of “%(line)s” on invoice "
                        "%(invoice)s: together with what was credited before, more than was "
                        "charged.",
                        credit=self.display_name,
                        over=self.currency_id.format(float(amount)),
                        line=(first.name or "").split("\n")[0],
                        invoice=origin.display_name,
                    )
                )
        if tax_over > 0:
            raise UserError(
                self.env._(
                    "%(credit)s takes back %(over)s more tax than invoice %(invoice)s charged.",
                    credit=self.display_name,
                    over=self.currency_id.format(float(tax_over)),
                    invoice=origin.display_name,
                )
            )

    def _cn285_follow_edits(self, lines):
        """Have rows say what lines of a draft that somebody edited take back of them."""
        # sudo: a note of what the credit note does, which nobody writes by hand.
        notes = self.env["cn285.billing.credit"].sudo().search([("line_id", "in", lines.ids)])
        noted = notes.grouped("line_id")
        stale = self.env["account.move.line"]
        for line, known in noted.items():
            if self.currency_id.compare_amounts(sum(known.mapped("amount")), line.price_subtotal):
                stale |= line
        if stale:
            notes.filtered(lambda note: note.line_id in stale).unlink()
            for origin in stale.cn285_credited_line_id.move_id:
                mine = stale.filtered(
                    lambda line, origin=origin: line.cn285_credited_line_id.move_id == origin
                )
                origin._cn285_mark_lines(mine, {})

    def button_draft(self):
        """Refused while a credit note stands on the invoice, which this would untie.

        And for the credit note itself, once the periods that it took back were billed again.

        :raises UserError: naming the credit note
        """
        # sudo: what the schedule says of a credit note, to whoever may undo it.
        taken = self.sudo().filtered(lambda move: move.move_type == "out_refund").line_ids
        for note in self.env["cn285.billing.credit"].sudo().search([("line_id", "in", taken.ids)]):
            row = note.schedule_id
            if row.state == "cancelled" and row.move_id.state == "posted":
                raise UserError(
                    self.env._(
                        "%(credit)s stays: its periods were billed again after it. Credit that "
                        "invoice instead.",
                        credit=note.move_id.display_name,
                    )
                )
        for move in self.filtered(lambda move: move.move_type == "out_invoice"):
            credits = move.invoice_line_ids.cn285_credit_line_ids.filtered(
                lambda line: line.parent_state != "cancel"
            )
            if credits:
                raise UserError(
                    self.env._(
                        "Invoice %(invoice)s was credited by %(credit)s: cancel or delete that "
                        "first, or use Credit and Bill Again.",
                        invoice=move.display_name,
                        credit=credits[0].move_id.display_name,
                    )
                )
        return super().button_draft()

    def copy(self, default=None):
        """Refused: a copy would bill, or take back, once more what the schedule has once.

        :raises UserError: for documents of contracts; a debit note is none
        """
        for move in self:
            if not (default or {}).get("debit_origin_id") and move._cn285_is_ours():
                raise UserError(
                    self.env._(
                        "%s bills or credits contracts, each period once, and is not duplicated. "
                        "Use Credit and Bill Again or Partial Credit, or add an item to the "
                        "contract.",
                        move.display_name,
                    )
                )
        return super().copy(default)


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        """*Reverse and Create Invoice* is refused: the new invoice would belong to no contract.

        :raises UserError: saying which way does it
        """
        ours = self.move_ids.filtered(lambda move: is_modify and move._cn285_is_ours())
        if ours:
            raise UserError(
                self.env._(
                    "%s bills contracts: use Credit and Bill Again on the invoice, which credits "
                    "it and bills its periods anew from the contract.",
                    ours[0].display_name,
                )
            )
        return super().reverse_moves(is_modify)
