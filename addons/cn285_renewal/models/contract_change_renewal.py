# The hooks of a change type return nothing: pylint: disable=missing-return
from datetime import timedelta

from odoo import api, models
from odoo.addons.cn285_contract.models.changes.change_value import Value
from odoo.addons.cn285_contract.models.changes.types import ChangeType
from odoo.addons.cn285_contract.models.common import PLANNED_STATES, day_after
from odoo.tools import LazyTranslate, format_date

_lt = LazyTranslate(__name__)


class TermChange(ChangeType):
    """A change of the term of a contract that has one."""

    on = "contract"
    prolongs = True

    def check(self, change):
        if not change.contract_id.term_end:
            raise change._refusal(change.env._("it has no fixed term."))


class Renew(TermChange):
    """The next term begins; prices are revised from its first day on."""

    name = "renew"
    label = _lt("Renewal")
    group = "term"
    on_its_day = True
    for_customers = True

    def alters_contract(self, change):
        """Tacit renewal is what was agreed, the revision of prices too; another is agreed anew."""
        return change.contract_id.renewal_mode != "tacit"

    def needs_running(self, change):
        """One that was agreed and is found late brings back what closed with its term."""
        return not change.contract_id._closed_with_term()

    def earliest_day(self, change):
        """Its day is that of the term: it may be found late by any time."""
        return change.company_id._cn285_today()

    def obsolete_reason(self, change):
        """The term that it begins has begun, or the contract is over."""
        reason, contract = super().obsolete_reason(change), change.contract_id
        begun = contract.term_start and change.date_effective <= contract.term_start
        if reason or not begun:
            return reason
        day = format_date(change.env, change.date_effective)
        return change.env._("the term from %s has begun already.", day)

    def is_own_act(self, change):
        """Also where it was agreed: the new term begins before anything changes in it."""
        return True

    def check(self, change):
        """The term ends the day before, and what comes after it is not decided otherwise."""
        super().check(change)
        contract, env = change.contract_id, change.env
        if change.date_effective != day_after(contract.term_end):
            raise change._refusal(
                env._(
                    "it can only be renewed on %s, when its term is over.",
                    format_date(env, day_after(contract.term_end)),
                )
            )
        if contract.planned_end and contract.planned_end <= contract.term_end:
            raise change._refusal(
                env._("it is terminated as of %s.", format_date(env, contract.planned_end))
            )
        if contract.renewal_max and contract.term_number >= contract.renewal_max:
            raise change._refusal(
                env._("it was renewed %s times, and no more is agreed.", contract.term_number)
            )
        waits = contract._held_by(lambda _contract: change.date_effective, change).get(contract)
        if waits:
            raise change._refusal(
                env._("%s awaits approval: it has to be decided before.", waits.display_name)
            )

    def billing_day(self, change):
        """What renews by itself was agreed before: caught up, it is billed as of its own day."""
        return change._first_day() if change.origin == "system" else super().billing_day(change)

    def patch_for_other_product(self, change, patch, item, day):
        """The new product's price is revised as the old one's was."""
        kept = super().patch_for_other_product(change, patch, item, day)
        factor = change.contract_id._revision_factor(day) if "price_unit" in patch else None
        if factor and item._is_revised(day):
            kept["price_unit"] = item._revised_price(factor, day)
        return kept

    def apply(self, changes):
        contracts = changes.contract_id
        # Of a term of which nobody had noticed yet that it has to be announced, too.
        contracts.filtered(lambda contract: not contract._current_notice())._plan_notices()
        # What became of the notice is decided before the term that it announced begins.
        contracts.notice_ids._refresh_state()
        for change in changes:
            closed = change.contract_id._closed_with_term()
            change.contract_id._begin_next_term()
            if closed:
                change.contract_id._run_again()
        contracts._plan_notices()
        changes._revise_prices()


class AutoRenewal(TermChange):
    """From now on the contract renews at the end of its term, or ends with it."""

    name = "auto_renewal"
    label = _lt("Renewal by Itself")
    group = "term"
    values = {"auto_renew": Value("boolean", required=True)}
    for_customers = True

    def alters_contract(self, change):
        """The customer's refusal to renew is a right that the contract gives."""
        return not self.is_statutory(change)

    def check(self, change):
        """It is a contract that could renew by itself."""
        super().check(change)
        if change.contract_id.renewal_mode != "tacit":
            raise change._refusal(
                change.env._("it does not renew by itself: renew it on agreement.")
            )
        ends = change._ends_in_term() | change._stands_ended()
        if change._parsed()["auto_renew"] and not all(self._lifts(change, end) for end in ends):
            raise change._refusal(
                change.env._(
                    "it is terminated as of %s: cancel the termination first.",
                    format_date(change.env, min(ends.mapped("date_effective"))),
                )
            )

    def _lifts(self, change, end):
        """Whether it takes back a planned end: a refusal of the renewal, not the customer's.

        What customers have notified only they take back.
        """
        refused = end.state != "applied" and end.last_day >= change.contract_id.term_end
        return refused and (end.origin != "customer" or change.origin == "customer")

    def is_statutory(self, change):
        """A customer who wants no renewal refuses it by right."""
        return change.origin == "customer" and not change._parsed().get("auto_renew")

    def held_from(self, change):
        return day_after(change.contract_id.term_end)

    def plans_given_up(self, change):
        """Where it ends with its term: what is planned for later, but for what prolongs it.

        Where it renews again: the refusals of its renewal.
        """
        contract = change.contract_id
        if change._parsed()["auto_renew"]:
            lifted = change._ends_in_term().filtered(lambda end: self._lifts(change, end))
            return super().plans_given_up(change) | lifted
        end = min(contract.date_end or contract.term_end, contract.term_end)
        plans = contract._plans_void_after(end)
        return plans.filtered(lambda plan: not plan._type().prolongs)

    def apply(self, changes):
        """What was billed beyond a term that is the last one by now is credited."""
        for change in changes:
            contract, renews = change.contract_id, change._parsed()["auto_renew"]
            vals = {"auto_renew": renews}
            if renews:
                end = contract._longest_end()
                vals["date_end"] = end and end - timedelta(days=1)
            elif not contract.date_end or contract.date_end > contract.term_end:
                vals["date_end"] = contract.term_end
            contract._write_inside(vals)
            contract.item_ids._reopen()
        changes._settle_contracts()


class ExtendTerm(TermChange):
    """The term ends later, and renewals count from its new end."""

    name = "extend_term"
    label = _lt("Extension of the Term")
    group = "term"
    values = {"term_end": Value("date", required=True)}
    for_customers = True

    def check(self, change):
        """The new end is later than the old one."""
        super().check(change)
        contract, new_end = change.contract_id, change._parsed()["term_end"]
        if new_end <= contract.term_end:
            raise change._refusal(
                change.env._(
                    "the term ends on %(old)s; an extension ends later than that, not on %(new)s.",
                    old=format_date(change.env, contract.term_end),
                    new=format_date(change.env, new_end),
                )
            )

    def held_from(self, change):
        return day_after(change.contract_id.term_end)

    def obsolete_reason(self, change):
        """The term lasts as long already."""
        reason, end = super().obsolete_reason(change), change.contract_id.term_end
        if reason or not end or change._parsed()["term_end"] > end:
            return reason
        return change.env._("the term ends on %s already.", format_date(change.env, end))

    def apply(self, changes):
        for change in changes:
            contract, new_end = change.contract_id, change._parsed()["term_end"]
            vals = {"term_end": new_end, "term_anchor_day": day_after(new_end).day}
            if contract.date_end and contract.date_end < new_end:
                vals["date_end"] = new_end
            contract._write_inside(vals)
            contract.item_ids._reopen()
        changes._settle_contracts()


class ContractChange(models.Model):
    """What renewals add to changes."""

    _inherit = "cn285.contract.change"

    @api.model
    def _snapshot_contract_fields(self):
        return [*super()._snapshot_contract_fields(), "term_number", "term_end", "auto_renew"]

    def _ends_in_term(self):
        """Planned terminations after which the contract would not renew."""
        self.ensure_one()
        term_end = self.contract_id.term_end
        return self.contract_id.change_ids.filtered(
            lambda end: (
                end.type == "terminate" and end.state in PLANNED_STATES and end.last_day <= term_end
            )
        )

    @api.model
    def _plan_own_acts(self, contracts, days):
        """Contracts renew by themselves, at the end of their term."""
        return super()._plan_own_acts(contracts, days) | contracts._plan_renewals(days)

    def _stands_ended(self):
        """The termination by which the contract has ended, in its term, where that stands."""
        self.ensure_one()
        contract = self.contract_id
        return contract.change_ids.filtered(
            lambda end: (
                end.type == "terminate"
                and not end.item_id
                and end.state == "applied"
                and bool(contract.date_end)
                and contract.date_end <= min(end.last_day, contract.term_end)
            )
        )

    def _revise_prices(self):
        """Revise the own prices of the renewed contracts' subscriptions, as they agreed.

        It is the price of the day before that is revised. What was changed of it for the first day
        of the term or for later days, and has taken effect already, stays as it was agreed.
        """
        changes = []
        for change in self:
            contract, day = change.contract_id, change._first_day()
            factor = contract._revision_factor(day)
            if factor is None or factor == 1:
                continue
            for item in contract._revised_items(day):
                changes.append(
                    change._terms_change({"price_unit": item._revised_price(factor, day)}, item)
                )
        self._change_terms(changes)
