from odoo.tools import LazyTranslate, format_date

from ...common import STATE_DOOR, day_after
from ..change_value import Value
from .base import ChangeType

_lt = LazyTranslate(__name__)


class ServicePeriod(ChangeType):
    """Days that are not served any more are credited, new ones are billed; the rhythm stays."""

    name = "service_period"
    label = _lt("Service Period")
    group = "billing"
    on = "item"
    values = {"date_start": Value("date"), "date_end": Value("end")}
    ends_with_service = False
    for_customers = True

    def check(self, change):
        """Start and end in order, and within the contract."""
        values, item, contract = change._parsed(), change.item_id, change.contract_id
        if not values:
            raise change._refusal(change.env._("give a new start or end of the service."))
        if item.state == "draft" or not item.date_start:
            raise change._refusal(change.env._("item “%s” has not started yet.", item.name))
        start = values.get("date_start") or item.date_start
        end, last = values.get("date_end", item.date_end), change._contract_end()
        reasons = {
            "end": end and end < start,
            "before": contract.date_start and start < contract.date_start,
            "after": last and (end or start) > last,
        }
        if any(reasons.values()):
            raise change._refusal(
                change.env._(
                    "the service from %(start)s to %(end)s does not lie within the contract.",
                    start=format_date(change.env, start),
                    end=format_date(change.env, end) if end else "…",
                )
            )
        if values.get("date_end") and (not item.date_end or end < item.date_end):
            change._check_not_required(item)

    def earliest_day(self, change):
        """The first day that is served, or not served any more, otherwise than before."""
        values, item, days = change._parsed(), change.item_id, [change.date_effective]
        if values.get("date_start") and item.date_start:
            starts = {values["date_start"], item.date_start}
            days += starts if len(starts) > 1 else ()
        if "date_end" in values and values["date_end"] != (item.date_end or None):
            days += [day_after(day) for day in (values["date_end"], item.date_end) if day]
        return min(days)

    def held_from(self, change):
        return self.earliest_day(change)

    def plans_given_up(self, change):
        """What is planned of the item for the days after its new end."""
        end = change._parsed().get("date_end")
        return change.item_id._plans_void_after(end) if end else super().plans_given_up(change)

    def apply(self, changes):
        for change in changes:
            item, values = change.item_id, change._parsed()
            vals = {name: value or False for name, value in values.items()}
            if vals.get("date_start") and not item.anchor_date:
                vals["anchor_date"] = item.billing_start
            if vals.get("date_start") and vals["date_start"] < item.date_start:
                vals["not_before"] = change._billing_day()
            item.with_context(cn285_no_replan=STATE_DOOR).write(vals)
            # Days that are past are billed, too.
            item._reopen(item.date_start)
        changes._settle_items()
