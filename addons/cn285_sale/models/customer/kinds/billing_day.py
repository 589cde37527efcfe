from odoo.exceptions import UserError
from odoo.tools import LazyTranslate

from .base import CustomerKind, Question, is_live, whole_of

_lt = LazyTranslate(__name__)


class BillingDay(CustomerKind):
    """Periods start on another day of the month, among those allowed."""

    name = "billing_day"
    label = _lt("Change the billing day")
    words = _lt("Periods start on another day of the month")
    icon = "fa-calendar"
    change_type = "billing_day"
    limits = frozenset({"day_from", "day_to"})

    def is_possible(self, asked):
        item = asked.item
        recurs = item.billing_type in ("fixed", "usage")
        monthly = recurs and item.recurring_unit not in ("day", "week")
        return is_live(item) and monthly and not item.cn285_bundle_line_id

    def questions(self, asked):
        least, most = asked.permission._days_of_month()
        env = asked.env
        return [
            Question(
                "billing_day",
                env._("Day of the month"),
                "whole",
                str(self._now(asked.item) or ""),
                least=str(least),
                most=str(most),
                step="1",
                help=env._("From %(least)s to %(most)s", least=least, most=most),
            )
        ]

    def values(self, asked, given):
        env, label = asked.env, asked.env._("Day of the month")
        least, most = asked.permission._days_of_month()
        day = whole_of(env, given.get("billing_day", ""), label, least, most)
        if day == self._now(asked.item):
            raise UserError(env._("%(label)s: it is %(now)s already.", label=label, now=day))
        return {"billing_day": day}

    def told(self, asked, values):
        now = self._now(asked.item)
        return [(asked.env._("Day of the month"), str(now or ""), str(values["billing_day"]))]

    def _now(self, item):
        if item.alignment == "calendar":
            return item.billing_day
        anchor = item.anchor_date or item.billing_start
        return anchor.day if anchor else None
