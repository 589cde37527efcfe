from odoo.addons.cn285_contract.models.changes.types import ChangeTypeExtension
from odoo.addons.cn285_contract.models.common import LIVE_STATES, STATE_DOOR

from .refused import component_refusal


class EndOfBundle(ChangeTypeExtension):
    """With a bundle end its components; a component ends where the rules let the bundle go on.

    The price of a bundle that loses a component is what it was, but for the extra price, and is
    spread over those that are left.
    """

    def check(self, change):
        super().check(change)
        bundle, day = change.item_id.cn285_bundle_line_id, change._first_day()
        if not bundle or bundle.state not in LIVE_STATES:
            return
        if change.item_id not in bundle._cn285_members():
            return
        ends = [end for end in (bundle.date_end, bundle.planned_end) if end]
        if not ends or min(ends) > change._last_day():
            counts = bundle._cn285_counts(day)
            counts.pop(change.item_id.sudo().cn285_combo_item_id, None)
            change._cn285_check_counts(bundle, counts)

    def announce(self, changes, scheduled):  # pylint: disable=missing-return
        super().announce(changes, scheduled)
        for change in changes:
            planned = change.item_id.planned_end
            for part in change.item_id.cn285_component_ids:
                own = part.change_ids.filtered(
                    lambda other: other.type == "end_item" and other.state == "scheduled"
                )
                ends = [planned, *(end._last_day() for end in own)]
                part._write_inside({"planned_end": min(filter(None, ends), default=False)})

    def plans_given_up(self, change):
        given_up, last_day = super().plans_given_up(change), change._last_day()
        for part in change.item_id.cn285_component_ids:
            given_up |= part._plans_void_after(last_day)
        return given_up

    def apply(self, changes):  # pylint: disable=missing-return
        members = {change: change.item_id.cn285_component_ids for change in changes}
        super().apply(changes)
        ended = {}
        for change in changes:
            last_day = change._last_day()
            for part in members[change]:
                if part.state == "draft" or (part.date_start and last_day < part.date_start):
                    part._update_state(("draft", *LIVE_STATES), "cancelled")
                elif not part.date_end or part.date_end > last_day:
                    part.with_context(cn285_no_replan=STATE_DOOR).date_end = last_day
                else:
                    continue
                ended[part] = change
        parts = changes.item_id.browse().union(*ended)
        parts._settle(ended)
        changes._cn285_respread()


class BundlePrice(ChangeTypeExtension):
    """The price of a bundle is spread over its components; these have none of their own."""

    def check(self, change):
        if change.item_id.cn285_bundle_line_id:
            raise change._refusal(component_refusal(change))
        super().check(change)
        values = change._parsed()
        if not change.item_id._cn285_is_bundle() or "price_unit" not in values:
            return
        if values["price_unit"] is None or values["price_unit"] < 0:
            raise change._refusal(
                change.env._(
                    "give the price of the bundle; it is not negative, and no price list's."
                )
            )

    def apply(self, changes):  # pylint: disable=missing-return
        super().apply(changes)
        changes._cn285_respread()


class BundleQuantity(ChangeTypeExtension):
    """Of so many bundles there are so many of each component."""

    def check(self, change):  # pylint: disable=missing-return
        if change.item_id.cn285_bundle_line_id:
            raise change._refusal(component_refusal(change))
        super().check(change)
        if change.item_id._cn285_is_bundle():
            if change._parsed()["quantity"] <= 0:
                raise change._refusal(
                    change.env._("a bundle that is not wanted any more is ended.")
                )
            change.item_id._cn285_counts(change._first_day())

    def apply(self, changes):  # pylint: disable=missing-return
        before = {
            change: change.item_id._cn285_counts(change._first_day())
            for change in changes
            if change.item_id._cn285_is_bundle()
        }
        super().apply(changes)
        changes._cn285_respread(before)
