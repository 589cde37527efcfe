from dataclasses import replace
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import commit_batch
from odoo.addons.cn285_contract.models.common import (
    LIVE_STATES,
    as_day,
    as_decimal,
    day_after,
    insert_steps,
)
from odoo.addons.cn285_contract.models.diary import DiaryKind
from odoo.addons.cn285_contract.models.isolation import each_or_apart
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date, split_every

from ..engine.revision import index_factor, percent_factor, revised_price
from ..engine.term import end_of_renewals, first_term, next_term

# Contracts that are renewed, and committed, together.
RENEWAL_BATCH = 250


class Contract(models.Model):
    """How contracts go on at the end of their term, or are refused to."""

    _inherit = "cn285.contract"

    free_exit_from = fields.Date(
        compute="_compute_free_exit_from",
        store=True,
        index="btree_not_null",
        help="From this day on the customer may leave at any time, free of charge: the "
        "renewal was not announced in time.",
    )

    @api.depends("term_number", "notice_ids.free_exit_from", "notice_ids.term_number")
    def _compute_free_exit_from(self):
        for contract in self:
            announced = contract.notice_ids.filtered(
                lambda notice, contract=contract: notice.term_number == contract.term_number - 1
            )
            contract.free_exit_from = announced.free_exit_from

    # === THE NEXT TERM === #

    def _begin_next_term(self):
        """Move the contract to the term that follows; contracts that would end go on."""
        self.ensure_one()
        ends_with_term = self.date_end and self.date_end <= self.term_end
        term = self._next_term()
        vals = {"term_number": term.number, "term_start": term.start, "term_end": term.last_day}
        if ends_with_term:
            vals["date_end"] = term.last_day
        self._write_inside(vals)

    def _closed_with_term(self):
        """Whether the contract closed because its term was over, and for no other reason."""
        self.ensure_one()
        return (
            self.state == "closed"
            and bool(self.term_end)
            and self.date_end == self.term_end
            and not self.change_ids.filtered(
                lambda change: change.type in ("terminate", "holder") and change.state == "applied"
            )
        )

    def _run_again(self):
        """Let a contract that had closed go on, with what ended only because it did."""
        self.ensure_one()
        self._update_state(("closed",), "active")
        self.item_ids._reopen()

    def _end_as_of(self, day):
        """Also by the renewals and extensions that are planned to happen by then."""
        end, term, anchor = super()._end_as_of(day), self._term(), None
        planned = self.change_ids.filtered(
            lambda change: (
                change.type in ("renew", "extend_term")
                and change.state == "scheduled"
                and change.date_effective <= day
            )
        )
        for change in planned.sorted(lambda change: (change.date_effective, change.id)):
            if not end or not term:
                break
            ends_with_term = end <= term.last_day
            if change.type == "extend_term":
                last_day = change._parsed()["term_end"]
                term = replace(term, end=max(day_after(last_day), term.end))
                end, anchor = max(end, term.last_day), term.end.day
            elif change.date_effective == term.end:
                term = next_term(term, self._renewal_step(), anchor or self._anchor_day())
                end = term.last_day if ends_with_term else end
        return end

    def _next_own_act(self, day):
        """Also the renewal."""
        own = super()._next_own_act(day)
        renews = self.state in LIVE_STATES and self._may_renew() and self.renewal_date
        days = [own, renews if renews and renews > day else None]
        return min(filter(None, days), default=None)

    def _longest_end(self, term=None):
        """The day after the contract's last possible term; None where it goes on for ever.

        :param term: the one in which it is, if not the one that is stored
        """
        self.ensure_one()
        if not self.term_length or not self.date_start:
            return None
        term = term or self._term() or first_term(self.date_start, self._duration("term"))
        renewal = self._renewal_duration()
        return end_of_renewals(term, renewal, self._anchor_day(), self.renewal_max)

    def _cron_renewals(self):
        for company in self.env["res.company"]._cn285_daily_companies():
            self.with_company(company)._run_renewals(company)

    @api.model
    def _run_renewals(self, company, among=Domain.TRUE):
        """Renew what is due, term by term, batch by batch; safe to run again.

        What was planned for before and after is applied with it, in the order of the days. A
        contract whose renewal fails keeps the change with its reason, and the others go on.

        :param among: domain of the contracts concerned
        :returns: ``{contract: reason}`` of those of which not even a change could be made
        """
        # sudo: a tacit renewal is the system's own act, whoever's run comes across it first; the
        # user of the environment stays as who started it.
        system = self.sudo()
        changes = system.env["cn285.contract.change"]
        failed = {}
        contracts = system.search(system._renewal_domain(company, among), order="id")
        for ids in split_every(RENEWAL_BATCH, contracts.ids):
            _done, failing = each_or_apart(system.browse(ids), changes._apply_due)
            failed.update(failing)
            commit_batch(self.env)
        return failed

    @api.model
    def _renewal_domain(self, company, among=Domain.TRUE):
        """Running contracts of those ``among``: their term is over and they renew by themselves."""
        over = Domain("term_end", "<", company._cn285_today())
        waiting = Domain([("type", "=", "renew"), ("state", "=", "scheduled")])
        due = over & Domain(
            [
                ("company_id", "=", company.id),
                ("state", "in", LIVE_STATES),
                ("renewal_mode", "=", "tacit"),
                ("auto_renew", "=", True),
                ("change_ids", "not any", waiting),
            ]
        )
        found = self.search(due & among)
        # What awaits approval is decided before the next term begins.
        held = found._held_by(lambda contract: day_after(contract.term_end))
        ids = [c.id for c in found if c not in held and c._may_renew()]
        return [("id", "in", ids)]

    def _plan_renewals(self, days):
        """Schedule the next renewal of contracts whose term is over; those renew by themselves.

        :param days: ``{contract: day}``; a contract is left out where that is before its renewal
        :returns: the changes, at most one for a contract
        """
        changes = self.env["cn285.contract.change"]
        over = self.filtered(
            lambda contract: (
                contract.state in LIVE_STATES
                and contract.term_end
                and contract.term_end < contract.company_id._cn285_today()
                and contract.term_end < days.get(contract, date.max)
                and contract._may_renew()
            )
        )
        if not over:
            return changes
        # What awaits approval is decided before the next term begins.
        over -= over.browse().union(*over._held_by(lambda contract: day_after(contract.term_end)))
        waiting = changes.search(
            [("contract_id", "in", over.ids), ("type", "=", "renew"), ("state", "=", "scheduled")]
        )
        made = changes.create(
            [contract._prepare_renewal() for contract in over - waiting.contract_id]
        )
        made._to_schedule(("draft",))
        return made

    def _prepare_renewal(self):
        self.ensure_one()
        return {
            "contract_id": self.id,
            "type": "renew",
            "date_effective": day_after(self.term_end),
            "origin": "system",
        }

    def action_renew(self):
        """Renew contracts on agreement: at the end of their term, at once where it is past.

        :raises UserError: when a contract has no term
        """
        for contract in self:
            if not contract.term_end:
                raise UserError(
                    self.env._("Contract %s has no term: there is nothing to renew.", contract.name)
                )
        changes = self.env["cn285.contract.change"].create(
            [{**contract._prepare_renewal(), "origin": "staff"} for contract in self]
        )
        return changes.action_schedule()

    # === PRICES === #

    def _revision_factor(self, day):
        """By what prices are multiplied at the renewal of that day; None where they stay.

        :raises ValidationError: where the index has no value for the day
        """
        self.ensure_one()
        if self.renewal_revision == "percent":
            return percent_factor(as_decimal(self.renewal_percent))
        if self.renewal_revision == "index":
            index = self.renewal_index_id
            base = self._index_base()
            cap = as_decimal(self.renewal_cap) if self.renewal_cap else None
            return index_factor(base, index._value_at(day), cap)
        return None

    def _index_base_day(self):
        """The day whose index value today's prices go by: the last renewal, or the start.

        Of a contract that was taken over, the day of its last revision elsewhere.
        """
        self.ensure_one()
        begun = self.indexed_on or self.date_start
        return max(self._renewed_here().mapped("date_effective"), default=begun)

    def _renewed_here(self):
        """The renewals that were made here."""
        return self.change_ids.filtered(
            lambda change: change.type == "renew" and change.state == "applied"
        )

    def _revised_items(self, day):
        """Items whose own price is revised: recurring ones that run on the day.

        Their terms are those of the day before. Where a price was agreed for the day itself, it
        has been agreed for the new term.
        """
        self.ensure_one()
        return self.item_ids.filtered(lambda item: item._is_revised(day))

    # === REFUSAL === #

    def action_refuse_renewal(self, date=None, origin="staff", note=None):
        """The renewal is refused: the contracts end with their term.

        :param date: day of the refusal, by default today by the company's clock
        :raises UserError: when a contract does not renew, or the last day to refuse is past
        :returns: the terminations, as ``cn285.contract.change``
        """
        changes = self.env["cn285.contract.change"]
        for contract in self:
            day = as_day(self.env, date) or contract.company_id._cn285_today()
            contract._check_refusal(day)
            change = changes.create(
                {
                    "contract_id": contract.id,
                    "type": "terminate",
                    "date_effective": contract.term_end,
                    "date_requested": day,
                    "origin": origin,
                    "note": note,
                }
            )
            notice = contract._current_notice()
            # sudo: who may refuse the renewal may not write notices; only the day is noted.
            notice.sudo()._write_inside({"date_refused": day})
            change.action_schedule()
            changes |= change
        return changes

    def _check_refusal(self, day):
        if not self._may_renew():
            raise UserError(
                self.env._("Contract %s does not renew: there is nothing to refuse.", self.name)
            )
        if day > self.last_day_to_refuse and not self._is_free_to_leave(self.renewal_date):
            raise UserError(
                self.env._(
                    "Contract %(contract)s: the renewal could be refused until %(day)s. It renews "
                    "on %(renewal)s.",
                    contract=self.name,
                    day=format_date(self.env, self.last_day_to_refuse),
                    renewal=format_date(self.env, self.renewal_date),
                )
            )

    def _is_free_to_leave(self, day):
        """Whether the customer may leave on a day because a renewal was not announced."""
        self.ensure_one()
        starts = (self.free_exit_from, self._current_notice().free_exit_from)
        starts = [start for start in starts if start]
        return any(start <= day for start in starts)


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _is_revised(self, day):
        self.ensure_one()
        runs = (
            self.state in (*LIVE_STATES, "ended")
            and self.billing_type in ("fixed", "usage")
            and self.date_start
            and self.date_start < day
            and not (self._last_day() and self._last_day() < day)
        )
        if not runs:
            return False
        terms, agreed = self._terms_to_revise(day), self._version_on(day)
        set_anew = agreed.date_from == day and "price_unit" in (agreed.patch or {})
        return terms.price_source == "manual" and terms.price_unit and not set_anew

    def _terms_to_revise(self, day):
        """The terms of the term that is over when the next one begins on a day."""
        return self._price_terms_on(day - timedelta(days=1))

    def _revised_price(self, factor, day):
        """The item's new unit price from a day on, of the price until then.

        It is rounded to the cent, or to as many digits as the old price has.
        """
        self.ensure_one()
        price = as_decimal(self._terms_to_revise(day).price_unit)
        digits = max(2, min(6, -price.normalize().as_tuple().exponent))
        return float(revised_price(price, factor, digits))


class BillingRun(models.Model):
    _inherit = "cn285.billing.run"

    def _steps_before(self):
        """Contracts are renewed before their changes are applied, which may be of the new term."""
        steps = super()._steps_before()
        return insert_steps(steps, [self._renew_contracts], before=self._apply_changes)

    def _renew_contracts(self, failed):
        """Step: contracts are renewed, at their revised prices, before what is due is billed."""
        among = self._concerned() & self._sound(failed)
        failed.update(self.env["cn285.contract"]._run_renewals(self.company_id, among))


class Diary(models.AbstractModel):
    _inherit = "cn285.diary"

    def _kinds(self):
        """Renewals apart from other changes, and the notices that were sent."""
        kinds = super()._kinds()
        change = kinds["change"]
        return {
            **kinds,
            "change": replace(change, domain=change.domain & Domain("type", "!=", "renew")),
            "renewal": replace(
                change,
                label=self.env._("Renewals"),
                domain=change.domain & Domain("type", "=", "renew"),
            ),
            "notice": DiaryKind(
                self.env._("Renewal Notices"), "cn285.renewal.notice.sending", "date"
            ),
        }
