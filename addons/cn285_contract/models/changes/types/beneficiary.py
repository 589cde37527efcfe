from odoo.tools import LazyTranslate

from ..change_value import Value
from .base import ChangeType

_lt = LazyTranslate(__name__)


class Beneficiary(ChangeType):
    """From the day on the service is for somebody else; the money stays the same."""

    name = "beneficiary"
    label = _lt("Beneficiary")
    group = "parties"
    on = "item"
    values = {"beneficiary_id": Value("record", model="res.partner", blank_counts=True)}
    for_customers = True

    def check(self, change):
        partner = change._parsed().get("beneficiary_id")
        own = (change.company_id, change.company_id.browse())
        if partner and partner.company_id not in own:
            raise change._refusal(
                change.env._("%s belongs to another company.", partner.display_name)
            )

    def held_from(self, change):
        """It is not about money."""
        return None

    def apply(self, changes):
        for change in changes.filtered(lambda change: not change._is_superseded()):
            change.item_id.beneficiary_id = change._parsed().get("beneficiary_id") or False
