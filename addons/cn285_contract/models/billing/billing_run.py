from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

# How far from today a run may bill: further is a slip of the keyboard.
LARGEST_SPAN_YEARS = 30


class BillingRun(models.Model):
    """Bills every due row of a company, once, and posts the invoices."""

    _name = "cn285.billing.run"
    _description = "Billing Run"
    _inherit = ["cn285.guarded", "mail.thread"]
    _creatable = frozenset({"name"})
    _fixed_after_draft = frozenset(
        {
            "company_id",
            "contract_ids",
            "date",
            "invoice_date",
            "partner_ids",
            "post",
            "tag_ids",
            "template_ids",
        }
    )
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(required=True, copy=False, readonly=True, default="/")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        string="Bill Up To",
        required=True,
        default=lambda self: self.env.company._cn285_today(),
        help="Everything with an invoice date up to this day is billed, overdue months included.",
    )
    invoice_date = fields.Date(
        help="Date of all invoices of this run. Left empty, each invoice bears the date of its "
        "schedule, or today where that is past, unless the settings say otherwise.",
    )
    post = fields.Boolean(
        string="Post Invoices",
        default=True,
        help="Post the invoices; otherwise they are left as drafts.",
    )
    partner_ids = fields.Many2many("res.partner", string="Customers", check_company=True)
    template_ids = fields.Many2many(
        "cn285.contract.template", string="Templates", check_company=True
    )
    tag_ids = fields.Many2many("cn285.contract.tag", string="Tags")
    contract_ids = fields.Many2many("cn285.contract", string="Contracts", check_company=True)
    state = fields.Selection(
        string="Status",
        selection=[
            ("draft", "Draft"),
            ("running", "Running"),
            ("done", "Done"),
            ("partial", "Done with Errors"),
            ("cancelled", "Cancelled"),
        ],
        default="draft",
        required=True,
        copy=False,
        readonly=True,
        tracking=True,
        index=True,
    )
    batch_count = fields.Integer(compute="_compute_progress")
    batch_done = fields.Integer(string="Batches Done", compute="_compute_progress")
    progress = fields.Float(compute="_compute_progress", help="Share of the batches done, in %.")
    date_started = fields.Datetime(string="Started", readonly=True, copy=False)
    date_finished = fields.Datetime(string="Finished", readonly=True, copy=False)
    schedule_ids = fields.One2many(
        "cn285.billing.schedule", "run_id", string="Rows Billed", readonly=True
    )
    invoice_ids = fields.One2many("account.move", "cn285_run_id", string="Invoices", readonly=True)
    issue_ids = fields.One2many(
        "cn285.billing.run.issue", "run_id", string="Set Aside", copy=False, readonly=True
    )
    issue_count = fields.Integer(string="Open Issues", compute="_compute_issue_count")
    mail_error_count = fields.Integer(string="Failed Mails", compute="_compute_issue_count")

    # === COMPUTES === #

    @api.depends("batch_ids.state", "state")
    def _compute_progress(self):
        groups = self.env["cn285.billing.run.batch"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        )
        counts = {(run.id, state): count for run, state, count in groups}
        for run in self:
            done = counts.get((run.id, "done"), 0)
            total = done + counts.get((run.id, "pending"), 0) + counts.get((run.id, "failed"), 0)
            run.batch_done, run.batch_count = done, total
            over = run.state in ("done", "partial")
            run.progress = 100.0 if over else 100.0 * done / total if total else 0.0

    @api.depends("issue_ids.state", "issue_ids.kind")
    def _compute_issue_count(self):
        groups = self.env["cn285.billing.run.issue"]._read_group(
            [("run_id", "in", self.ids), ("state", "=", "open")], ["run_id", "kind"], ["__count"]
        )
        counts = {(run.id, kind): count for run, kind, count in groups}
        for run in self:
            set_aside = ("billing", "rating", "approval")
            run.issue_count = sum(counts.get((run.id, kind), 0) for kind in set_aside)
            run.mail_error_count = counts.get((run.id, "mail"), 0)

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for run in self:
            run.display_name = self.env._("New") if run.name == "/" else run.name

    # === CONSTRAINTS AND CRUD === #

    @api.constrains("date", "invoice_date")
    def _check_dates(self):
        for run in self:
            today = run.company_id._cn285_today()
            if not run.date or abs(run.date.year - today.year) > LARGEST_SPAN_YEARS:
                raise ValidationError(
                    self.env._(
                        "A run bills up to a day within %(years)s years from today, not up to "
                        "%(day)s.",
                        years=LARGEST_SPAN_YEARS,
                        day=format_date(self.env, run.date),
                    )
                )
            if run.invoice_date and run.invoice_date > today and run.post:
                raise ValidationError(
                    self.env._(
                        "Invoices cannot be posted with a date in the future (%s).",
                        format_date(self.env, run.invoice_date),
                    )
                )
            run.company_id._cn285_check_issue_day(run.invoice_date)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                company = vals.get("company_id") or self.env.company.id
                sequence = self.env["ir.sequence"].with_company(company)
                vals["name"] = sequence.next_by_code("cn285.billing.run") or "/"
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_without_invoices(self):
        for run in self:
            # sudo: only whether there are any.
            if run.state == "running" or run.sudo().invoice_ids:
                raise UserError(
                    self.env._("Billing run %s has made invoices and cannot be deleted.", run.name)
                )

    # === WHAT IS DUE === #

    def _contract_domain(self):
        """Domain of the contracts that this run's filters let in."""
        self.ensure_one()
        domain = Domain("company_id", "=", self.company_id.id)
        if self.partner_ids:
            domain &= Domain("partner_id", "child_of", self.partner_ids.ids) | Domain(
                "reseller_id", "child_of", self.partner_ids.ids
            )
        if self.template_ids:
            domain &= Domain("template_id", "in", self.template_ids.ids)
        if self.tag_ids:
            domain &= Domain("tag_ids", "in", self.tag_ids.ids)
        if self.contract_ids:
            domain &= Domain("id", "in", self.contract_ids.ids)
        return domain

    def _has_filters(self):
        self.ensure_one()
        return bool(self.partner_ids or self.template_ids or self.tag_ids or self.contract_ids)

    def _due_domain(self, state="planned"):
        """Domain of the rows that this run bills (or, ``waiting``, has rated first)."""
        self.ensure_one()
        domain = (
            Domain(
                [
                    ("company_id", "=", self.company_id.id),
                    ("state", "=", state),
                    ("billing_date", "<=", self.date),
                ]
            )
            & self.env["cn285.contract"]._not_held()
        )
        if self._has_filters():
            domain &= Domain("contract_id", "any", self._contract_domain())
        return domain

    # === BEFORE IT === #

    def _prepare_due_rows(self):
        """Do all that has to be done before due rows are looked at, see :meth:`_steps_before`.

        :raises AccessError: when the user may not edit the run
        """
        self.ensure_one()
        self.check_access("write")
        # sudo: what is due by its day (renewals, planned changes, ratings) is the system's own act,
        # whoever's run comes across it first; the user of the environment stays who started it.
        run = self.sudo()
        failed = run.env["cn285.contract"]._broken(run.company_id, run.date)
        for step in run._steps_before():
            step(failed)
        self.env.flush_all()

    def _concerned(self):
        """Domain of the contracts that the steps before this run are about.

        A run for all of the company sees to all of them; one for chosen contracts leaves the
        others alone.
        """
        self.ensure_one()
        return self._contract_domain() if self._has_filters() else Domain.TRUE

    def _steps_before(self):
        """What is done before a run looks at what is due, in this order.

        Each step is a method that gets ``{contract: reason}``, what could not be rated until then,
        and adds to it what it could not rate itself. Another addon puts its steps among these by
        :func:`insert_steps`; ``docs/architecture.md`` lists those of all addons.
        """
        return [
            self._apply_changes,
            self._plan_due_rows,
            self._rate_waiting_rows,
            self._set_aside_unrated,
        ]

    def _apply_changes(self, failed):
        """Step: what changes today is applied before it is billed."""
        changes = self.env["cn285.contract.change"]
        among = self._concerned() & self._sound(failed)
        failed.update(changes._apply_all_due(self.company_id, among))

    def _plan_due_rows(self, failed):
        """Step: plan what is missing up to the run's date."""
        schedules = self.env["cn285.billing.schedule"]
        among = self._concerned() & self._sound(failed)
        failed.update(schedules._ensure_planned(self.company_id, self.date, among))

    @api.model
    def _sound(self, failed):
        """Domain of the contracts that did not fail before."""
        ids = [contract.id for contract in failed]
        return Domain("id", "not in", ids) if ids else Domain.TRUE

    def _own_contracts(self, reasons):
        """Those reasons that are about contracts of this run."""
        if not reasons or not self._has_filters():
            return reasons
        ids = [contract.id for contract in reasons]
        own = self.env["cn285.contract"].search(self._contract_domain() & Domain("id", "in", ids))
        return {contract: reason for contract, reason in reasons.items() if contract in own}

    # === GIVING UP === #

    def action_cancel(self):
        """Give up a run that has not made invoices, or stop one that waits for its jobs."""
        for run in self:
            if run.state not in ("draft", "running"):
                raise UserError(self.env._("Billing run %s is over already.", run.name))
            run._write_inside({"state": "cancelled"})
            run._tell_progress()
        return True

    # === ACTIONS === #

    def action_view_invoices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        action["domain"] = [("cn285_run_id", "=", self.id)]
        action["context"] = {"default_move_type": "out_invoice", "create": False}
        if self.invoice_count == 1:
            action["views"] = [(self.env.ref("account.view_move_form").id, "form")]
            action["res_id"] = self.invoice_ids.id
        return action

    def action_view_rows(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "cn285_contract.action_billing_schedule"
        )
        action["domain"] = [("run_id", "=", self.id)]
        return action

    @api.model
    def _cron_daily_run(self):
        """Start the day's run of each company that has something due, in jobs."""
        schedules = self.env["cn285.billing.schedule"]
        self._close_left_running()
        companies = self.env["res.company"]._cn285_daily_companies()
        for company in companies.filtered("cn285_daily_billing"):
            today = company._cn285_today()
            broken = self.env["cn285.contract"]._broken(company, today)
            unplanned = schedules._ensure_planned(company, today, self._sound(broken))
            due = (
                Domain(
                    [
                        ("company_id", "=", company.id),
                        ("state", "in", ("planned", "waiting")),
                        ("billing_date", "<=", today),
                    ]
                )
                & self.env["cn285.contract"]._not_held()
            )
            if broken or unplanned or schedules.search_count(due, limit=1):
                vals = {"company_id": company.id, "date": today, "post": company.cn285_daily_post}
                self.with_company(company).create(vals).action_run_in_jobs()
