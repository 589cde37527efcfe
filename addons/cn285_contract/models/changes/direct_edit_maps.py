"""Which contract changes come of edits, field by field; no model is here."""

from datetime import date
from typing import NamedTuple

# Fields of an item that stay as they are while it runs, and those that change by a change.
ITEM_FIXED = frozenset(
    {
        "billing_type",
        "timing",
        "first_period",
        "last_period",
        "proration_basis",
        "billing_offset",
        "period_count",
        "one_shot_date",
        "start_condition",
    }
)
RHYTHM = {"recurring_interval", "recurring_unit", "alignment", "billing_day", "billing_month"}
PRICE = {"price_unit", "price_source", "discount"}
ITEM_MAP = frozenset(
    {
        *RHYTHM,
        *PRICE,
        "quantity",
        "product_id",
        "beneficiary_id",
        "date_start",
        "date_end",
        "trial_days",
    }
)
CONTRACT_FIXED = frozenset({"partner_id", "date_start", "company_id", "currency_id", "template_id"})
CONTRACT_MAP = frozenset({"date_end", "pricelist_id", "payment_term_id"})


class EditChange(NamedTuple):
    """A change that an edit asks for; ``last_day`` where it is an end, by its last day."""

    type: str
    day: date
    values: dict
    last_day: date | None = None


def changes_of_item(item, vals, day) -> list[EditChange]:
    """The changes that values of a running item ask for, in the order in which they are made.

    :param vals: values that differ, by field
    :param day: from when on they hold
    """
    vals, changes = dict(vals), []
    if "product_id" in vals:
        changes.append(_other_product(item, vals, day))
    if RHYTHM & vals.keys():
        changes.append(_rhythm(item, vals, day))
    if "quantity" in vals:
        changes.append(EditChange("quantity", day, {"quantity": vals["quantity"] or 0.0}))
    if PRICE & vals.keys():
        changes.append(EditChange("price", day, _price(item, vals)))
    if "beneficiary_id" in vals:
        values = {"beneficiary_id": vals["beneficiary_id"] or None}
        changes.append(EditChange("beneficiary", day, values))
    if "trial_days" in vals:
        more = (vals["trial_days"] or 0) - item.trial_days
        changes.append(EditChange("extend_trial", day, {"trial_days": more}))
    return changes + _dates(item, vals, day)


def changes_of_contract(contract, vals, day) -> list[EditChange]:
    """The changes that values of a running contract ask for; see :func:`changes_of_item`."""
    vals, changes = dict(vals), []
    if "pricelist_id" in vals:
        values = {"pricelist_id": vals.pop("pricelist_id") or None}
        changes.append(EditChange("pricelist", day, values))
    if "payment_term_id" in vals:
        values = {"payment_term_id": vals.pop("payment_term_id") or None}
        changes.append(EditChange("payment_terms", day, values))
    end = vals.pop("date_end", contract.date_end)
    if vals:
        terms = {name: _as_json(value) for name, value in vals.items()}
        changes.append(EditChange("contract_terms", day, {"terms": terms}))
    end = end and _as_day(end)
    if end != contract.date_end:
        if end and (not contract.date_end or end < contract.date_end):
            changes.append(EditChange("terminate", end, {}, last_day=end))
        else:
            changes.append(EditChange("contract_end", day, {"date_end": _as_json(end)}))
    return changes


def _other_product(item, vals, day):
    """An upgrade, or a downgrade where only a path of these leads there."""
    product = item.env["product.product"].browse(vals.pop("product_id"))
    paths = item.env["cn285.tier.path"].sudo()  # sudo: only whether there is one
    down = paths._leads(item.company_id, item.product_id, product, "downsell")
    up = paths._leads(item.company_id, item.product_id, product, "upsell")
    values = {"product_id": product.id}
    for name in ("quantity", "discount"):
        if name in vals:
            values[name] = vals.pop(name) or 0.0
    if vals.pop("price_source", None) != "pricelist" and "price_unit" in vals:
        values["price_unit"] = vals["price_unit"]
    vals.pop("price_unit", None)
    return EditChange("downsell" if down and not up else "upsell", day, values)


def _rhythm(item, vals, day):
    """Periods of another length, or only of another day of the month."""
    values = {name: vals.pop(name) for name in RHYTHM & vals.keys()}
    longer = {"recurring_interval", "recurring_unit"} & values.keys()
    if not longer and values.get("alignment") != "anniversary":
        values.pop("alignment", None)
        values.setdefault("billing_day", item.billing_day)
        return EditChange("billing_day", day, values)
    values.setdefault("recurring_interval", item.recurring_interval)
    values.setdefault("recurring_unit", item.recurring_unit)
    if vals.get("price_source") != "pricelist" and "price_unit" in vals:
        values["price_unit"] = vals.pop("price_unit")
        vals.pop("price_source", None)
    elif not longer and item.price_source == "manual":
        values["price_unit"] = item.price_unit
    return EditChange("billing_period", day, values)


def _price(item, vals):
    """Own price, pricelist, discount."""
    values = {}
    if "discount" in vals:
        values["discount"] = vals["discount"] or 0.0
    if vals.get("price_source") == "pricelist":
        values["price_unit"] = None
    elif {"price_unit", "price_source"} & vals.keys():
        price = vals.get("price_unit", item.price_unit)
        values["price_unit"] = price or 0.0
    return values


def _dates(item, vals, day):
    """An earlier end is an end, another start or a later end a service period."""
    values, changes = {}, []
    if "date_start" in vals:
        values["date_start"] = _as_json(vals["date_start"])
    if "date_end" in vals:
        end = vals["date_end"] and _as_day(vals["date_end"])
        if end and (not item.date_end or end < item.date_end):
            changes.append(EditChange("end_item", end, {}, last_day=end))
        else:
            values["date_end"] = _as_json(end)
    if values:
        changes.insert(0, EditChange("service_period", day, values))
    return changes


def _as_day(value):
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def _as_json(value):
    if value is None or value is False:
        return value or None
    return value.isoformat() if isinstance(value, date) else value
