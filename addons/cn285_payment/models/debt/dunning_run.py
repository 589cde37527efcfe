import logging

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS, persistently
from odoo.addons.cn285_contract.models.common import as_decimal, in_users_language
from odoo.addons.cn285_contract.models.isolation import each_or_apart
from odoo.tools import format_date, split_every

from ...engine.dunning import DEACTIVATE, Overdue, Progress, coming, take
from .debts import Owed, read_debts

_logger = logging.getLogger(__name__)

# Payers that are looked at and committed together.
DUN_BATCH = 100
AGES = ("not_due", "age_30", "age_60", "age_90", "age_more")


class DunningCase(models.Model):
    """The daily and hourly look at debtors: what they owe, and the steps that are due."""

    _inherit = "cn285.dunning.case"

    # === WHO STARTS IT === #

    @api.model
    def _cron_dun(self):
        for company in self.env["res.company"]._cn285_daily_companies():
            self.with_company(company)._run_company(company)

    @api.model
    def _cron_dun_hourly(self):
        """Those whose policy wants it; payers are looked at once a day in any case."""
        # sudo: only whether there is one.
        policies = self.env["cn285.dunning.policy"].sudo().search([("checks", "=", "hourly")])
        if policies:
            for company in self.env["res.company"]._cn285_daily_companies():
                self.with_company(company)._run_company(company, policies)

    @api.model
    def _run_company(self, company, policies=None, partner_ids=None):
        """Look at all debtors of a company. Safe to run again: a step is taken once.

        :param policies: only steps of these; None: of all
        :param partner_ids: commercial partners; None: all
        """
        if not company.cn285_dunning:
            return
        self = in_users_language(self.sudo().with_company(company))
        self._collect_above_limit(company, partner_ids)
        debts, today = read_debts(self.env, company, partner_ids), company._cn285_today()
        payers = {key[0] for key, owed in debts.items() if owed.is_late(today)}
        if payers:
            self.env["cn285.wallet"]._pay_what_is_late(company, payers)
        known = [("company_id", "=", company.id), ("state", "!=", "closed")]
        if partner_ids is not None:
            known.append(("partner_id", "in", list(partner_ids)))
        payers |= set(self.search(known).partner_id.ids)
        payers |= set(self._payers_above_limit(company, partner_ids))
        for ids in split_every(DUN_BATCH, sorted(payers)):
            partners = self.env["res.partner"].browse(ids)
            persistently(self.env, lambda part=partners: self._look_at(company, part, policies))

    @api.model
    def _look_at(self, company, partners, policies=None):
        """Look at payers; one whose data fail is left as it was, and somebody is told."""

        def step(part):
            debts = read_debts(self.env, company, part.ids)
            self._cases_of(company, part, debts)._proceed(debts, policies)

        _done, failed = each_or_apart(partners, step)
        for partner, reason in failed.items():
            known = [("partner_id", "=", partner.id), ("company_id", "=", company.id)]
            cases = self.search([*known, ("state", "!=", "closed")])
            cases._note("failed", reason)
            _logger.warning("Dunning of %s failed: %s", partner.display_name, reason)

    @api.model
    def _cases_of(self, company, partners, debts):
        """The cases of payers that are not settled; new ones where something is overdue."""
        today = company._cn285_today()
        domain = [("company_id", "=", company.id), ("partner_id", "in", partners.ids)]
        cases = self.search([*domain, ("state", "!=", "closed")])
        # Of two that look at the same debtor the second finds the work done.
        cases.lock_for_update()
        known = {(case.partner_id.id, case.currency_id.id) for case in cases}
        above = {
            (partner_id, company.currency_id.id)
            for partner_id in self._payers_above_limit(company, partners.ids)
        }
        late = {key for key, owed in debts.items() if owed.is_late(today)}
        new = self._inside().create(
            [
                {
                    "partner_id": partner_id,
                    "currency_id": currency_id,
                    "company_id": company.id,
                    "date_opened": today,
                }
                for partner_id, currency_id in sorted((late | above) - known)
            ]
        )
        new._refresh(debts)
        new._note("opened")
        cases._refresh(debts)
        return cases | new

    @api.model
    def _read_debts(self, company):
        return read_debts(self.env, company, self.partner_id.ids)

    # === WHAT THEY OWE === #

    def _refresh(self, debts):
        """Note what is owed today, and what state that makes it.

        :param debts: see :func:`.debts.read_debts`
        """
        owed_by = {
            case: debts.get((case.partner_id.id, case.currency_id.id), Owed()) for case in self
        }
        late_ids = {
            case: owed.late_move_ids(case.company_id._cn285_today())
            for case, owed in owed_by.items()
        }
        moves = self.env["account.move"].browse([id_ for ids in late_ids.values() for id_ in ids])
        contracts = {
            case: moves.browse(late_ids[case]).with_prefetch(moves.ids).cn285_contract_ids
            for case in self
        }
        for company, members in self.grouped("company_id").items():
            of_partner = {}
            for case in members:
                before = of_partner.get(case.partner_id.id, contracts[case].browse())
                of_partner[case.partner_id.id] = before | contracts[case]
            policies = self.env["cn285.dunning.policy"]._of(members.partner_id, company, of_partner)
            above = set(self._payers_above_limit(company, members.partner_id.ids))
            for case in members:
                case._write_inside(
                    {
                        **case._figures(owed_by[case]),
                        "contract_ids": [(6, 0, contracts[case].ids)],
                        "user_id": contracts[case].user_id[:1].id or case.user_id.id,
                        "policy_id": policies[case.partner_id.id].id or case.policy_id.id,
                        "is_above_limit": case.partner_id.id in above,
                    }
                )

    def _figures(self, owed):
        """The fields that say what is owed, and the state."""
        today, blocked = self.company_id._cn285_today(), self.partner_id.cn285_dunning_blocked
        late, held, ages = owed.overdue(today), owed.held_overdue(today), owed.ages(today)
        promised = self.promise_date and self.promise_date >= today
        state = "disputed" if not late and (held or blocked) else "promised" if promised else "open"
        return {
            "state": state,
            "overdue_amount": float(late.amount) if late else 0.0,
            "oldest_due": late.due if late else False,
            "held_amount": float(held),
            "total_amount": float(sum(ages.values())),
            **{name: float(ages[name]) for name in AGES},
        }

    def _is_settled(self):
        """Whether nothing is overdue, in dispute, or above the limit any more."""
        self.ensure_one()
        held = self.currency_id.compare_amounts(self.held_amount, 0) > 0
        return not self.oldest_due and not held and not self.is_above_limit

    # === WHAT IS DUE === #

    def _proceed(self, debts, policies=None):
        """What follows from what is owed today: settled, activated again, or the next steps."""
        self._note_broken_promises()
        self._settle()
        going = self.filtered(
            lambda case: (
                case.state == "open"
                and case.policy_id.active
                and not case.partner_id.cn285_dunning_blocked
                and (policies is None or case.policy_id in policies)
            )
        )
        plans = {case: case._plan() for case in going}
        for case, plan in plans.items():
            case._write_next(plan)  # mails tell what comes next
        taken = {}
        for case, plan in plans.items():
            steps, left_out = take(plan, case.company_id._cn285_today())
            for step in steps:
                taken.setdefault(step.key, []).append(case)
            for step in left_out:
                case._note("skipped", self._step(step).name, step_id=step.key)
        self._take(taken)
        going._deactivate_further(debts)
        going._react_to_limit()
        for case in self:
            case._write_next(case._plan() if case in going else [])

    def _step(self, step):
        return self.env["cn285.dunning.policy.step"].browse(step.key)

    def _take(self, taken):
        """Take steps, those of an action together.

        :param taken: ``{step id: [case]}``
        """
        steps = self.env["cn285.dunning.policy.step"].browse(taken)
        for name, action in steps._actions().items():
            for step in steps.filtered(lambda step, name=name: step.action == name):
                cases = self.browse().union(*taken[step.id])
                action.take(step, cases)
                cases._write_inside({"step_id": step.id})

    def _plan(self):
        """The steps that are to come, by the engine."""
        self.ensure_one()
        if not self.oldest_due or not self.policy_id:
            return []
        partner, company = self.partner_id, self.company_id
        policy = self.policy_id._engine_policy(
            company, self.currency_id, partner.cn285_legal_kind or "consumer"
        )
        return coming(
            policy,
            Overdue(as_decimal(self.overdue_amount), self.oldest_due),
            self._progress(),
            company._cn285_today(),
            grace=partner.with_company(company)._cn285_own_grace(),
            exempt=self.policy_id._exempts(partner),
        )

    def _progress(self):
        """What was done, from the history, for the engine."""
        events = self.event_ids.sorted("id")
        steps = events.filtered(lambda event: event.kind in ("step", "skipped") and event.step_id)
        return Progress(
            done={event.step_id.id: event.date for event in steps},
            told=[event.date for event in events if event.tells],
            suspended=self.suspended_on or None,
            promised=self.promise_date if self.state == "promised" else None,
        )

    def _write_next(self, plan):
        held = self.state in ("promised", "disputed", "closed")
        plan = [] if held else plan
        first = plan[0] if plan else None
        off = [one.day for one in plan if one.step.action == DEACTIVATE]
        self._write_inside(
            {
                "deactivation_date": off[0] if off else False,
                "next_step_id": first.step.key if first else False,
                "next_date": first.day if first else False,
            }
        )

    def _note_broken_promises(self):
        for case in self.filtered("promise_date"):
            if case.promise_date < case.company_id._cn285_today() and case.oldest_due:
                day = format_date(case.env, case.promise_date)
                case._note("broken", case.env._("Nothing, or not all, came by %s.", day))
                case._write_inside({"promise_date": False})
                case._ask(
                    lambda one, day=day: one.env._("The promise to pay by %s was not kept", day)
                )

    def _settle(self):
        """Activate what was deactivated for a debt that is paid, and close what is settled."""
        self._reactivate()
        for case in self:
            if case._is_settled() and not case.suspended_on:
                case._note("closed")
                case._write_inside(
                    {
                        "state": "closed",
                        "date_closed": case.company_id._cn285_today(),
                        "promise_date": False,
                        "next_step_id": False,
                        "next_date": False,
                        "deactivation_date": False,
                    }
                )

    # === PAYMENTS === #

    @api.model
    def _paid(self, moves):
        """Invoices were paid, wholly or in part: what follows for their payers, at once.

        What cannot be done now, as somebody else is at it, is done by the next look.
        """
        for company, paid in moves.sudo().grouped("company_id").items():
            partners = paid.commercial_partner_id
            # sudo: whoever books the payment; what follows is the policy's.
            cases = in_users_language(self.sudo().with_company(company))
            domain = [("company_id", "=", company.id), ("partner_id", "in", partners.ids)]
            found = cases.search([*domain, ("state", "!=", "closed")])
            if not found:
                continue

            def step(part, company=company, found=found, paid=paid):
                own = found.filtered(lambda case: case.partner_id in part)
                own.lock_for_update()
                own._refresh(read_debts(self.env, company, part.ids))
                own._note("paid")
                own._propose_fees(paid)
                own._settle()
                for case in own:
                    case._write_next(case._plan())

            try:
                _done, failed = each_or_apart(found.partner_id, step)
            except CONCURRENCY_ERRORS:
                # Somebody else is at them: looked at by a job, after both are through.
                cases.with_delay(
                    channel="root.collection",
                    eta=60,
                    description=self.env._("Debtors who have paid"),
                )._job_look(company, found.partner_id)
                continue
            for partner, reason in failed.items():
                _logger.warning("Payment of debtor %s: %s", partner.display_name, reason)

    @api.model
    def _job_look(self, company, partners):
        """Job: look at payers again. Safe to run again: a step is taken once."""
        self.sudo().with_company(company)._look_at(company, partners.exists())

    @api.model
    def _refused(self, attempts):
        """Payments of debtors were refused: kept in their history. What follows is the policy's."""
        # sudo: whoever collects; history is the program's.
        attempts = attempts.sudo()
        domain = [("partner_id", "in", attempts.partner_id.commercial_partner_id.ids)]
        cases = self.sudo().search([*domain, ("state", "!=", "closed")])
        found = {(case.partner_id, case.company_id, case.currency_id): case for case in cases}
        for attempt in attempts:
            payer = attempt.partner_id.commercial_partner_id
            case = found.get((payer, attempt.company_id, attempt.currency_id))
            if case:
                words = ", ".join(filter(None, [attempt.move_id.name, attempt.message]))
                case._note("refused", words)
