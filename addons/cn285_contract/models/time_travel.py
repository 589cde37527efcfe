import time
from collections import defaultdict
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from .bulk import commit_batch, one_transaction
from .common import LIVE_STATES
from .held_mail import holding_mails

MAX_YEARS = 10
# Days that pass within so many seconds are committed together.
COMMIT_SECONDS = 5.0


class TimeTravel(models.Model):
    """The company's clock moved ahead day by day, with all that the crons would have done.

    Only in a database that is marked as a test. What happened is kept as lines, one for each day
    and sort of event.
    """

    _name = "cn285.time.travel"
    _description = "Time Travel"
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
    held_mails = fields.Json(readonly=True, help="E-mails that were not sent, by day.")
    line_ids = fields.One2many("cn285.time.travel.line", "travel_id", string="What Happened")
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
        self.state = "running"

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
        self.state = "running"
        started = time.monotonic()
        commit_batch(self.env)
        persistently = self.env["cn285.billing.run"]._persistently
        while today < self.date_to:
            today = persistently(partial(self._pass_days, today))
        self._write_report()
        self.write({"state": "done", "seconds": self.seconds + time.monotonic() - started})
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

    # === A DAY === #

    def _pass_days(self, today):
        """Let some days pass, in one transaction that the caller commits; returns the last one."""
        started = time.monotonic()
        with one_transaction(), holding_mails() as mails:
            while today < self.date_to and time.monotonic() - started < COMMIT_SECONDS:
                today += timedelta(days=1)
                self._pass_day(today)
                count = mails.take()
                if count:
                    self.held_mails = {**(self.held_mails or {}), today.isoformat(): count}
        return today

    def _pass_day(self, day):
        """Let one day come: the clock shows it, and the crons of that day are run."""
        # sudo: a clock that only tests have, moved for a billing manager.
        self.company_id.sudo().cn285_clock_date = day
        here = self.with_company(self.company_id)
        for step in here._daily_steps():
            step()
        commit_batch(self.env)

    def _daily_steps(self):
        """What is done every day, in order; modules add what their crons do.

        :returns: list of methods without arguments, which work for ``company_id`` and in process
        """
        return [self._apply_changes, self._extend_schedules, self._bill_day]

    def _apply_changes(self):
        self.env["cn285.contract.change"]._apply_all_due(self.company_id)

    def _extend_schedules(self):
        company = self.company_id
        self.env["cn285.contract.item"]._extend_planning(company, company._cn285_horizon())
        self.env["cn285.contract"]._close_finished(company)

    def _bill_day(self):
        """The day's billing run, where something is due."""
        company, today = self.company_id, self.company_id._cn285_today()
        due = Domain(
            [
                ("company_id", "=", company.id),
                ("state", "in", ("planned", "waiting")),
                ("billing_date", "<=", today),
            ]
        )
        if self.env["cn285.billing.schedule"].search_count(due, limit=1):
            run = self.env["cn285.billing.run"].create({"company_id": company.id, "date": today})
            run.action_run()

    # === REPORT === #

    def _write_report(self):
        """Replace the lines by what happened between the two days."""
        self.line_ids.unlink()
        self.env["cn285.time.travel.line"].create(
            [
                {"travel_id": self.id, "date": day, "kind": kind, "count": count, "amount": amount}
                for (day, kind), (count, amount) in sorted(self._events().items())
            ]
        )

    def _events(self):
        """What happened, as ``{(day, kind): (count, amount excluding tax)}``; modules add kinds."""
        events = {}
        moves = self.env["account.move"]._read_group(
            self._between("invoice_date", [("cn285_contract_ids", "!=", False)])
            & Domain("state", "=", "posted"),
            ["invoice_date:day", "move_type"],
            ["__count", "amount_untaxed_signed:sum"],
        )
        for day, move_type, count, amount in moves:
            kind = "credit" if move_type == "out_refund" else "invoice"
            events[_day(day), kind] = count, amount
        changes = self.env["cn285.contract.change"]._read_group(
            self._between("date_applied", [("state", "=", "applied")]),
            ["date_applied:day", "type"],
            ["__count"],
        )
        for day, change_type, count in changes:
            key = _day(day), "renewal" if change_type == "renew" else "change"
            events[key] = events.get(key, (0, 0.0))[0] + count, 0.0
        contracts = self.env["cn285.contract"]._read_group(
            self._between("date_end", [("state", "not in", ("draft", *LIVE_STATES, "cancelled"))]),
            ["date_end:day"],
            ["__count"],
        )
        for day, count in contracts:
            events[_day(day), "end"] = count, 0.0
        for day, count in self._set_aside_by_day().items():
            events[day, "issue"] = count, 0.0
        for day, count in (self.held_mails or {}).items():
            events[fields.Date.to_date(day), "mail"] = count, 0.0
        return events

    def _between(self, name, domain):
        return Domain(domain) & Domain(
            [
                ("company_id", "=", self.company_id.id),
                (name, ">", self.date_from),
                (name, "<=", self.date_to),
            ]
        )

    def _set_aside_by_day(self):
        issues = self.env["cn285.billing.run.issue"].search(
            [
                ("run_id.company_id", "=", self.company_id.id),
                ("run_id.date", ">", self.date_from),
                ("run_id.date", "<=", self.date_to),
                ("state", "=", "open"),
            ]
        )
        counts = defaultdict(int)
        for issue in issues:
            counts[issue.run_id.date] += 1
        return counts


class TimeTravelLine(models.Model):
    _name = "cn285.time.travel.line"
    _description = "Time Travel: What Happened"
    _order = "date, kind"

    travel_id = fields.Many2one(
        "cn285.time.travel", required=True, ondelete="cascade", index=True, readonly=True
    )
    currency_id = fields.Many2one(related="travel_id.currency_id")
    company_id = fields.Many2one(related="travel_id.company_id", store=True)
    date = fields.Date(readonly=True)
    kind = fields.Selection(
        [
            ("invoice", "Invoices"),
            ("credit", "Credit Notes"),
            ("change", "Contract Changes"),
            ("renewal", "Renewals"),
            ("end", "Contracts Ended"),
            ("issue", "Set Aside"),
            ("mail", "E-Mails Held Back"),
        ],
        required=True,
        readonly=True,
    )
    count = fields.Integer(readonly=True)
    amount = fields.Monetary(string="Amount Excl. Tax", readonly=True)


def _day(value):
    return value.date() if hasattr(value, "date") else value
