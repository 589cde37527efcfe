from odoo import api, fields, models

from ...engine.provisioning import to_ask, wanted
from .provisioning_operation import NETWORK_STATES, OPEN


class DeviceType(models.Model):
    _inherit = "cn285.device.type"

    provider_id = fields.Many2one(
        "cn285.provisioning.provider",
        string="Network",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Where its devices are switched on and off. Left empty: nowhere.",
    )


class Device(models.Model):
    """What is wanted of a device on its network, and what the network says."""

    _inherit = "cn285.device"

    network_state = fields.Selection(NETWORK_STATES, string="On the Network", readonly=True)
    wanted_state = fields.Selection(
        NETWORK_STATES, string="Wanted There", compute="_compute_wanted_state"
    )
    operation_ids = fields.One2many(
        "cn285.provisioning.operation", "device_id", string="Network Operations", readonly=True
    )

    @api.depends("state", "type_id.provider_id", "type_id.starts")
    def _compute_wanted_state(self):
        for device in self:
            # sudo: what is wanted follows from the type, and from what waits
            own = device.sudo()
            device.wanted_state = own.type_id.provider_id and wanted(
                own.state, own._waits_for_network()
            )

    def _waits_for_network(self):
        """Whether a service of it begins when the network confirms."""
        self.ensure_one()
        if self.type_id.starts != "confirmed" or self.state != "pending":
            return False
        return any(not one.date_end and one.item_id.state == "draft" for one in self.assignment_ids)

    def _ask_network(self):
        """Ask for what is wanted and is not so; one thing at a time, and nothing twice.

        What was not tried yet gives way to what is wanted now. What was tried may have happened,
        whatever is known of it: it is answered first.

        :returns: the devices about which something is asked anew
        """
        # sudo: what is wanted follows from what was done by whoever may do that
        devices = self.sudo().filtered("type_id.provider_id")
        if not devices:
            return self.browse()
        devices.invalidate_recordset(["wanted_state"], flush=False)
        operations = self.env["cn285.provisioning.operation"].sudo()
        known = {
            one.device_id.id: one
            for one in operations.search([("device_id", "in", devices.ids), ("state", "in", OPEN)])
        }
        creates = []
        for device in devices:
            ask = to_ask(device.wanted_state or None, device.network_state or None)
            open_one = known.get(device.id)
            untried = open_one and open_one.state == "queued" and not open_one.attempts
            if untried and open_one.wanted != ask:
                open_one.write({"state": "cancelled"})
                open_one = None
            if ask and not open_one:
                creates.append(
                    {
                        "device_id": device.id,
                        "provider_id": device.type_id.provider_id.id,
                        "wanted": ask,
                        "next_try": fields.Datetime.now(),
                    }
                )
        operations.flush_model(["state"])
        made = operations.create(creates)
        made.filtered(lambda one: one.provider_id.code != "manual")._delay()
        return self.browse(made.device_id.ids)

    def _heard(self, state):
        """The network says what these devices are there; what waited for it begins today."""
        # sudo: as above
        devices = self.sudo()
        devices._write_inside({"network_state": state})
        devices._log_events("network", data={"state": state})
        if state != "on":
            return
        for company, own in devices.grouped("company_id").items():
            waiting = own.filtered(lambda device: device._waits_for_network())
            waiting._start_services(company._cn285_today())
