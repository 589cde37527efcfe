from odoo.tools import LazyTranslate

from ....engine.calendar import DAYS, MONTHS, Unit
from ..change_value import Value
from .base import ChangeType
from .item_values import ALIGNMENTS, MONTH_NUMBERS, UNIT_NAMES

_lt = LazyTranslate(__name__)


class BillingPeriod(ChangeType):
    """From the day on periods are that long; the price follows unless one is given."""

    name = "billing_period"
    label = _lt("Billing Period")
    group = "billing"
    on = "item"
    values = {
        "recurring_interval": Value("integer", required=True),
        "recurring_unit": Value("choice", required=True, choices=UNIT_NAMES),
        "price_unit": Value("number"),
        "alignment": Value("choice", choices=ALIGNMENTS),
        "billing_day": Value("integer"),
        "billing_month": Value("choice", choices=MONTH_NUMBERS),
    }
    for_customers = True

    def check(self, change):
        change._check_in_service()
        values = change._parsed()
        if values["recurring_interval"] < 1:
            raise change._refusal(change.env._("a period is at least 1 unit long."))
        change._check_recurs()
        change._check_day_of_month(values.get("billing_day"))
        self._patch(change)

    def apply(self, changes):
        changes._change_terms([change._terms_change(self._patch(change)) for change in changes])

    def _patch(self, change):
        values, item = change._parsed(), change.item_id
        names = ("recurring_interval", "recurring_unit", "alignment", "billing_day")
        patch = {name: values[name] for name in names if values.get(name) is not None}
        if values.get("billing_month"):
            patch["billing_month"] = values["billing_month"]
        # Date-to-date periods count from the day of the change.
        patch["anchor_date"] = change._first_day().isoformat()
        if item.billing_type == "fixed":
            price = values.get("price_unit")
            if price is None:
                price = self._converted_price(change, item, change._first_day(), values)
            patch.update(price_source="manual", price_unit=price)
        return patch

    def patch_for_other_product(self, change, patch, item, day):
        """Periods are as long, and their price follows from that of the new product."""
        kept = super().patch_for_other_product(change, patch, item, day)
        if item.billing_type == "fixed" and "recurring_unit" in kept:
            price = self._converted_price(change, item, day, kept)
            kept.update(price_source="manual", price_unit=price)
        return kept

    def _converted_price(self, change, item, day, values):
        """The price of the new period that makes a month, or a day, cost the same."""
        terms = item._price_terms_on(day)
        old, new = Unit(terms.recurring_unit), Unit(values["recurring_unit"])
        for lengths in (MONTHS, DAYS):
            if old in lengths and new in lengths:
                ratio = lengths[new] * values["recurring_interval"]
                ratio /= lengths[old] * terms.recurring_interval
                price = item._prices_at([(item, day)])[item.id, day]
                return round(price * ratio, 6)
        raise change._refusal(
            change.env._("give the price of the new period: it does not follow from the old one.")
        )
