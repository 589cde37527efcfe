from odoo.tools import LazyTranslate, format_date

from ...common import STATE_DOOR
from .base import ChangeType

_lt = LazyTranslate(__name__)


class Terminate(ChangeType):
    """The day becomes the contract's last one; what was billed beyond is credited.

    Where the day of an end is not billed, a contract that ends on its first day has none: it is
    cancelled with its items, and all that was billed is credited.
    When a contract may end is the business of its exit rule, not of the template's rules of
    changes. It closes by itself once all is billed.
    """

    name = "terminate"
    label = _lt("Termination")
    group = "end"
    on = "contract"
    end_day = True
    waits = False
    for_customers = True
    is_last = True

    def alters_contract(self, change):
        return False

    def check(self, change):
        """The contract has started by then and does not end before."""
        contract, day, env = change.contract_id, change.date_effective, change.env
        if day < contract.date_start:
            raise change._refusal(
                env._(
                    "the contract starts only on %s: cancel it instead.",
                    format_date(env, contract.date_start),
                )
            )
        end = change._contract_end()
        if end and day > end:
            raise change._refusal(env._("it ends on %s already.", format_date(env, end)))

    def obsolete_reason(self, change):
        """It has ended before."""
        reason, env = super().obsolete_reason(change), change.env
        end = change._contract_end()
        if reason or not end or change.date_effective <= end:
            return reason
        return env._("it ends on %s already.", format_date(env, end))

    def announce(self, changes, scheduled):
        for change in changes:
            planned = change._first_planned_end(scheduled)
            change.contract_id._write_inside({"planned_end": planned})

    def plans_given_up(self, change):
        """What is planned of the contract and its items for the days after."""
        return change.contract_id._plans_void_after(change._last_day())

    def apply(self, changes):
        for change in changes:
            contract, last_day = change.contract_id, change._last_day()
            silent = contract.with_context(cn285_no_replan=STATE_DOOR)
            if last_day < contract.date_start:
                silent._cancel_unserved()
            else:
                silent._end_on(last_day)
        changes._settle_contracts()
