import logging

from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import persistently
from odoo.addons.cn285_contract.models.common import as_decimal, in_users_language
from odoo.addons.cn285_contract.models.isolation import each_or_apart
from odoo.tools import format_date, split_every

from ...engine.dunning import DEACTIVATE, HARD, TERMINATE, Overdue, Progress, coming, take
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
            if company.cn285_dunning:
                self._cases_of(company, part, debts)._proceed(debts, policies)
                return
            # Switched off meanwhile: what was deactivated is still activated at the payment.
            known = [("company_id", "=", company.id), ("partner_id", "in", part.ids)]
            self.search([*known, ("state", "!=", "closed")])._look_again(debts)

        _done, failed = each_or_apart(partners, step)
        for partner, reason in failed.items():
            _logger.warning("Dunning of %s failed: %s", partner.display_name, reason)
            self._tell_failure(company, partner, reason)

    @api.model
    def _tell_failure(self, company, partner, reason):
        """Note that a debtor could not be looked at, and ask somebody; once for a reason."""

        def step(part):
            cases = self._cases_of(company, part, read_debts(self.env, company, part.ids))
            for case in cases:
                last = case.event_ids.sorted("id")[-1:]
                if (last.kind, last.text) != ("failed", reason):
                    case._note("failed", reason)
                    case._ask(lambda one: reason)

        _done, failed = each_or_apart(partner, step)
        for words in failed.values():
            _logger.warning("Debts of %s: %s", partner.display_name, words)

    @api.model
    def _cases_of(self, company, partners, debts):
        """The cases of payers that are not settled; new ones where something is overdue."""
        today = company._cn285_today()
        domain = [("company_id", "=", company.id), ("partner_id", "in", partners.ids)]
        cases = self.search([*domain, ("state", "!=", "closed")])
        # Of two that look at the same debtor the second finds the work done.
        cases.lock_for_update()
        known = {(case.partner_id.id, case.currency_id.id) for case in cases}
        above = self._keys_above_limit(company, partners.ids)
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
        payers_above = {partner_id for partner_id, _currency in above}
        (cases | new)._refresh(debts, payers_above)
        new._note("opened")
        return cases | new

    @api.model
    def _read_debts(self, company):
        return read_debts(self.env, company, self.partner_id.ids)

    # === WHAT THEY OWE === #

    def _refresh(self, debts, above=None):
        """Note what is owed today, and what state that makes it.

        :param debts: see :func:`.debts.read_debts`
        :param above: ids of payers above their limit; None: they are found out
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
            case: moves.browse(late_ids[case]).with_prefetch(moves.ids)._cn285_owing_contracts()
            for case in self
        }
        for company, members in self.grouped("company_id").items():
            of_partner = {}
            for case in members:
                before = of_partner.get(case.partner_id.id, contracts[case].browse())
                of_partner[case.partner_id.id] = before | contracts[case]
            policies = self.env["cn285.dunning.policy"]._of(members.partner_id, company, of_partner)
            high = above
            if high is None:
                high = set(self._payers_above_limit(company, members.partner_id.ids))
            for case in members:
                case._write_inside(
                    {
                        **case._figures(owed_by[case]),
                        "contract_ids": [(6, 0, contracts[case].ids)],
                        "user_id": contracts[case].user_id[:1].id or case.user_id.id,
                        "policy_id": policies[case.partner_id.id].id or case.policy_id.id,
                        "is_above_limit": case.partner_id.id in high,
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
            lambda case: case._is_dunned() and (policies is None or case.policy_id in policies)
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
            case._write_next(case._plan() if case._is_dunned() else [])

    def _is_dunned(self):
        """Whether steps follow: nothing holds them, and there is a policy."""
        self.ensure_one()
        blocked = self.partner_id.cn285_dunning_blocked
        return self.state == "open" and self.policy_id.active and not blocked

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
        partner, company = self.partner_id, self.company_id
        if not self.oldest_due or not self.policy_id or not company.cn285_dunning:
            return []
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
        """What was done, from the history, for the engine.

        What was deactivated and is activated again, as it was in dispute or below the threshold, is
        deactivated once more where the debt is there again.
        """
        events = self.event_ids.sorted("id")
        since = self._since_reactivation()
        steps = events.filtered(
            lambda event: (
                event.kind in ("step", "skipped")
                and event.step_id
                and (event.step_id.action not in HARD or event in since)
            )
        )
        return Progress(
            done={event.step_id.id: event.date for event in steps},
            told=[event.date for event in events if event.tells],
            suspended=self.suspended_on or None,
            promised=self.promise_date if self.state == "promised" else None,
        )

    def _since_reactivation(self):
        """The history since services were activated again, or all of it."""
        events = self.event_ids.sorted("id")
        last = events.filtered(lambda event: event.kind == "reactivated").ids[-1:] or [0]
        return events.filtered(lambda event: event.id > last[0])

    def _write_next(self, plan):
        held = self.state in ("promised", "disputed", "closed")
        plan = [] if held else plan
        first = plan[0] if plan else None
        days = {one.step.action: one.day for one in reversed(plan)}
        self._write_inside(
            {
                "deactivation_date": days.get(DEACTIVATE, False),
                "termination_date": days.get(TERMINATE, False),
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
                        "termination_date": False,
                    }
                )
