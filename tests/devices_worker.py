"""Devices in stock, and the addon that keeps them leaves.

``python devices_worker.py DATABASE COMMAND``, one of ``COMMANDS``; prints a JSON object.
"""

import forks
from forks import environment

ADDON = "cn285_iot_stock"


def result(env):
    """What there is of a device and of its stock."""
    device = env["cn285.device"].search([("serial", "=", "T-001")])
    return {
        "installed": env["ir.module.module"]._get(ADDON).state == "installed",
        "state": device.state,
        "kinds": device.event_ids.sorted("id").mapped("kind"),
        "location": env["stock.lot"].search([("name", "=", "T-001")]).location_id.name,
        "columns": "lot_id" in device._fields,
        "left": env["ir.model.data"].search_count([("module", "=", ADDON)]),
    }


def story(database):
    """A device goes out to its customer."""
    with environment(database) as env:
        product = env["product.product"].create(
            {"name": "Box", "type": "consu", "is_storable": True, "tracking": "serial"}
        )
        tracker = env["cn285.device.type"].create(
            {
                "name": "Tracker",
                "product_id": product.id,
                "ownership": "rented",
                "stock_flow": "after",
            }
        )
        lot = env["stock.lot"].create({"name": "T-001", "product_id": product.id})
        shelf = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
        env["stock.quant"]._update_available_quantity(product, shelf.lot_stock_id, 1, lot_id=lot)
        customer = env["res.partner"].create({"name": "Boulangerie Martin"})
        device = env["cn285.device"].create(
            {"serial": "T-001", "type_id": tracker.id, "partner_id": customer.id}
        )
        picking = device._deliver()
        picking.move_ids.picked = True
        picking.button_validate()


def uninstall(database):
    """The addon alone goes; devices and stock stay."""
    with environment(database) as env:
        env["ir.module.module"]._get(ADDON).button_immediate_uninstall()


def after(database):
    """What is left, as another process sees it."""


COMMANDS = {"story": story, "uninstall": uninstall, "after": after}

if __name__ == "__main__":
    forks.main(COMMANDS, result)
