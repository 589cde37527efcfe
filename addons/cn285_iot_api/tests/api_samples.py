"""What the matrix of access needs to try the operations on devices."""


def samples(case):
    """Add a device of the company's, its type, and an order, to what paths and bodies name."""
    device_type = case.env["cn285.device.type"].create(
        {"name": "Meter", "company_id": case.company.id}
    )
    device = case.env["cn285.device"].create(
        {"serial": "API-1", "type_id": device_type.id, "company_id": case.company.id}
    )
    device.action_confirm()
    order = case.env["cn285.fleet.order"]._place("retire", device)
    case.ids["device"] = device.id
    case.ids["device_type"] = device_type.id
    case.ids["order"] = order.id
    case.bodies["create_device"] = {"serial": "API-2", "type": str(device_type.id)}
    case.bodies["create_device_type"] = {
        "name": "Meter",
        "product": str(case.subscription.id),
    }
    case.bodies["replace_device"] = {"by": str(device.id)}
    case.bodies["create_fleet_order"] = {"action": "retire", "devices": ["API-1"]}
    case.tables += [
        "cn285_device",
        "cn285_device_type",
        "cn285_fleet_order",
        "cn285_fleet_order_line",
    ]
