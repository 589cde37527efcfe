from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class BillingCredit(models.Model):
    """What a line of a credit note took back of a schedule row."""

    _name = "cn285.billing.credit"
    _description = "Credited Schedule Row"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "schedule_id, id"

    schedule_id = fields.Many2one(
        "cn285.billing.schedule", required=True, ondelete="restrict", index=True, readonly=True
    )
    line_id = fields.Many2one(
        "account.move.line",
        string="Credit Note Line",
        required=True,
        ondelete="cascade",
        index=True,
        readonly=True,
    )
    move_id = fields.Many2one(related="line_id.move_id", string="Credit Note")
    company_id = fields.Many2one(related="schedule_id.company_id", store=True)
    currency_id = fields.Many2one(related="schedule_id.currency_id")
    amount = fields.Monetary(string="Amount Excl. Tax", readonly=True)

    _once = models.Constraint(
        "unique(schedule_id, line_id)", "This line of the credit note names the row already."
    )


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    credit_ids = fields.One2many("cn285.billing.credit", "schedule_id", string="Credits")
    credited_amount = fields.Monetary(
        string="Credited",
        compute="_compute_credited_amount",
        help="What credit notes took back of this row, excluding tax; drafts count.",
    )

    is_credited = fields.Boolean(
        compute="_compute_is_credited",
        search="_search_is_credited",
        help="Whether a credit note, be it a draft, took something back of this row.",
    )

    @api.depends("credited_amount")
    def _compute_is_credited(self):
        for row in self:
            row.is_credited = bool(row.credited_amount)

    def _search_is_credited(self, operator, value):
        if operator != "in":
            return NotImplemented
        self.env["cn285.billing.credit"].flush_model()
        self.env["account.move.line"].flush_model(["parent_state"])
        self.flush_model(["credited_id", "state", "amount"])
        # Whether something was credited is told to who may see the row, not by what. From the side
        # of the credits, which are few beside millions of rows.
        found = SQL(
            """(SELECT credit.schedule_id
                  FROM cn285_billing_credit credit
                  JOIN account_move_line line ON line.id = credit.line_id
                 WHERE credit.amount != 0 AND line.parent_state != 'cancel'
                 UNION
                SELECT credited_id FROM cn285_billing_schedule
                 WHERE credited_id IS NOT NULL AND state != 'cancelled' AND amount != 0)"""
        )
        return Domain("id", "in" if True in value else "not in", found)

    @api.depends("credit_ids.amount", "credit_ids.line_id.parent_state")
    def _compute_credited_amount(self):
        credited = self._credited()
        for row in self:
            row.credited_amount = float(credited.get(row, 0))

    def _credited(self):
        """What was taken back of each row, as ``{row: Decimal}``.

        By credit notes that were not cancelled, and by changes, invoiced already or about to be.
        """
        self.env["cn285.billing.credit"].flush_model()
        self.env["account.move.line"].flush_model(["parent_state"])
        found = self.env.execute_query(
            SQL(
                """SELECT credit.schedule_id, sum(credit.amount)::text
                     FROM cn285_billing_credit credit
                     JOIN account_move_line line ON line.id = credit.line_id
                    WHERE credit.schedule_id = ANY(%s) AND line.parent_state != 'cancel'
                 GROUP BY credit.schedule_id""",
                self.ids,
            )
        )
        totals = self._credited_by_changes()
        for row_id, amount in found:
            totals[self.browse(row_id)] += Decimal(amount)
        return dict(totals)
