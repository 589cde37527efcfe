"""A request for each operation on devices; see the file of this name in cn285_api."""


def seed(env, names):
    """A device that is in service, and an order that finds it there; their names."""
    from odoo.addons.cn285_iot.models.device_assignment import Served

    product = env["product.product"].create({"name": "Metering", "type": "service"})
    template = env["cn285.contract.template"].create(
        {"name": "Meters", "item_ids": [(0, 0, {"product_id": product.id, "price_unit": 5.0})]}
    )
    device_type = env["cn285.device.type"].create(
        {"name": "Meter", "plan_id": template.item_ids.id, "term_months": 0}
    )
    devices = env["cn285.device"].create(
        [{"serial": f"MTR-{number}", "type_id": device_type.id} for number in (1, 2, 4)]
    )
    devices.action_confirm()
    # Of its own: what is shown of other contracts stays as it is.
    contract = env["cn285.contract"].create(
        {
            "partner_id": names["customer"],
            "date_start": names["begin"],
            "item_ids": [(0, 0, {"product_id": product.id, "billing_type": "none"})],
        }
    )
    contract.action_confirm()
    # Without a contract change: what is shown of those stays as it is, too.
    plan, day = template.item_ids, env.company._cn285_today()
    terms = plan._prepare_contract_item_vals(day)
    terms.pop("filled_from_id", None)
    item = env["cn285.contract.item"].create(
        {
            **terms,
            "name": "Metering – MTR-1",
            "contract_id": contract.id,
            "plan_id": plan.id,
            "start_condition": "date",
            "date_start": day,
        }
    )
    env["cn285.device.assignment"]._assign([Served(devices[0], item, day)])
    devices[0]._log_events("assigned", items={devices[0]: item})
    devices[0].write({"partner_id": names["customer"], "contract_id": contract.id})
    devices[0]._follow_items()
    order = env["cn285.fleet.order"]._place("activate", devices[0], contract_id=contract.id)
    return {
        "fleet_contract": contract.id,
        "device": devices[0].id,
        "spare_device": devices[2].id,
        "device_type": device_type.id,
        "metering_plan": template.item_ids.id,
        "order": order.id,
    }


#: By the operation's id.
ASKS = {
    "list_device_types": {},
    "get_device_type": {},
    "create_device_type": {
        "body": {
            "name": "Gas meter",
            "code": "GAS",
            "plan": "{metering_plan}",
            "term_months": 12,
            "identifiers": ["eui"],
        }
    },
    "list_devices": {"query": "number=MTR-1"},
    "get_device": {},
    "create_device": {
        "body": {
            "serial": "MTR-3",
            "type": "{device_type}",
            "identifiers": [{"kind": "eui", "value": "70B3D57ED005A1B2"}],
        }
    },
    "update_device": {"body": {"customer_ref": "Boiler room"}},
    "replace_device": {"body": {"by": "{spare_device}"}},
    "list_device_assignments": {"query": "device={device}"},
    "list_device_events": {},
    "create_fleet_order": {
        "body": {
            "action": "activate",
            "devices": ["MTR-2"],
            "contract": "{fleet_contract}",
            "request": "activation-1",
        }
    },
    "get_fleet_order": {},
    "list_fleet_order_lines": {},
}
