import time
from functools import partial

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import commit_batch, persistently
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from .time_travel_line import NOTED_KINDS

MAX_YEARS = 10


class TimeTravel(models.Model):
    """The company's clock moved ahead day by day, with all that scheduled actions do on each day.

    Only in a database that is marked as a test. What happened is kept as lines, one for each day
    and sort of event.
    """

    _name = "cn285.time.travel"
    _description = "Time Travel"
    _inherit = ["cn285.guarded"]
    _order = "id desc"
    _rec_name = "date_to"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, readonly=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self.env.company._cn285_today()
    )
    date_to = fields.Date(string="To", required=True)
    state = fields.Selection(
        [("draft", "Draft"), ("running", "On the Way"), ("done", "Arrived")],
        default="draft",
        required=True,
        readonly=True,
    )
    seconds = fields.Float(readonly=True, help="How long the journey took.")
    bills_daily = fields.Boolean(related="company_id.cn285_daily_billing")
    line_ids = fields.One2many(
        "cn285.time.travel.line", "travel_id", string="What Happened", readonly=True
    )
    invoice_count = fields.Integer(string="Invoices", compute="_compute_totals")
    amount_untaxed = fields.Monetary(string="Billed Excl. Tax", compute="_compute_totals")

    @api.depends("line_ids.count", "line_ids.amount")
    def _compute_totals(self):
        for travel in self:
            bills = travel.line_ids.filtered(lambda line: line.kind in ("invoice", "credit"))
            travel.invoice_count = sum(bills.mapped("count"))
            travel.amount_untaxed = sum(bills.mapped("amount"))

    def action_travel_in_job(self):
        """Travel in the background: for journeys that take longer than a request may."""
        self.ensure_one()
        self.company_id._cn285_need_test_database()
        self.with_delay(
            channel="root",
            description=self.env._("Time travel to %s", format_date(self.env, self.date_to)),
            identity_key=f"cn285.time.travel-{self.id}",
        )._job_travel()
        self._write_inside({"state": "running"})

    def _job_travel(self):
        """Job: travel; killed and run again, it goes on from the day that it had reached."""
        # The job function allows commits: days that have passed stay.
        self.with_context(job_uuid=None).action_travel()
        return self.env._("Arrived on %s", format_date(self.env, self.date_to))

    def action_travel(self):
        """Move the clock to the day chosen, a day at a time, committed every few seconds.

        Interrupted, it is taken up again where it stopped. No e-mail leaves.

        :raises UserError: in a database that is no test, or when the day is not ahead
        """
        self.ensure_one()
        if not self.env.user.has_group("cn285_contract.group_billing_manager"):
            raise AccessError(self.env._("Billing managers travel in time."))
        company = self.company_id
        company._cn285_need_test_database()
        today = company._cn285_today()
        if self.state == "draft" and not company.cn285_clock_date:
            # The first journey may begin on any day: nothing was made by this clock yet.
            today = self.date_from
        self._check_destination(today)
        if self.state == "draft":
            self.date_from = today
        self._write_inside({"state": "running"})
        started = time.monotonic()
        commit_batch(self.env)
        while today < self.date_to:
            today = persistently(self.env, partial(self._pass_days, today))
        self._write_report()
        seconds = self.seconds + time.monotonic() - started
        self._write_inside({"state": "done", "seconds": seconds})
        return True

    def _check_destination(self, today):
        if self.state == "done" or self.date_to <= today:
            raise UserError(
                self.env._(
                    "Today is %(today)s by the company's clock: it cannot travel to %(day)s.",
                    today=format_date(self.env, today),
                    day=format_date(self.env, self.date_to),
                )
            )
        if self.date_to > fields.Date.add(today, years=MAX_YEARS):
            raise UserError(self.env._("A journey takes at most %s years.", MAX_YEARS))

    # === REPORT === #

    def _write_report(self):
        """Replace the lines by what happened between the two days, beside what was noted by day."""
        self.line_ids.filtered(lambda line: line.kind not in NOTED_KINDS)._inside().unlink()
        happened = self.env["cn285.diary"]._read(self.company_id, self.date_from, self.date_to)
        self.env["cn285.time.travel.line"]._inside().create(
            [
                {"travel_id": self.id, "date": day, "kind": kind, "count": count, "amount": amount}
                for (day, kind), (count, amount) in sorted(happened.items())
            ]
        )

    def _note(self, day, kind, count=1, reason=None):
        """Keep what is found nowhere afterwards."""
        self.env["cn285.time.travel.line"]._inside().create(
            {"travel_id": self.id, "date": day, "kind": kind, "count": count, "reason": reason}
        )
