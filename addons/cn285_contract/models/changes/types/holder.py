from datetime import timedelta

from odoo.tools import LazyTranslate, format_date

from ...common import LIVE_STATES, STATE_DOOR
from ..change_value import Value
from .base import ChangeType

_lt = LazyTranslate(__name__)

NOT_IN_EFFECT = ("draft", "to_approve", "scheduled")
# What is planned of the whole contract and concerns the new holder.
GOING_OVER = ("add_item", "pricelist")


class Holder(ChangeType):
    """The contract goes on as one of the new holder's own, with all that runs on it.

    The old holder's ends the day before: what was billed there beyond is credited there. So
    neither sees the other's invoices. A termination that the old holder had
    planned for later is given up: that contract is over by then, and the new holder has asked for
    none.
    """

    name = "holder"
    label = _lt("Change of Holder")
    group = "parties"
    on = "contract"
    values = {
        "partner_id": Value("record", required=True, model="res.partner"),
        "client_ref": Value("text", in_dialog=False),
    }
    for_customers = True
    is_last = True
    # Somebody waits for it: where the contract has ended before, it says so.
    ends_with_service = False

    def check(self, change):
        """Somebody else, of the same company, from a day within the contract."""
        contract, env = change.contract_id, change.env
        partner, day = change._parsed()["partner_id"], change._first_day()
        reason = None
        if partner == contract.partner_id:
            reason = env._("%s holds the contract already.", partner.display_name)
        elif partner.company_id and partner.company_id != change.company_id:
            reason = env._("%s belongs to another company.", partner.display_name)
        elif day <= contract.date_start:
            reason = env._("the contract starts only on %s.", format_date(env, contract.date_start))
        elif change._contract_end() and day > change._contract_end():
            reason = env._("it ends on %s already.", format_date(env, change._contract_end()))
        if reason:
            raise change._refusal(reason)
        if partner.commercial_partner_id != contract.partner_id.commercial_partner_id:
            change._check_item_limit(partner, len(self._going_on(change, day)))

    def obsolete_reason(self, change):
        """The contract has ended, or gone over to another holder, before."""
        reason, env, end = super().obsolete_reason(change), change.env, change._contract_end()
        if reason or not end or change._first_day() <= end:
            return reason
        return env._("it ends on %s already.", format_date(env, end))

    def plans_given_up(self, change):
        """Terminations that the old holder had planned for the day or later, and what stays his.

        That is what is planned of the whole contract and does not go over.
        """
        contract, day = change.contract_id, change._first_day()
        ends = contract.change_ids.filtered(
            lambda other: (
                other.type == "terminate"
                and other.state in NOT_IN_EFFECT
                and other.date_effective >= change.date_effective
            )
        )
        void = contract._plans_void_after(day - timedelta(days=1)).filtered(
            lambda other: not other.item_id and other.type not in GOING_OVER
        )
        return ends | void

    def apply(self, changes):
        for change in changes:
            contract, day = change.contract_id, change._first_day()
            heir = contract._create_heir(change)
            for item in self._going_on(change, day):
                if item.state == "draft":
                    item.copy({"contract_id": heir.id})
                else:
                    item._succeed(change, {"contract_id": heir.id})
            self._hand_over_planned(change, heir)
            contract.with_context(cn285_no_replan=STATE_DOOR)._end_on(day - timedelta(days=1))
            change._write_inside({"result_contract_id": heir.id})
        changes._settle_contracts()
        heirs = {i: change for change in changes for i in change.result_contract_id.item_ids}
        items = changes.result_contract_id.item_ids
        items._mark_caused(heirs, items.schedule_ids.browse())

    def _going_on(self, change, day):
        """The contract's items that a new holder takes over; fees due before are the old one's."""
        return change.contract_id.item_ids.filtered(
            lambda item: (
                item.state == "draft"
                or (
                    item.state in LIVE_STATES
                    and not (item._last_day() and item._last_day() < day)
                    and not item._is_due_before(day)
                )
            )
        )

    def _hand_over_planned(self, change, heir):
        """What is planned of the contract's items and prices from then on concerns the heir.

        Other plans were between the old holder and the company: they stay with the old contract.
        """
        change.contract_id.change_ids.filtered(
            lambda other: (
                other.type in GOING_OVER
                and other.state in NOT_IN_EFFECT
                and other.date_effective >= change.date_effective
            )
        )._write_inside({"contract_id": heir.id})

    def why_given_up(self, change, plan):
        return change.env._(
            "%(plan)s is cancelled: %(holder)s takes over the contract on %(day)s.",
            plan=plan.display_name,
            holder=change._parsed()["partner_id"].display_name,
            day=format_date(change.env, change._first_day()),
        )
