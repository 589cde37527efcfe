from odoo.addons.cn285_contract.models.changes.change_value import Value
from odoo.addons.cn285_contract.models.changes.types.base import ChangeType
from odoo.tools import LazyTranslate, format_date

from ...engine.terms import last_day
from .bulk_type import ITEMS, check_readable, named

_lt = LazyTranslate(__name__)


class AddItems(ChangeType):
    """From the day on each of some devices has an item of its own, made from a template's item."""

    name = "add_items"
    label = _lt("New Items for Devices")
    group = "offer"
    on = "contract"
    in_dialog = False
    repeatable = True
    values = {
        "devices": ITEMS,
        "template_item_id": Value(
            "record", required=True, model="cn285.contract.template.item", in_dialog=False
        ),
        "parent_item_id": Value("record", model="cn285.contract.item", in_dialog=False),
        "months": Value("integer", in_dialog=False),
        "minimum_months": Value("integer", in_dialog=False),
        "price_unit": Value("number", in_dialog=False),
        "starts": Value("choice", choices=("date", "confirmed", "first_use"), in_dialog=False),
    }

    def alters_contract(self, change):
        """What a fleet's contract provides for: its objects come and go."""
        return False

    def check_rights(self, change):
        check_readable(change, "devices", "cn285.device")

    def check(self, change):
        contract, env = change.contract_id, change.env
        values, day = change._parsed(), change._first_day()
        if day < contract.date_start:
            raise change._refusal(
                env._("the contract starts only on %s.", format_date(env, contract.date_start))
            )
        end = change._contract_end()
        if end and day > end:
            raise change._refusal(env._("the contract ends on %s.", format_date(env, end)))
        if min(values.get(name) or 0 for name in ("months", "minimum_months")) < 0:
            raise change._refusal(env._("a term is not negative."))
        parent = values.get("parent_item_id")
        if parent and parent.contract_id != contract:
            raise change._refusal(env._("the item “%s” belongs to another contract.", parent.name))
        devices = named(change, "devices", "cn285.device")
        problems = devices._activation_problems(change)
        if problems and (change.state != "scheduled" or len(problems) == len(devices)):
            # On the day itself one device that has gone keeps no other from its service.
            device, reason = next(iter(problems.items()))
            raise change._refusal(device._words(reason))
        change._check_new_product(values["template_item_id"].product_id)
        change._check_item_limit(more=len(devices) - len(problems))

    def held_from(self, change):
        """What is not on the contract yet holds back nothing that is."""
        return None

    def apply(self, changes):
        for change in changes:
            self._apply_one(change)

    def _apply_one(self, change):
        devices = named(change, "devices", "cn285.device")
        problems = devices._activation_problems(change)
        for device, reason in problems.items():
            device._log_events("refused", data={"reason": reason})
        devices = devices.browse([one.id for one in devices if one not in problems])
        items = change.env["cn285.contract.item"].create(self._prepare_items(change, devices))
        change._write_inside({"result_item_id": items[0].id})
        items._mark_caused(dict.fromkeys(items, change), items.schedule_ids.browse())
        devices._serve(change, items, change._parsed()["template_item_id"])

    def _prepare_items(self, change, devices):
        """Values of the items, in the order of the devices; what they share is worked out once."""
        values, day = change._parsed(), change._first_day()
        plan = values["template_item_id"]
        contract = change.contract_id
        months, least = values.get("months") or 0, values.get("minimum_months") or 0
        at_once = values.get("starts") in (None, "date")
        shared = {
            **plan._prepare_contract_item_vals(day),
            "contract_id": contract.id,
            "plan_id": plan.id,
            "parent_item_id": values["parent_item_id"].id
            if values.get("parent_item_id")
            else False,
            "object_months": months,
            "minimum_months": least,
            "is_for_devices": True,
            "not_before": change._billing_day(),
            "start_condition": "date" if at_once else "manual",
            "date_start": day if at_once else False,
        }
        # The template has given all there is: nothing is left to be filled in for each item.
        shared.pop("filled_from_id", None)
        if at_once:
            shared["date_end"] = months > 0 and last_day(day, months, contract.date_end or None)
            shared["minimum_until"] = last_day(day, least)
        if values.get("price_unit") is not None:
            shared.update(price_source="manual", price_unit=values["price_unit"])
        return [
            {
                **shared,
                "name": device._name_of_service(shared["name"]),
                "code": device.serial,
            }
            for device in devices
        ]
