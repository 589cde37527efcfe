# The hooks of a change type return nothing: pylint: disable=missing-return
from datetime import date, timedelta

from odoo.tools import LazyTranslate, format_date

from ....engine.spans import count, intersect, subtract
from ...common import LIVE_STATES, day_after
from ..change_value import Value
from ..contract_item_pause import FOREVER
from .interruption import BILLING_VALUE, Interruption

_lt = LazyTranslate(__name__)


class Pause(Interruption):
    """Items pause; where an end is given, they resume by themselves on the day after."""

    name = "pause"
    label = _lt("Pause")
    group = "interruption"
    values = {"date_end": Value("end"), "billing": BILLING_VALUE}
    for_customers = True

    kind = "pause"
    state = "paused"
    interrupted = ("active",)
    billing = "credited"

    def check(self, change):
        """Something runs that can pause, not twice, and within the limits of the template."""
        self.check_served(change)
        items = change._concerned(self.interrupted)
        if not items:
            raise change._refusal(change.env._("nothing is active that could pause."))
        end = change._parsed().get("date_end")
        if end and end < change._first_day():
            raise change._refusal(
                change.env._(
                    "a pause cannot end on %s, before it starts.", format_date(change.env, end)
                )
            )
        self._check_once(change, items)
        if not change.override:
            self._check_limits(change, items, end)

    def obsolete_reason(self, change):
        """All pauses on these days already."""
        reason = super().obsolete_reason(change)
        if reason or any(
            subtract([self._span(change)], self._taken(item))
            for item in change._concerned(LIVE_STATES)
        ):
            return reason
        return change.env._("it pauses on these days already.")

    def apply(self, changes):
        super().apply(changes)
        for change in changes:
            end = change._parsed().get("date_end")
            if end:
                change._schedule_resumption(end + timedelta(days=1))

    def own_end(self, change):
        return change._parsed().get("date_end")

    def _span(self, change):
        """The days of a pause that is asked for, half-open."""
        return change._first_day(), day_after(change._parsed().get("date_end")) or FOREVER

    def _others(self, change, item):
        """The days of an item's other pauses, those that are planned included, half-open."""
        planned = change.contract_id.change_ids.filtered(
            lambda other: (
                other != change
                and other.type == self.name
                and other.state in ("to_approve", "scheduled")
                and other.item_id in (item, item.browse())
            )
        )
        if change.state == "scheduled":
            # What comes after gives way to this one, not this one to it.
            order = change.date_effective, change.id
            planned = planned.filtered(lambda other: (other.date_effective, other.id) < order)
        return self._taken(item) + [self._span(other) for other in planned]

    def _taken(self, item):
        """The days on which an item pauses, or has paused, half-open."""
        return [pause._span() for pause in item.pause_ids if pause.kind == self.kind]

    def _check_once(self, change, items):
        span = self._span(change)
        for item in items:
            for start, end in intersect(self._others(change, item), [span]):
                last = "…" if end == FOREVER else format_date(change.env, end - timedelta(1))
                raise change._refusal(
                    change.env._(
                        "item “%(item)s” pauses from %(start)s to %(end)s already.",
                        item=item.name,
                        start=format_date(change.env, start),
                        end=last,
                    )
                )

    def _check_limits(self, change, items, end):
        template = change.contract_id.template_id
        first = change._first_day()
        length = (end - first).days + 1 if end else None
        reason = template._pause_length_error(length) if template else None
        for item in items if template and not reason else ():
            reason = self._years_error(change, template, item, (end or first).year)
            if reason:
                break
        if reason:
            raise change._refusal(reason)

    def _years_error(self, change, template, item, last_year):
        """Why an item pauses too often or too long in one of the calendar years of this pause."""
        own, others = self._span(change), self._others(change, item)
        for number in range(own[0].year, last_year + 1):
            year = (date(number, 1, 1), date(number + 1, 1, 1))
            spans = [span for one in (own, *others) for span in intersect([one], [year])]
            reason = template._pause_year_error(len(spans), count(spans))
            if reason:
                return reason
        return None
