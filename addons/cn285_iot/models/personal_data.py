from odoo import api, models
from odoo.addons.cn285_contract.models.privacy.places import Naming, Texts
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


class PersonalData(models.AbstractModel):
    """Where devices say something of a person."""

    _inherit = "cn285.personal.data"

    @api.model
    def _places(self):
        return [
            Texts(
                "devices",
                _lt("Devices: notes, and what the customer calls them"),
                "cn285.device",
                lambda person: [("partner_id", "in", person.partners.ids)],
                texts=("note", "customer_ref"),
            ),
            Naming(
                "device_events",
                _lt("Devices: what is told of what happened to them"),
                "cn285.device.event",
                None,
                data=("data",),
            ),
            Naming(
                "fleet_orders",
                _lt("Fleet orders: why a device was refused"),
                "cn285.fleet.order.line",
                None,
                texts=("reason",),
            ),
            Naming(
                "network_operations",
                _lt("Networks of devices: what went wrong"),
                "cn285.provisioning.operation",
                None,
                texts=("error",),
            ),
            *super()._places(),
        ]

    @api.model
    def _documents(self, person):
        devices = person.env["cn285.device"].search([("partner_id", "in", person.partners.ids)])
        return {**super()._documents(person), "cn285.device": devices.ids}
