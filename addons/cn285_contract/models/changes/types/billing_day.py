from odoo.tools import LazyTranslate

from ....engine.calendar import MONTHS, Unit
from ..change_value import Value
from .base import ChangeType
from .item_values import MONTH_NUMBERS

_lt = LazyTranslate(__name__)


class BillingDay(ChangeType):
    """From the day on periods start on that day of the month."""

    name = "billing_day"
    label = _lt("Billing Day")
    group = "billing"
    on = "item"
    values = {
        "billing_day": Value("integer", required=True),
        "billing_month": Value("choice", choices=MONTH_NUMBERS),
    }
    for_customers = True

    def check(self, change):
        change._check_in_service()
        change._check_recurs()
        change._check_day_of_month(change._parsed()["billing_day"])
        terms = change.item_id._price_terms_on(change.date_effective)
        if Unit(terms.recurring_unit) not in MONTHS:
            raise change._refusal(
                change.env._("periods of days or weeks have no day of the month.")
            )

    def apply(self, changes):
        changes._change_terms([change._terms_change(self._patch(change)) for change in changes])

    def _patch(self, change):
        values, item = change._parsed(), change.item_id
        terms = item._price_terms_on(change._first_day())
        patch = {"alignment": "calendar", "billing_day": values["billing_day"]}
        month = values.get("billing_month")
        if not month and terms.alignment == "anniversary":
            month = str((terms.anchor_date or item.billing_start).month)
        if month:
            patch["billing_month"] = month
        return patch
