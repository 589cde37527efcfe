from odoo.tools import LazyTranslate, format_date

from ...common import LIVE_STATES, STATE_DOOR
from .base import ChangeType

_lt = LazyTranslate(__name__)


class EndItem(ChangeType):
    """The day becomes the item's last one; what was billed beyond is credited."""

    name = "end_item"
    label = _lt("End of an Item")
    group = "offer"
    on = "item"
    nature = "cancellation"
    end_day = True
    waits = False
    for_customers = True
    is_last = True

    def check(self, change):
        """The item runs on that day, and its contract too."""
        change._check_in_service()
        change._check_not_required(change.item_id)

    def obsolete_reason(self, change):
        """It has ended before."""
        reason, env, end = super().obsolete_reason(change), change.env, change.item_id.date_end
        if reason or not end or change.date_effective <= end:
            return reason
        return env._(
            "item “%(item)s” ends on %(end)s already.",
            item=change.item_id.name,
            end=format_date(env, end),
        )

    def announce(self, changes, scheduled):
        for change in changes:
            planned = change._first_planned_end(scheduled)
            change.item_id._write_inside({"planned_end": planned})

    def plans_given_up(self, change):
        """What is planned of the item for the days after."""
        return change.item_id._plans_void_after(change._last_day())

    def apply(self, changes):
        """An item that ends before its first day is cancelled."""
        for change in changes:
            item, last_day = change.item_id, change._last_day()
            if last_day < item.date_start:
                item._update_state(LIVE_STATES, "cancelled")
            else:
                item.with_context(cn285_no_replan=STATE_DOOR).date_end = last_day
        changes._settle_items()
