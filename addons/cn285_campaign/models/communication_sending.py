import logging
from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import persistently
from odoo.addons.cn285_contract.models.common import in_users_language
from odoo.addons.cn285_contract.models.isolation import each_or_apart
from odoo.tools import SQL, format_date, split_every

from ..engine.limits import BLACKLISTED, REFUSED, UNASKED, free_day, marketing_obstacle
from ..engine.timing import is_too_late

_logger = logging.getLogger(__name__)

# Communications that are carried out and committed together.
SEND_BATCH = 100
# The lock that lets one process at a time tell customers of a company something.
LOCK = 285_20


class Communication(models.Model):
    """The daily and hourly work: look, plan, and carry out what is due, once."""

    _inherit = "cn285.communication"

    @api.model
    def _cron_run(self):
        """Every company's segments, plans, communications and offers. Safe to run at any time."""
        for company in self.env["res.company"]._cn285_daily_companies():
            self.with_company(company)._run_company(company)

    @api.model
    def _run_company(self, company):
        """All of it for a company: run twice, or by two processes, each step is done once."""
        segments = self.env["cn285.segment"]._of_company(company)
        segments._evaluate_in_batches()
        plans = self.env["cn285.communication.plan"].sudo()  # sudo: the company's own plans
        plans.search(
            [("company_id", "=", company.id), ("state", "=", "running")]
        )._plan_in_batches()
        self.env["cn285.retention.offer"]._expire(company)
        self._carry_out_due(company)
        self.env["cn285.retention.offer"]._measure(company)

    @api.model
    def _carry_out_due(self, company):
        """Carry out what is due, in batches that are each committed; what must wait waits.

        On a journey through time days have no hours, and mails are held back.
        """
        self = in_users_language(self.sudo().with_company(company))  # sudo: of all contracts
        domain = [
            ("company_id", "=", company.id),
            ("state", "=", "planned"),
            ("plan_id.state", "=", "running"),
            ("date_planned", "<=", company._cn285_today()),
        ]
        if company._cn285_is_quiet() and not company._cn285_is_imagined():
            telling = [name for name, one in self._channels().items() if one.tells]
            domain.append(("channel", "not in", telling))
        # What is about the service comes before marketing, where a customer gets few messages.
        due = self.search(domain, order="purpose desc, date_due, id")
        for ids in split_every(SEND_BATCH, due.ids):
            persistently(self.env, lambda part=ids: self._carry_out(company, self.browse(part)))

    @api.model
    def _channels(self):
        return self.env["cn285.communication.step"]._channels()

    @api.model
    def _carry_out(self, company, due):
        """Carry out a batch in one transaction: what is sent and the note that it was, together.

        Rows of which another process has done something are left to it; where it is at them just
        now, nothing is done.
        """
        [[is_ours]] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK, company.id)
        )
        if not is_ours:
            return
        due = due.exists().try_lock_for_update()
        due.invalidate_recordset(flush=False)
        due = due.filtered(lambda one: one.state == "planned")
        by_step = defaultdict(self.browse)
        facts = _Facts(company, due)
        for one in due:
            verdict, value = one._verdict(facts)
            if verdict == "go":
                by_step[one.step_id] |= one
            elif verdict == "wait":
                reason = self.env._("It waits: %s", value[1])
                one._write_inside({"date_planned": value[0], "reason": reason})
            else:
                one._update_state(("planned",), "skipped", reason=value)
        for step, members in by_step.items():
            _done, failed = each_or_apart(members, lambda part, step=step: part._do(step))
            for one, reason in failed.items():
                _logger.warning("Communication %s failed: %s", one.id, reason)
                one._update_state(("planned",), "failed", reason=reason)

    def _do(self, step):
        """Carry out a step for these, and note it: all of them or, by an error, none."""
        channel = step._channel()
        kept = channel.carry_out(step, self)
        for one in self:
            one._update_state(
                ("planned",),
                "done",
                done_on=one.company_id._cn285_today(),
                tells=channel.tells,
                reason=False,
                **kept.get(one.id, {}),
            )

    # === WHETHER === #

    def _verdict(self, facts):
        """Whether it is carried out now.

        :returns: ``("go", None)``, ``("wait", (day, reason))`` or ``("skip", reason)``
        """
        self.ensure_one()
        plan, channel = self.plan_id, self.step_id._channel()
        if not self.contract_id.active or not self.partner_id.active:
            return "skip", self.env._("The contract or the customer is archived.")
        if is_too_late(self.date_due, facts.today, plan.late_days):
            return "skip", self.env._("It would come too late.")
        obstacle = channel.obstacle(self)
        if obstacle:
            return "skip", obstacle
        if not channel.tells:
            return "go", None
        refusal = self.purpose == "marketing" and self._marketing_refusal(facts)
        if refusal:
            return "skip", refusal
        day = facts.free_day(self)
        if day > facts.today:
            if is_too_late(self.date_due, day, plan.late_days):
                return "skip", self.env._(
                    "It would come too late: limits and legal notices leave no day before %s.",
                    format_date(self.env, day),
                )
            return "wait", (day, facts.why_waits(self))
        facts.note_told(self)
        return "go", None

    def _marketing_refusal(self, facts):
        """Why the customer gets no marketing, in words; None where he may."""
        partner, company = self.partner_id, facts.company
        found = marketing_obstacle(
            partner._cn285_marketing_answer(),
            partner.is_blacklisted,
            partner._cn285_is_professional(),
            company.cn285_marketing_without,
        )
        words = {
            REFUSED: self.env._("The customer wants no marketing."),
            BLACKLISTED: self.env._("The customer's address is on the list of no mailings."),
            UNASKED: self.env._("The customer has not agreed to marketing."),
        }
        return words.get(found)


class _Facts:
    """What of customers is known for a batch: read at once, and added to as it goes on."""

    def __init__(self, company, due):
        self.env, self.company = due.env, company
        self.today = company._cn285_today()
        self.is_working = company._cn285_is_working()
        customers = due.partner_id.commercial_partner_id
        self.told = self._read_told(customers)
        self.notices = self._read_notices(customers)

    def _read_told(self, customers):
        """``{commercial partner id: [day, one for each message that counts]}``"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """SELECT partner.commercial_partner_id, one.done_on FROM cn285_communication one
                     JOIN res_partner partner ON partner.id = one.partner_id
                    WHERE one.company_id = %s AND one.tells AND one.state = 'done'
                      AND partner.commercial_partner_id = ANY(%s) AND one.done_on > %s""",
                self.company.id,
                customers.ids,
                self.today - timedelta(days=self.company.cn285_campaign_span),
            )
        )
        told = defaultdict(list)
        for customer, day in rows:
            told[customer].append(day)
        return told

    def _read_notices(self, customers):
        """``{commercial partner id: {day of a renewal notice, sent or planned}}``"""
        gap, days = self.company.cn285_campaign_notice_gap, defaultdict(set)
        if not gap:
            return days
        first = self.today - timedelta(days=gap)
        rows = self.env.execute_query(
            SQL(
                """SELECT partner.commercial_partner_id, days.day
                     FROM cn285_renewal_notice notice
                     JOIN res_partner partner ON partner.id = notice.partner_id
                     JOIN LATERAL (SELECT notice.date_planned AS day
                                    WHERE notice.state IN ('planned', 'due')
                                    UNION SELECT sending.date
                                     FROM cn285_renewal_notice_sending sending
                                    WHERE sending.notice_id = notice.id) days ON TRUE
                    WHERE notice.company_id = %s AND partner.commercial_partner_id = ANY(%s)
                      AND days.day >= %s""",
                self.company.id,
                customers.ids,
                first,
            )
        )
        for customer, day in rows:
            days[customer].add(day)
        return days

    def _limits(self, one):
        customer, company = one.partner_id.commercial_partner_id.id, self.company
        is_marketing = one.purpose == "marketing"
        return {
            "told": self.told[customer],
            "most": company.cn285_campaign_most,
            "span": company.cn285_campaign_span,
            "notices": self.notices[customer] if is_marketing else (),
            "gap": company.cn285_campaign_notice_gap,
            "is_working": self.is_working,
        }

    def free_day(self, one):
        """The first day from today on, on which the customer may be told this."""
        return free_day(self.today, **self._limits(one))

    def why_waits(self, one):
        """Why that is not today, in words."""
        limits = self._limits(one)
        if self.is_working and not self.is_working(self.today):
            return self.env._("today is no working day.")
        if free_day(self.today, limits["told"], limits["most"], limits["span"]) == self.today:
            return self.env._("it is too near to a legal notice.")
        return self.env._(
            "the customer has had %(count)s messages within %(days)s days.",
            count=limits["most"],
            days=limits["span"],
        )

    def note_told(self, one):
        """That the customer is told this today: it counts for what comes after."""
        self.told[one.partner_id.commercial_partner_id.id].append(self.today)
