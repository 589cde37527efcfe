import json

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bulk import copy_rows

from .device import STATES

KINDS = [
    ("created", "Created"),
    *STATES,
    ("assigned", "Service Added"),
    ("unassigned", "Service Taken Off"),
    ("replaced", "Replaced"),
    ("replacing", "Takes the Place of Another"),
    ("moved", "Moved to Another Contract"),
    ("refused", "Refused"),
    ("network", "Network"),
    ("shipped", "Gone Out"),
    ("stocked", "Back in Stock"),
]


class DeviceEvent(models.Model):
    """What happened to a device, and when it holds from: written once, and never changed."""

    _name = "cn285.device.event"
    _description = "Device Event"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "id desc"
    _rec_name = "kind"

    device_id = fields.Many2one(
        "cn285.device", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="device_id.company_id", store=True, precompute=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
    date = fields.Date(required=True, readonly=True, help="From this day on it is so.")
    item_id = fields.Many2one(
        "cn285.contract.item", readonly=True, ondelete="set null", index="btree_not_null"
    )
    other_device_id = fields.Many2one(
        "cn285.device",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    request = fields.Char(readonly=True, help="By which request of a program.")
    data = fields.Json(readonly=True)
    detail = fields.Char(compute="_compute_detail")

    @api.depends("data")
    def _compute_detail(self):
        for event in self:
            data = event.data if isinstance(event.data, dict) else {}
            event.detail = ", ".join(str(value) for value in data.values() if value) or False


class Device(models.Model):
    _inherit = "cn285.device"

    def _log_events(self, kind, day=None, items=None, others=None, data=None):
        """Note an event of each of these devices, in one statement.

        :param day: the day from which on it is so; default: each company's today
        :param items: ``{device: item}``
        :param others: ``{device: other device}``
        :param data: figures and codes of it, as JSON
        """
        events = self.env["cn285.device.event"]
        today = {company: company._cn285_today() for company in self.company_id}
        now, uid = self.env.cr.now(), self.env.uid
        items, others = items or {}, others or {}
        request = self.env.context.get("cn285_request")
        rows = [
            {
                "device_id": device.id,
                "company_id": device.company_id.id,
                "kind": kind,
                "date": day or today[device.company_id],
                "item_id": items[device].id if device in items else None,
                "other_device_id": others[device].id if device in others else None,
                "request": request if isinstance(request, str) else None,
                "data": json.dumps(data) if data else None,
                "create_uid": uid,
                "write_uid": uid,
                "create_date": now,
                "write_date": now,
            }
            for device in self
        ]
        copy_rows(self.env.cr, events._table, rows)
        self.invalidate_recordset(["event_ids"], flush=False)
