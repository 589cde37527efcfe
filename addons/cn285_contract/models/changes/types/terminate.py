from odoo.tools import LazyTranslate, format_date

from ...common import STATE_DOOR
from .base import ChangeType

_lt = LazyTranslate(__name__)


class Terminate(ChangeType):
    """The day becomes the contract's last one; what was billed beyond is credited.

    When a contract may end is the business of its exit rule, not of the template's rules of
    changes. It closes by itself once all is billed.
    """

    name = "terminate"
    label = _lt("Termination")
    on = "contract"
    end_day = True
    waits = False
    for_customers = True

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
        if contract.date_end and day > contract.date_end:
            raise change._refusal(
                env._("it ends on %s already.", format_date(env, contract.date_end))
            )

    def announce(self, changes, scheduled):
        for change in changes:
            planned = change._first_planned_end(scheduled)
            change.contract_id._write_inside({"planned_end": planned})

    def apply(self, changes):
        for change in changes:
            change.contract_id.with_context(cn285_no_replan=STATE_DOOR)._end_on(change._last_day())
        changes._settle_contracts()
