# pylint: disable=missing-return
from odoo.addons.cn285_contract.models.changes.types.activate import Activate
from odoo.addons.cn285_contract.models.changes.types.deactivate import Deactivate
from odoo.tools import LazyTranslate

from .bulk_type import ITEMS, check_items, check_readable

_lt = LazyTranslate(__name__)


class SuspendItems(Deactivate):
    """Items of some devices are suspended; whether they are billed meanwhile is said with it."""

    name = "suspend_items"
    label = _lt("Suspension of Items")
    in_dialog = False
    values = {**Deactivate.values, "items": ITEMS}

    def check_rights(self, change):
        check_readable(change, "items", "cn285.contract.item")

    def check(self, change):
        check_items(change, self.interrupted)
        super().check(change)

    def held_from(self, change):
        """Nothing: the others of the fleet go on."""
        return None


class ResumeItems(Activate):
    """The suspension of items of some devices ends the day before."""

    name = "resume_items"
    label = _lt("Items Resumed")
    in_dialog = False
    values = {**Activate.values, "items": ITEMS}

    def check_rights(self, change):
        check_readable(change, "items", "cn285.contract.item")

    def check(self, change):
        check_items(change, (self.state,))
        super().check(change)

    def held_from(self, change):
        """Nothing: the others of the fleet go on."""
        return None
