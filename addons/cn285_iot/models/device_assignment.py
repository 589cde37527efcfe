from datetime import date
from typing import NamedTuple

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import day_after
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine.assignments import Assignment, free_slot

OVERLAP = "These days are taken: a device serves an item once, and a place of it has one device."


class Served(NamedTuple):
    """A device is to serve an item from a day on; ``last_day`` may be none."""

    device: models.BaseModel
    item: models.BaseModel
    start: date
    last_day: date | None = None


class DeviceAssignment(models.Model):
    """A device serves an item from one day to another; the database keeps them from overlapping."""

    _name = "cn285.device.assignment"
    _description = "Service of a Device"
    _inherit = ["cn285.guarded"]
    _is_history = True
    _order = "date_start desc, id desc"

    device_id = fields.Many2one(
        "cn285.device", required=True, readonly=True, ondelete="restrict", index=True
    )
    item_id = fields.Many2one(
        "cn285.contract.item", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="device_id.company_id", store=True, precompute=True, index=True
    )
    contract_id = fields.Many2one(related="item_id.contract_id")
    plan_id = fields.Many2one(
        "cn285.contract.template.item",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The template item that the service was made from: a device has each of them once.",
    )
    slot = fields.Integer(string="Place", default=1, required=True, readonly=True)
    date_start = fields.Date(string="From", required=True, readonly=True)
    date_end = fields.Date(
        string="To", readonly=True, help="Last day. Empty: until further notice."
    )
    reason = fields.Selection(
        [
            ("activated", "Activated"),
            ("replaced", "Replaced"),
            ("succeeded", "Terms Changed"),
            ("imported", "Taken Over"),
        ],
        required=True,
        readonly=True,
        default="activated",
    )
    item_state = fields.Selection(related="item_id.state", string="Status of the Service")

    _days_in_order = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)",
        "A service of a device does not end before it starts.",
    )
    # Ranges of one number stand for equality: so no extension of the database is needed.
    _place_once = models.Constraint(
        "EXCLUDE USING gist (int4range(item_id, item_id, '[]') WITH &&, "
        "int4range(slot, slot, '[]') WITH &&, daterange(date_start, date_end, '[]') WITH &&)",
        OVERLAP,
    )
    _item_once = models.Constraint(
        "EXCLUDE USING gist (int4range(device_id, device_id, '[]') WITH &&, "
        "int4range(item_id, item_id, '[]') WITH &&, "
        "daterange(date_start, date_end, '[]') WITH &&)",
        OVERLAP,
    )
    _plan_once = models.Constraint(
        "EXCLUDE USING gist (int4range(device_id, device_id, '[]') WITH &&, "
        "int4range(plan_id, plan_id, '[]') WITH &&, "
        "daterange(date_start, date_end, '[]') WITH &&) WHERE (plan_id IS NOT NULL)",
        "The device has this service on these days already.",
    )

    @api.depends("device_id", "item_id")
    def _compute_display_name(self):
        for one in self:
            one.display_name = f"{one.device_id.serial} · {one.item_id.display_name}"

    def _covers(self, day):
        """Whether it holds on a day."""
        self.ensure_one()
        return self.date_start <= day and (not self.date_end or day <= self.date_end)

    def _plain(self):
        """As the engine has it."""
        self.ensure_one()
        return Assignment(
            self.device_id.id,
            self.item_id.id,
            self.date_start,
            day_after(self.date_end),
            self.slot,
        )

    @api.model
    def _reaching(self, items, day):
        """Assignments of items that hold on a day or later."""
        # sudo: bookkeeping of what the caller changed
        return self.sudo().search(
            [
                ("item_id", "in", items.ids),
                "|",
                ("date_end", "=", False),
                ("date_end", ">=", day),
            ],
            order="id",
        )

    @api.model
    def _assign(self, entries, reason="activated"):
        """Let devices serve items; as many statements for many as for one.

        :param entries: list of :class:`Served`
        :raises UserError: where an item has no place left for a device
        """
        # Ends that were just written make room: the database has to know of them first.
        self.flush_model(["date_start", "date_end"])
        # sudo: bookkeeping of what the caller may do
        items = self.env["cn285.contract.item"].sudo().union(*(entry.item for entry in entries))
        taken = {}
        for one in self._reaching(items, min(entry.start for entry in entries)):
            taken.setdefault(one.item_id.id, []).append(one._plain())
        creates = []
        for device, item, start, last_day in entries:
            used, places = taken.setdefault(item.id, []), max(item.device_places, 1)
            end = day_after(last_day)
            slot = free_slot(used, start, end, places)
            if slot is None:
                raise UserError(
                    device._words(
                        self.env._(
                            "item “%(item)s” is for %(places)s devices at once, and has them from "
                            "%(day)s on.",
                            item=item.name,
                            places=places,
                            day=format_date(self.env, start),
                        )
                    )
                )
            used.append(Assignment(device.id, item.id, start, end, slot))
            creates.append(
                {
                    "device_id": device.id,
                    "item_id": item.id,
                    "slot": slot,
                    "plan_id": item.sudo().plan_id.id,
                    "date_start": start,
                    "date_end": last_day,
                    "reason": reason,
                }
            )
        made = self.sudo().create(creates)
        items.filtered(lambda item: not item.is_for_devices).write({"is_for_devices": True})
        return made

    def _end(self, last_day):
        """Let these end on a day; those that would start later never were."""
        never = self.filtered(lambda one: one.date_start > last_day)
        ending = (self - never).filtered(lambda one: not one.date_end or one.date_end > last_day)
        # sudo: history that the program writes
        ending.sudo().write({"date_end": last_day})
        never.sudo().unlink()
