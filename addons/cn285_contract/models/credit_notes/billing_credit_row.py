from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...engine.credit import reserve
from ..common import as_decimal


class BillingSchedule(models.Model):
    """Credit rows: what was invoiced in advance and is no longer due.

    A credit names the row that it credits, which stays as it is. Its days are free again: they are
    planned anew where something else is due for them. ``unique(item, period start, kind,
    revision)`` holds for credits, too.
    """

    _inherit = "cn285.billing.schedule"

    kind = fields.Selection(selection_add=[("credit", "Credit")], ondelete={"credit": "cascade"})
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

    def _guarded_fields(self):
        return super()._guarded_fields() | {"credited_id", "frees", "full_start", "full_end"}

    def _cancel_invoiced(self):
        """A credit that is cancelled is made anew, if it is due still."""
        self._check_not_credited()
        # What was to be credited of a cancelled invoice needs no credit any more.
        self.change_credit_ids.filtered(lambda row: row.state == "planned").unlink()
        result = super()._cancel_invoiced()
        credits = self.filtered(lambda row: row.kind == "credit")
        for change, rows in credits.grouped("change_id").items():
            rows.item_id._settle(dict.fromkeys(rows.item_id, change))
        return result

    def _release(self):
        self._check_not_credited()
        self.change_credit_ids.filtered(lambda row: row.state == "planned").unlink()
        return super()._release()

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

    def _credited(self):
        """Also what changes have credited, invoiced already or about to be."""
        totals = super()._credited()
        for row in self.change_credit_ids.filtered(lambda row: row.state != "cancelled"):
            origin = row.credited_id
            totals[origin] = totals.get(origin, Decimal(0)) - as_decimal(row.amount)
        return totals

    @api.model
    def _explain_step(self, code, values):
        if code == "credit":
            return self.env._(
                "credit for %(start)s to %(end)s of %(net)s invoiced",
                start=format_date(self.env, values["start"]),
                end=format_date(self.env, values["end"]),
                net=self._plain(values["net"]),
            )
        if code == "parts":
            return self.env._("with the part of the period that is invoiced already")
        return super()._explain_step(code, values)


class InvoiceBuilder(models.AbstractModel):
    _inherit = "cn285.invoice.builder"

    @api.model
    def _price_obstacle(self, row):
        if row.kind == "credit":
            return None
        return super()._price_obstacle(row)

    @api.model
    def _line_key(self, row):
        """Credits are not summed with charges."""
        key = super()._line_key(row)
        return (*key, "credit") if row.kind == "credit" else key

    @api.model
    def _line_text(self, rows):
        text = super()._line_text(rows)
        if rows[:1].kind != "credit":
            return text
        lang = rows[:1].contract_id._get_invoice_address().lang or self.env.lang
        return self.with_context(lang=lang).env._("Credit: %s", text)


class BillingRun(models.Model):
    _inherit = "cn285.billing.run"

    def _invoice_groups(self, groups):
        """Lines that credit a row name the invoice line of that row."""
        moves = super()._invoice_groups(groups)
        rows = self.env["cn285.billing.schedule"].union(*groups.values())
        for row in rows.filtered(lambda row: row.kind == "credit"):
            if len(row.move_line_id.cn285_schedule_ids) == 1:
                row.move_line_id.cn285_credited_line_id = row.credited_id.move_line_id
        return moves


class AccountMove(models.Model):
    _inherit = "account.move"

    def _cn285_creditable_lines(self):
        """Less what changes are about to credit: no money is taken back twice."""
        # sudo: whoever may credit the invoice may know what of its schedule is credited.
        rows = self.sudo().cn285_schedule_ids.change_credit_ids
        planned = rows.filtered(lambda row: row.state == "planned")
        unit = as_decimal(self.currency_id.rounding)
        reserved = defaultdict(Decimal)
        for row in planned:
            reserved[row.credited_id.move_line_id.id] -= as_decimal(row.amount)
        return [
            reserve(line, reserved[line.key], unit) for line in super()._cn285_creditable_lines()
        ]
