from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError

from ..common import as_decimal


class BillingSchedule(models.Model):
    """Credit rows: what was invoiced in advance and is no longer due.

    A credit names the row that it credits, which stays as it is. Its days are free again: they are
    planned anew where something else is due for them. ``unique(item, period start, kind,
    revision)`` holds for credits, too.
    """

    _inherit = "cn285.billing.schedule"

    credited_id = fields.Many2one(
        "cn285.billing.schedule",
        string="Credited Row",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The invoiced row that this one credits.",
    )
    change_credit_ids = fields.One2many(
        "cn285.billing.schedule", "credited_id", string="Credited by Changes"
    )
    frees = fields.Boolean(
        readonly=True, help="The days of this credit are not billed by the credited row any more."
    )
    version_id = fields.Many2one(
        "cn285.contract.item.version",
        string="Terms",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The terms that the row is billed by. Empty: those that the item started with.",
    )
    full_start = fields.Date(readonly=True, help="First day of the full period.")
    full_end = fields.Date(readonly=True, help="The day after the last one of the full period.")

    _credit_names_row = models.Constraint(
        "CHECK(kind != 'credit' OR credited_id IS NOT NULL)", "A credit names the row it credits."
    )

    def _take_back_credits(self, credited=False):
        """What was to be credited of rows that are not invoiced any more needs no credit.

        :param bool credited: that something of them was credited is right
        :raises UserError: where something of them was credited already
        """
        if not credited:
            self._check_not_credited()
        self.change_credit_ids.filtered(lambda row: row.state == "planned").unlink()

    def _credit_anew(self):
        """Credit again, where it is due still, what these rows, which were cancelled, credited."""
        credits = self.filtered(lambda row: row.kind == "credit")
        for change, rows in credits.grouped("change_id").items():
            rows.item_id._settle(dict.fromkeys(rows.item_id, change))

    def _check_not_credited(self):
        """Refuse to undo an invoice of which something was credited: the credit goes first."""
        credited = self.change_credit_ids.filtered(lambda row: row.state == "invoiced")
        if credited - self:
            raise UserError(
                self.env._(
                    "%(row)s was credited by %(credit)s: cancel that first.",
                    row=credited[0].credited_id.display_name,
                    credit=credited[0].move_id.display_name,
                )
            )

    def _credited_by_changes(self):
        """What changes have credited, invoiced already or about to be, as ``{row: Decimal}``."""
        totals = defaultdict(Decimal)
        for row in self.change_credit_ids.filtered(lambda row: row.state != "cancelled"):
            totals[row.credited_id] -= as_decimal(row.amount)
        return totals

    def _follow_credited_lines(self):
        """Lines that credit rows name the invoice line of those rows, which is one for all."""
        if not any(row.kind == "credit" for row in self):
            return
        for line, rows in self.grouped("move_line_id").items():
            credited = rows.credited_id.move_line_id
            if len(credited) == 1 and set(rows.mapped("kind")) == {"credit"}:
                # sudo: it follows from the rows; nobody writes it by hand.
                line.sudo().cn285_credited_line_id = credited


class AccountMove(models.Model):
    _inherit = "account.move"

    def _cn285_credited_by_changes(self):
        """What changes are about to credit of the invoice, as ``{line id: Decimal}``."""
        # sudo: whoever may credit the invoice may know what of its schedule is credited.
        rows = self.sudo().cn285_schedule_ids.change_credit_ids
        reserved = defaultdict(Decimal)
        for row in rows.filtered(lambda row: row.state == "planned"):
            reserved[row.credited_id.move_line_id.id] -= as_decimal(row.amount)
        return reserved
