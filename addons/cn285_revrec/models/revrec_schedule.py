from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .revrec_rule import METHODS

POSTINGS = [
    ("unbilled", "Not Yet Invoiced"),
    ("direct", "Earned When Invoiced"),
    ("deferred", "Deferred by the Invoice"),
    ("month_end", "Deferred at the Month's End"),
]


class RevrecSchedule(models.Model):
    """When the revenue of one invoice line is earned; or of a billing schedule row not yet billed.

    Amounts are revenue: above zero for an invoice, below for a credit note. ``amount`` is in the
    company's currency at the rate of the invoice, and never changes by another rate.

    ``posting`` says what the journal entries of a month do with it. *Deferred*: the invoice put it
    on the deferred revenue account, and each month releases its share. *Month's end*: the invoice
    put it on revenue, and what lies ahead is deferred at each month's end and taken back on the
    next day. *Earned when invoiced*: nothing lies ahead of the invoice. *Not yet invoiced*: what
    was rendered is accrued at the month's end and taken back on the next day.
    """

    _name = "cn285.revrec.schedule"
    _description = "Recognition Schedule"
    _inherit = ["cn285.guarded", "cn285.summed.table"]
    _sums = "cn285.revrec.schedule.sum"
    _is_history = True
    _order = "invoice_date desc, id desc"
    _rec_name = "id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    rule_id = fields.Many2one("cn285.revrec.rule", readonly=True, index=True, ondelete="restrict")
    posting = fields.Selection(POSTINGS, required=True, readonly=True)
    method = fields.Selection(METHODS, readonly=True)
    service_start = fields.Date(required=True, readonly=True)
    service_end = fields.Date(required=True, readonly=True, help="Last day of the service.")
    booking_date = fields.Date(
        readonly=True, help="When the customer ordered it: the start of the item, or the invoice."
    )
    invoice_date = fields.Date(
        string="Accounting Date", readonly=True, help="Accounting date of the invoice."
    )
    amount = fields.Monetary(currency_field="company_currency_id", readonly=True)
    amount_currency = fields.Monetary(string="Amount in Currency", readonly=True)
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Invoice Line",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    billing_schedule_id = fields.Many2one(
        "cn285.billing.schedule",
        string="Billing Schedule Row",
        readonly=True,
        ondelete="set null",
    )
    origin_id = fields.Many2one(
        "cn285.revrec.schedule",
        string="Credits",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The schedule that this credit note takes back.",
    )
    item_id = fields.Many2one(
        "cn285.contract.item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    contract_id = fields.Many2one(
        "cn285.contract", readonly=True, index="btree_not_null", ondelete="set null"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index=True, ondelete="restrict"
    )
    product_id = fields.Many2one("product.product", readonly=True, index=True, ondelete="restrict")
    source_journal_id = fields.Many2one(
        "account.journal", string="Sales Journal", readonly=True, ondelete="restrict"
    )
    journal_id = fields.Many2one(
        "account.journal", string="Recognition Journal", readonly=True, ondelete="restrict"
    )
    deferred_account_id = fields.Many2one("account.account", readonly=True, ondelete="restrict")
    revenue_account_id = fields.Many2one("account.account", readonly=True, ondelete="restrict")
    unbilled_account_id = fields.Many2one("account.account", readonly=True, ondelete="restrict")
    credit_due_account_id = fields.Many2one("account.account", readonly=True, ondelete="restrict")
    unbilled_tax_account_id = fields.Many2one("account.account", readonly=True, ondelete="restrict")
    analytic_distribution = fields.Json(readonly=True)
    is_opening = fields.Boolean(
        string="Opening",
        readonly=True,
        help="What another system has invoiced and not recognised: it releases the opening "
        "balance of the deferred revenue account.",
    )
    terms = fields.Char(
        string="Fingerprint of Terms",
        readonly=True,
        help="What a row not yet invoiced was scheduled by. Where that differs, it is made anew.",
    )
    line_ids = fields.One2many("cn285.revrec.line", "schedule_id", string="Months")
    position_ids = fields.One2many("cn285.revrec.position", "schedule_id", string="Month-End Items")
    recognised = fields.Monetary(
        currency_field="company_currency_id",
        compute="_compute_recognised",
        help="Revenue recognised so far.",
    )
    remaining = fields.Monetary(
        currency_field="company_currency_id",
        compute="_compute_recognised",
        help="What is still to be recognised.",
    )

    # One for each row, and for each invoice line that has no rows behind it.
    _once_per_row = models.UniqueIndex(
        "(billing_schedule_id) WHERE billing_schedule_id IS NOT NULL",
        "This billing schedule row has a recognition schedule already.",
    )
    _once_per_line = models.UniqueIndex(
        "(move_line_id) WHERE billing_schedule_id IS NULL AND move_line_id IS NOT NULL",
        "This invoice line has a recognition schedule already.",
    )
    _billed_has_line = models.Constraint(
        "CHECK((posting = 'unbilled') = (move_line_id IS NULL AND is_opening IS NOT TRUE))",
        "A schedule of an invoice line belongs to the line.",
    )
    _service_ordered = models.Constraint(
        "CHECK(service_end >= service_start)", "A service cannot end before it starts."
    )
    _unbilled_idx = models.Index("(company_id, service_start) WHERE posting = 'unbilled'")
    _billed_idx = models.Index("(company_id, posting, invoice_date)")
    _list_idx = models.Index("(invoice_date DESC, id DESC)")
    # Groups by contract ask whether there is one without.
    _no_contract_idx = models.Index("(company_id) WHERE contract_id IS NULL")

    @api.depends("line_ids.state", "line_ids.amount")
    def _compute_recognised(self):
        groups = self.env["cn285.revrec.line"]._read_group(
            [("schedule_id", "in", self.ids), ("state", "=", "recognised")],
            ["schedule_id"],
            ["amount:sum"],
        )
        sums = {schedule.id: amount for schedule, amount in groups}
        for schedule in self:
            schedule.recognised = sums.get(schedule.id, 0.0)
            schedule.remaining = schedule.amount - schedule.recognised

    @api.depends("move_id.name", "item_id.name", "service_start", "service_end")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for schedule in self:
            origin = schedule.move_id.name or schedule.contract_id.name or ""
            what = schedule.item_id.name or schedule.product_id.display_name or ""
            days = " – ".join(
                format_date(self.env, day)
                for day in (schedule.service_start, schedule.service_end)
                if day
            )
            schedule.display_name = f"{origin} · {what} ({days})" if what else f"{origin} ({days})"

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unrecognised(self):
        if held := self._recognised_by():
            raise UserError(
                self.env._(
                    "Revenue of %(what)s was recognised by run %(run)s and its schedule cannot be "
                    "deleted.",
                    what=held[0].name or self[:1].display_name,
                    run=held[1].name,
                )
            )

    def _recognised_by(self):
        """The first invoice of these schedules on which a run rests, with the run; or None."""
        line = self.env["cn285.revrec.line"].search(
            [("schedule_id", "in", self.ids), ("run_id", "!=", False)], limit=1
        )
        if line:
            return line.schedule_id.move_id, line.run_id
        # What was accrued came before the invoice, and does not rest on it.
        position = self.env["cn285.revrec.position"].search(
            [
                ("schedule_id", "in", self.ids),
                ("kind", "=", "deferral"),
                ("state", "=", "posted"),
            ],
            limit=1,
        )
        return (position.schedule_id.move_id, position.run_id) if position else None

    @api.model
    def _forget_invoices(self, moves):
        """Undo the schedules of entries that go back to draft.

        :raises UserError: where a run posted the entry, or recognised revenue of the invoice
        """
        for move in moves:
            if move.cn285_revrec_run_id and move.cn285_revrec_run_id.state != "draft":
                raise UserError(
                    self.env._(
                        "Entry %(entry)s was made by recognition run %(run)s: reverse the run "
                        "instead.",
                        entry=move.name,
                        run=move.cn285_revrec_run_id.name,
                    )
                )
        schedules = self.search([("move_id", "in", moves.ids)])
        if held := schedules._recognised_by():
            raise UserError(
                self.env._(
                    "Revenue of %(invoice)s was recognised by run %(run)s (%(period)s): make a "
                    "credit note, or reverse the run first.",
                    invoice=held[0].name,
                    run=held[1].name,
                    period=held[1]._period_name(),
                )
            )
        schedules._check_months_open()
        schedules._forget()

    def _check_months_open(self):
        """Refuse to take an invoice out of a month that a run closed."""
        for company, schedules in self.grouped("company_id").items():
            closed = company._cn285_closed_until()
            held = closed and schedules.filtered(lambda one, last=closed: one.invoice_date <= last)
            if held:
                raise UserError(
                    self.env._(
                        "%(invoice)s is booked on %(date)s, in a month whose revenue was "
                        "recognised: make a credit note, or reverse the run first.",
                        invoice=held[0].move_id.name,
                        date=format_date(self.env, held[0].invoice_date),
                    )
                )

    def _forget(self):
        """Undo schedules whose invoice is not posted any more; what was accrued before stays."""
        kept = self.filtered("position_ids")
        kept.line_ids._inside().unlink()
        # Without an amount they fit their row no more, and are spread anew.
        kept._write_inside(
            {
                "posting": "unbilled",
                "move_id": False,
                "move_line_id": False,
                "invoice_date": False,
                "amount": 0.0,
                "amount_currency": 0.0,
            }
        )
        (self - kept)._inside().unlink()

    def action_view_invoice(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }

    def action_view_contract(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "cn285.contract",
            "res_id": self.contract_id.id,
            "view_mode": "form",
        }


class RevrecLine(models.Model):
    """The revenue of one schedule in one month.

    ``period`` is the last day of the month in which the service is rendered, ``date`` the
    accounting date of its recognition: later, where the service was billed or the month closed
    before. Rows are written by set-based statements only and carry no log columns.
    """

    _name = "cn285.revrec.line"
    _description = "Recognition Schedule Line"
    _inherit = ["cn285.guarded", "cn285.summed.table"]
    _sums = "cn285.revrec.line.sum"
    _ordered_by_number = frozenset({"schedule_id"})
    _is_history = True
    _order = "date, schedule_id, period"
    _log_access = False

    schedule_id = fields.Many2one(
        "cn285.revrec.schedule", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    currency_id = fields.Many2one(related="schedule_id.currency_id")
    period = fields.Date(string="Month", required=True, readonly=True)
    date = fields.Date(string="Recognised On", required=True, readonly=True)
    amount = fields.Monetary(currency_field="company_currency_id", readonly=True)
    amount_currency = fields.Monetary(string="Amount in Currency", readonly=True)
    state = fields.Selection(
        [("planned", "Planned"), ("recognised", "Recognised")],
        string="Status",
        default="planned",
        required=True,
        readonly=True,
    )
    run_id = fields.Many2one(
        "cn285.revrec.run",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Journal Item",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    _once = models.Constraint(
        "unique(schedule_id, period)", "A schedule has one line for each month."
    )
    _run_is_recognised = models.Constraint(
        "CHECK(run_id IS NULL OR state = 'recognised')", "What a run took is recognised."
    )
    # In the order of the list, which goes through no schedule for that; and what a day has.
    _date_idx = models.Index("(date, schedule_id, period, company_id)")

    @api.ondelete(at_uninstall=False)
    def _unlink_only_planned(self):
        if any(line.run_id for line in self):
            raise UserError(self.env._("What a run recognised cannot be deleted."))
