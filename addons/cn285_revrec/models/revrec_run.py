from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import STATE_DOOR
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from ..engine.recognition import month_end


class RevrecRun(models.Model):
    """Recognises the revenue of a month, once, and posts the entries."""

    _name = "cn285.revrec.run"
    _description = "Recognition Run"
    _inherit = ["cn285.guarded", "mail.thread"]
    _creatable = frozenset({"name"})
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, copy=False, readonly=True, default="/")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        string="Month",
        required=True,
        default=lambda self: self._default_date(),
        help="Last day of the month whose revenue is recognised. Everything planned up to this day "
        "and not recognised yet falls into it.",
    )
    detail = fields.Selection(
        [("synthesis", "Synthesis"), ("detail", "Detail")],
        string="Entries",
        required=True,
        default=lambda self: self.env.company.cn285_revrec_detail,
        help="Synthesis: one journal item per account, analytic account and currency. "
        "Detail: journal items for each schedule.",
    )
    accrue = fields.Boolean(
        string="Accrue Unbilled Services",
        default=lambda self: self.env.company.cn285_revrec_accrue,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("done", "Posted"), ("reversed", "Reversed")],
        string="Status",
        default="draft",
        required=True,
        copy=False,
        readonly=True,
        tracking=True,
        index=True,
    )
    move_ids = fields.One2many(
        "account.move", "cn285_revrec_run_id", string="Journal Entries", readonly=True
    )
    line_ids = fields.One2many(
        "cn285.revrec.line", "run_id", string="Lines Recognised", readonly=True
    )
    position_ids = fields.One2many(
        "cn285.revrec.position", "run_id", string="Month-End Items", readonly=True
    )
    issue_ids = fields.One2many(
        "cn285.revrec.run.issue", "run_id", string="Left Out", readonly=True
    )
    preview_ids = fields.One2many("cn285.revrec.run.preview", "run_id", readonly=True)
    move_count = fields.Integer(string="Entries Posted", compute="_compute_counts")
    issue_count = fields.Integer(string="Lines Left Out", compute="_compute_counts")
    recognised = fields.Monetary(
        compute="_compute_amounts", help="Released from deferred revenue in this month."
    )
    deferred = fields.Monetary(
        compute="_compute_amounts", help="Deferred at the month's end and taken back the next day."
    )
    accrued = fields.Monetary(
        compute="_compute_amounts",
        help="Rendered and not invoiced at the month's end, taken back the next day.",
    )

    # A month is recognised once; runs that were reversed do not count.
    _once = models.UniqueIndex(
        "(company_id, date) WHERE state = 'done'", "This month was recognised already."
    )

    @api.model
    def _default_date(self):
        return self.env.company._cn285_next_month_to_run()

    # === COMPUTES === #

    @api.depends("move_ids", "issue_ids")
    def _compute_counts(self):
        for run in self:
            run.move_count = len(run.move_ids)
            run.issue_count = len(run.issue_ids)

    @api.depends("state")
    def _compute_amounts(self):
        lines = self.env["cn285.revrec.line"]._read_group(
            [("run_id", "in", self.ids), ("schedule_id.posting", "=", "deferred")],
            ["run_id"],
            ["amount:sum"],
        )
        positions = self.env["cn285.revrec.position"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "kind"], ["amount:sum"]
        )
        recognised = {run.id: amount for run, amount in lines}
        booked = {(run.id, kind): amount for run, kind, amount in positions}
        for run in self:
            run.recognised = recognised.get(run.id, 0.0)
            run.deferred = booked.get((run.id, "deferral"), 0.0)
            run.accrued = booked.get((run.id, "accrual"), 0.0)

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for run in self:
            run.display_name = self.env._("New") if run.name == "/" else run.name

    def _period_name(self):
        """The month in words, such as "January 2026"."""
        self.ensure_one()
        return format_date(self.env, self.date, date_format="MMMM yyyy")

    # === CONSTRAINTS AND CRUD === #

    @api.constrains("date")
    def _check_date(self):
        for run in self:
            if run.date != month_end(run.date):
                raise ValidationError(
                    self.env._(
                        "Revenue is recognised by the month: %(date)s is not the last day of one "
                        "(that would be %(last)s).",
                        date=format_date(self.env, run.date),
                        last=format_date(self.env, month_end(run.date)),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                sequence = self.env["ir.sequence"].with_company(company)
                vals["name"] = sequence.next_by_code("cn285.revrec.run") or "/"
        return super().create(vals_list)

    def write(self, vals):
        fixed = {"date", "company_id", "detail", "accrue"} & vals.keys()
        if fixed and any(run.state != "draft" for run in self):
            raise UserError(self.env._("A run that was posted does not change any more."))
        if "state" in vals and self.env.context.get("cn285_state_door") is not STATE_DOOR:
            raise UserError(self.env._("The state of a run changes by its buttons."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        for run in self:
            if run.state != "draft":
                raise UserError(
                    self.env._("Run %s has posted entries and cannot be deleted.", run.name)
                )

    # === ACTIONS === #

    def action_view_moves(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_journal_line")
        action["domain"] = [("cn285_revrec_run_id", "=", self.id)]
        action["context"] = {"create": False}
        return action

    def action_view_lines(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("cn285_revrec.action_revrec_line")
        action["domain"] = [("run_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_view_positions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_revrec.action_revrec_position"
        )
        action["domain"] = [("run_id", "=", self.id)]
        action["context"] = {}
        return action

    def _next_day(self):
        """The day on which month-end items are taken back."""
        return self.date + timedelta(days=1)


class RevrecRunIssue(models.Model):
    """An invoice line or billing row that has no schedule, and why."""

    _name = "cn285.revrec.run.issue"
    _description = "Line Left Out of Recognition"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "run_id, id"

    run_id = fields.Many2one("cn285.revrec.run", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    move_line_id = fields.Many2one(
        "account.move.line", string="Invoice Line", readonly=True, ondelete="cascade", index=True
    )
    move_id = fields.Many2one(related="move_line_id.move_id", string="Invoice")
    billing_schedule_id = fields.Many2one(
        "cn285.billing.schedule",
        string="Billing Schedule Row",
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    contract_id = fields.Many2one(related="billing_schedule_id.contract_id")
    reason = fields.Text(readonly=True)


class RevrecRunPreview(models.Model):
    """What a run would post: one account of one entry."""

    _name = "cn285.revrec.run.preview"
    _description = "Preview of a Recognition Run"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "run_id, date, kind, id"

    run_id = fields.Many2one("cn285.revrec.run", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="run_id.company_id", store=True)
    company_currency_id = fields.Many2one(related="run_id.currency_id", string="Company Currency")
    date = fields.Date(readonly=True)
    kind = fields.Selection(
        [
            ("recognition", "Recognition"),
            ("deferral", "Deferral"),
            ("deferral_reversal", "Deferral Taken Back"),
            ("accrual", "Unbilled Services"),
            ("accrual_reversal", "Unbilled Services Taken Back"),
        ],
        readonly=True,
    )
    journal_id = fields.Many2one("account.journal", readonly=True, ondelete="cascade")
    account_id = fields.Many2one("account.account", readonly=True, ondelete="cascade")
    currency_id = fields.Many2one("res.currency", readonly=True)
    analytic = fields.Char(string="Analytic Accounts", readonly=True)
    debit = fields.Monetary(currency_field="company_currency_id", readonly=True)
    credit = fields.Monetary(currency_field="company_currency_id", readonly=True)
