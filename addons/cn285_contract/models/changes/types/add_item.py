from odoo import models
from odoo.tools import LazyTranslate, format_date

from .base import ChangeType
from .item_values import NEW_ITEM

_lt = LazyTranslate(__name__)


class AddItem(ChangeType):
    """A new item starts on the day, at the terms given, or those of a template's item."""

    name = "add_item"
    label = _lt("New Item")
    group = "offer"
    on = "contract"
    values = NEW_ITEM
    for_customers = True
    repeatable = True

    def start_values(self, item):
        blank = {"quantity": 1.0, "price_unit": 0.0, "discount": 0.0, "own_price": False}
        return super().start_values(item) or blank

    def check(self, change):
        """The product can be sold with the others, and the customer may have one more."""
        contract, values = change.contract_id, change._parsed()
        if change._first_day() < contract.date_start:
            raise change._refusal(
                change.env._(
                    "the contract starts only on %s.", format_date(change.env, contract.date_start)
                )
            )
        self._check_contract_reaches(change)
        self._check_terms(change, values)
        change._check_new_product(values["product_id"])
        change._check_item_limit()

    def _check_contract_reaches(self, change):
        end = change._contract_end()
        if end and change._first_day() > end:
            raise change._refusal(
                change.env._("the contract ends on %s.", format_date(change.env, end))
            )

    def _check_terms(self, change, values):
        """Refuse at once what the new item's own terms would refuse on the day of effect."""
        change._check_quantity_given()
        if values.get("recurring_interval") is not None and values["recurring_interval"] < 1:
            raise change._refusal(change.env._("a period is at least 1 unit long."))
        change._check_day_of_month(values.get("billing_day"))
        if min(values.get("trial_days") or 0, values.get("period_count") or 0) < 0:
            raise change._refusal(
                change.env._("days of trial and numbers of periods cannot be negative.")
            )

    def held_from(self, change):
        """What is not on the contract yet holds back nothing that is."""
        return None

    def apply(self, changes):
        items = changes.env["cn285.contract.item"].create(
            [self._prepare_item(change) for change in changes]
        )
        for change, item in zip(changes, items, strict=True):
            change._write_inside({"result_item_id": item.id})
        items._mark_caused(dict(zip(items, changes, strict=True)), items.schedule_ids.browse())

    def _prepare_item(self, change):
        values, day = change._parsed(), change._first_day()
        template_item = values.pop("template_item_id", None)
        vals = template_item._prepare_contract_item_vals(day) if template_item else {}
        for name, value in values.items():
            vals[name] = value.id if isinstance(value, models.BaseModel) else value
        if values.get("price_unit") is not None:
            # The price that was agreed, also where the template would ask a price list.
            vals["price_source"] = "manual"
        return {
            **vals,
            "contract_id": change.contract_id.id,
            "start_condition": "date",
            "date_start": day,
            "not_before": change._billing_day(),
        }
