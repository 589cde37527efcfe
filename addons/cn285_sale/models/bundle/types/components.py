from datetime import timedelta

from odoo.addons.cn285_contract.models.changes.change_value import Value
from odoo.addons.cn285_contract.models.changes.types import ChangeType
from odoo.addons.cn285_contract.models.common import LIVE_STATES, STATE_DOOR
from odoo.tools import LazyTranslate

from .given import counts_given

_lt = LazyTranslate(__name__)


class Components(ChangeType):
    """From the day on a bundle consists of what is given: all of it at once, by the rules.

    What comes starts in the rhythm of the bundle, what is not wanted any more ends the day before.
    The bundle's price is spread anew. Made by quotations and programs.
    """

    name = "bundle_components"
    label = _lt("Components of a Bundle")
    group = "offer"
    on = "item"
    in_dialog = False
    values = {"components": Value("data", required=True, in_dialog=False)}
    repeatable = True

    def check(self, change):
        """The bundle offers all of it, and keeps its rules with it."""
        bundle = change.item_id
        if not bundle._cn285_is_bundle():
            raise change._refusal(change.env._("“%s” is no bundle.", bundle.name))
        change._check_in_service()
        now, wanted = bundle._cn285_counts(change._first_day()), self._wanted(change)
        if {choice: count for choice, count in now.items() if count} == wanted:
            raise change._refusal(change.env._("these are its components already."))
        new = [choice for choice in wanted if not now.get(choice)]
        for choice in new:
            change._check_new_product(choice.product_id)
        if new:
            change._check_item_limit(more=len(new))
        for item in self._gone(change):
            change._check_not_required(item)
        change._cn285_check_counts(bundle, wanted)

    def _wanted(self, change):
        given = change._parsed()["components"]
        return counts_given(change, change.item_id.product_id.product_tmpl_id, given)

    def _gone(self, change):
        """The items of components that are not wanted any more."""
        wanted = self._wanted(change)
        return change.item_id._cn285_members(change._first_day()).filtered(
            lambda item: item.sudo().cn285_combo_item_id not in wanted
        )

    def plans_given_up(self, change):
        last_day = change._first_day() - timedelta(days=1)
        given_up = super().plans_given_up(change)
        return given_up.union(*(one._plans_void_after(last_day) for one in self._gone(change)))

    def apply(self, changes):
        wished, ended = {}, {}
        for change in changes:
            now = change.item_id._cn285_counts(change._first_day())
            wished[change] = wanted = self._wanted(change)
            for item in self._gone(change):
                end_before(item, change._first_day())
                ended[item] = change
            for choice in wanted:
                if not now.get(choice):
                    change._cn285_new_component(choice, wanted)
        changes.item_id.browse().union(*ended)._settle(ended)
        changes._cn285_respread(wished)


def end_before(item, day):
    """A component ends on the day before this one; one that has not begun by then never does."""
    last_day = day - timedelta(days=1)
    if item.state == "draft" or last_day < item.date_start:
        item._update_state(("draft", *LIVE_STATES), "cancelled")
    else:
        item.with_context(cn285_no_replan=STATE_DOOR).date_end = last_day
