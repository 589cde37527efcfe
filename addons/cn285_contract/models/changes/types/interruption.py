"""What pauses and suspensions have in common: days on which items do not serve."""

from datetime import timedelta

from odoo.tools import format_date

from ...common import STATE_DOOR
from ..change_value import Value
from ..contract_item_pause import BILLING
from .base import ChangeType

# What is billed meanwhile: left empty, it is what the type does as a rule.
BILLING_VALUE = Value("choice", choices=tuple(name for name, _label in BILLING))


class Interruption(ChangeType):
    """Items are interrupted from a day on."""

    on = "either"
    #: ``kind`` of the days in ``cn285.contract.item.pause``.
    kind: str
    #: State of items meanwhile.
    state: str
    #: States from which items are interrupted.
    interrupted: tuple[str, ...]
    #: What is billed meanwhile, unless said otherwise.
    billing: str

    def alters_contract(self, change):
        return False

    def check_served(self, change):
        """Refuse a first day on which the contract, or the item, is not served."""
        contract, item, env = change.contract_id, change.item_id, change.env
        day = change._first_day()
        start = max(filter(None, (contract.date_start, item.date_start)), default=day)
        end = min(filter(None, (change._contract_end(), item.date_end)), default=day)
        if day < start:
            raise change._refusal(env._("it starts only on %s.", format_date(env, start)))
        if day > end:
            raise change._refusal(env._("it ends on %s already.", format_date(env, end)))

    def apply(self, changes):
        creates, by_item = [], {}
        for change in changes:
            values, day = change._parsed(), change._first_day()
            items = change._concerned(self.interrupted)
            billing = values.get("billing") or self.billing
            unowed = items._unowed_from(day, billing)
            for item in items:
                by_item[item] = change
                creates.append(
                    {
                        "item_id": item.id,
                        "kind": self.kind,
                        "date_start": day,
                        "date_end": values.get("date_end"),
                        "billing": billing,
                        "unowed_from": unowed[item],
                        "change_id": change.id,
                    }
                )
        # sudo: see apply() of ChangeType
        changes.env["cn285.contract.item.pause"].sudo().create(creates)
        items = changes.env["cn285.contract.item"].sudo().union(*by_item)
        items.with_context(cn285_no_replan=STATE_DOOR)._update_state(self.interrupted, self.state)
        items._settle(by_item)


class Continuation(ChangeType):
    """Items go on: what interrupted them ends the day before."""

    on = "either"
    #: ``kind`` of the days that end.
    kind: str
    #: State of the items that go on.
    state: str

    def alters_contract(self, change):
        return False

    def apply(self, changes):
        by_item = {}
        for change in changes:
            last_day = change._first_day() - timedelta(days=1)
            for item in change._concerned((self.state,)):
                if change.origin == "system" and item._pauses_on(change._first_day()):
                    continue  # It pauses anew: this is the end of an earlier pause.
                by_item[item] = change
                self._end_days(item, last_day)
        items = changes.env["cn285.contract.item"].sudo().union(*by_item)  # sudo: as above
        resting = items.filtered(lambda item: item._pauses_on(by_item[item]._first_day()))
        resting.with_context(cn285_no_replan=STATE_DOOR)._update_state((self.state,), "paused")
        going = items - resting
        going.with_context(cn285_no_replan=STATE_DOOR)._update_state((self.state,), "active")
        items._settle(by_item)

    def _end_days(self, item, last_day):
        reaching = item.pause_ids.filtered(
            lambda pause: (
                pause.kind == self.kind and (not pause.date_end or pause.date_end > last_day)
            )
        )
        for pause in reaching.sudo():  # sudo: pauses follow from changes, nobody writes them
            if pause.date_start > last_day:
                pause.unlink()
            else:
                pause.date_end = last_day
