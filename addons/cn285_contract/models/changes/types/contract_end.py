# The hooks of a change type return nothing: pylint: disable=missing-return
from odoo.tools import LazyTranslate, format_date

from ...common import STATE_DOOR
from ..change_value import Value
from .base import ChangeType

_lt = LazyTranslate(__name__)


class ContractEnd(ChangeType):
    """The contract ends later than it says, or not at all; an earlier end is a termination."""

    name = "contract_end"
    label = _lt("Later End of the Contract")
    group = "term"
    on = "contract"
    values = {"date_end": Value("end", blank_counts=True)}

    def check(self, change):
        """The new end is later than the old one."""
        contract, end, env = change.contract_id, change._parsed().get("date_end"), change.env
        if not contract.date_end:
            raise change._refusal(env._("it has no end that could be later."))
        if end and end <= contract.date_end:
            raise change._refusal(
                env._(
                    "it ends on %s: an earlier end is a termination.",
                    format_date(env, contract.date_end),
                )
            )

    def obsolete_reason(self, change):
        """It ends as late already."""
        reason, contract = super().obsolete_reason(change), change.contract_id
        end = change._parsed().get("date_end")
        if reason or (contract.date_end and (not end or end > contract.date_end)):
            return reason
        return change.env._("it ends as late already.")

    def held_from(self, change):
        """Days until the end are billed whatever is decided."""
        return None

    def apply(self, changes):
        for change in changes:
            contract = change.contract_id.with_context(cn285_no_replan=STATE_DOOR)
            contract.date_end = change._parsed().get("date_end") or False
            contract.item_ids._reopen()
        changes._settle_contracts()
