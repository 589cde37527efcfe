from odoo.tools import LazyTranslate

from ...common import STATE_DOOR
from ..change_value import Value
from .base import ChangeType

_lt = LazyTranslate(__name__)


class ExtendTrial(ChangeType):
    """Billing starts later by so many days; only once."""

    name = "extend_trial"
    label = _lt("Longer Trial")
    group = "price"
    on = "item"
    values = {"trial_days": Value("integer", required=True)}

    def start_values(self, item):
        return {**super().start_values(item), "trial_days": 0}

    def check(self, change):
        """The trial still runs, and was not made longer before."""
        item, days = change.item_id, change._parsed()["trial_days"]
        if days < 1:
            raise change._refusal(change.env._("give the days that the trial lasts longer."))
        start = item.billing_start
        if not item.trial_days or not start or change.date_effective >= start:
            raise change._refusal(change.env._("item “%s” is in no trial on that day.", item.name))
        if item.trial_extended and not change.override:
            raise change._refusal(
                change.env._("the trial of item “%s” was made longer once already.", item.name)
            )

    def obsolete_reason(self, change):
        """It was made longer before."""
        reason, item = super().obsolete_reason(change), change.item_id
        if reason or change.override or not item.trial_extended:
            return reason
        return change.env._("the trial of item “%s” was made longer once already.", item.name)

    def apply(self, changes):
        for change in changes:
            item = change.item_id
            item.with_context(cn285_no_replan=STATE_DOOR).write(
                {
                    "trial_days": item.trial_days + change._parsed()["trial_days"],
                    "trial_extended": True,
                }
            )
        changes._settle_items()
