from odoo.addons.cn285_contract.models.changes.change_value import Value
from odoo.addons.cn285_contract.models.changes.types.base import ChangeType
from odoo.addons.cn285_contract.models.common import LIVE_STATES, STATE_DOOR
from odoo.tools import LazyTranslate

from .bulk_type import ITEMS, check_items, check_readable, named

_lt = LazyTranslate(__name__)


class EndItems(ChangeType):
    """The day becomes the last one of these items; what was billed beyond is credited.

    ``then`` says what their devices are afterwards, where nothing else serves them.
    """

    name = "end_items"
    label = _lt("End of Items")
    group = "offer"
    on = "contract"
    nature = "cancellation"
    end_day = True
    waits = False
    in_dialog = False
    values = {
        "items": ITEMS,
        "then": Value("choice", choices=("pending", "returned", "retired"), in_dialog=False),
    }

    def alters_contract(self, change):
        """What a fleet's contract provides for: its objects come and go."""
        return False

    def check_rights(self, change):
        check_readable(change, "items", "cn285.contract.item")

    def check(self, change):
        check_items(change, LIVE_STATES)
        self._check_not_required(change)

    def _check_not_required(self, change):
        """Nothing that stays requires what goes; asked once for all of them."""
        if change.override:
            return
        items = named(change, "items", "cn285.contract.item")
        # sudo: rules between products hold whether or not the user sees all of them.
        left = change._contract_products(items).sudo()
        gone = items.sudo().product_id.product_tmpl_id - left
        needing = left.filtered(lambda product: gone & product.cn285_requires_ids)
        if needing:
            raise change._refusal(
                change.env._(
                    "%(products)s on the contract requires %(gone)s.",
                    products=", ".join(needing.mapped("display_name")),
                    gone=", ".join(gone.mapped("display_name")),
                )
            )

    def held_from(self, change):
        """Nothing: the others of the fleet go on, and what was billed beyond is credited."""
        return None

    def announce(self, changes, scheduled):
        for change in changes:
            items = change._named_items()
            for day, members in items._planned_ends(change if scheduled else None).items():
                members._write_inside({"planned_end": day})

    def plans_given_up(self, change):
        """What is planned of the items for the days after."""
        items, day = change._named_items(), change._last_day()
        return change.browse().union(*(item._plans_void_after(day) for item in items))

    def apply(self, changes):
        """Items that end before their first day are cancelled."""
        ended = {}
        for change in changes:
            items, day = change._named_items(), change._last_day()
            items = items.filtered(lambda item: item.state in LIVE_STATES)
            never = items.filtered(lambda item, day=day: day < item.date_start)
            silent = never.with_context(cn285_devices_follow=STATE_DOOR)
            silent._update_state(LIVE_STATES, "cancelled")
            (items - never).with_context(cn285_no_replan=STATE_DOOR).write({"date_end": day})
            ended.update(dict.fromkeys(items, change))
        changes.env["cn285.contract.item"].union(*ended)._settle(ended)
        for change in changes:
            then = change._parsed().get("then")
            items, day = change._named_items(), change._last_day()
            items._end_fees(day)
            items._release_devices(day, then)
