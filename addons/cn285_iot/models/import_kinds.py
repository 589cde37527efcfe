"""Kinds of rows that can be imported: types of devices, devices, their identifiers and services."""

from odoo import api, models
from odoo.addons.cn285_import.models.cells import CellError, split_list
from odoo.addons.cn285_import.models.kinds import Column, Kind, columns_of
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import LazyTranslate

from ..engine.identifiers import KINDS
from .device_assignment import Served

_lt = LazyTranslate(__name__)


def _read_identifiers(reader, text):
    """``iccid:8933… | imei:4901…``: kinds and values."""
    commands = [Command.clear()]
    for part in split_list(text):
        kind, colon, value = part.partition(":")
        if not colon or kind.strip().lower() not in KINDS:
            raise CellError(
                reader.env._("identifier “%s” is not written like imei:490154203237518", part)
            )
        commands.append(Command.create({"kind": kind.strip().lower(), "value": value.strip()}))
    return commands


def _make_ready(load):
    """Devices that came in by a file need nobody's hand: they are ready to be activated.

    Those that serve an item elsewhere already go on serving it, billed as the item is.
    """
    entries = load.loaded["devices"]
    devices = load.env["cn285.device"].browse(entries)
    devices.filtered(lambda device: device.state == "draft")._update_state("pending")
    pairs = [(entries[one.id], one) for one in devices if entries[one.id].cells.get("item")]
    names = {entry.cells["item"] for entry, _device in pairs}
    load.references.prepare("cn285.contract.item", names)
    load.in_bulk(pairs, lambda some: _serve(load, some))


def _serve(load, pairs):
    """Let devices serve the items that their rows name, from the day that they give."""
    served, days = [], {}
    for entry, device in pairs:
        try:
            item_id = load.reader.reference("cn285.contract.item", entry.cells["item"])
        except CellError as error:
            raise UserError(str(error)) from error
        item = load.env["cn285.contract.item"].browse(item_id)
        if item in device.assignment_ids.item_id:
            continue
        if item.state != "active":
            raise device._user_error(load.env._("the item “%s” does not run.", item.name))
        start = entry.cells.get("since") or item.date_start
        served.append(Served(device, item, start))
        days[device] = start
    if served:
        load.env["cn285.device.assignment"]._assign(served, reason="imported")
    for device, item, _start, *_rest in served:
        # sudo: whom a device serves follows from its item.
        device.sudo()._write_inside(
            {
                "contract_id": item.contract_id.id,
                "partner_id": (device.partner_id or item.contract_id.partner_id).id,
            }
        )
    for device, day in days.items():
        device._follow_items(day=day)
    return pairs


DEVICE_TYPES = Kind(
    "device_types",
    "cn285.device.type",
    columns_of(
        "name",
        "code",
        "product_id",
        "plan_id",
        "term_months",
        "minimum_months",
        "early_end",
        "starts",
        "suspended_billing",
        "ownership",
        identifiers="asked_kinds",
    ),
    required=("name",),
    key=("code", "name"),
    adopt=("code",),
    example={"code": "METER-EX", "name": "Meter", "identifiers": "imei"},
)
DEVICES = Kind(
    "devices",
    "cn285.device",
    columns_of(
        "serial",
        "external_id",
        "customer_ref",
        "ownership",
        "note",
        type="type_id",
        customer="partner_id",
        contract="contract_id",
        place="location_id",
        identifiers=Column("identifier_ids", _read_identifiers),
        item=Column(
            None, "char", meaning=_lt("Item of a contract that the device serves already.")
        ),
        since=Column(
            None, "date", meaning=_lt("First day on which it serves it. Left empty: the item’s.")
        ),
    ),
    required=("serial", "type"),
    key=("serial", "type"),
    finish=_make_ready,
    example={
        "serial": "EX-0001",
        "type": "METER-EX",
        "customer": "CUST-1",
        "identifiers": "imei:490154203237518",
    },
)


class ImportLoader(models.AbstractModel):
    _inherit = "cn285.import.loader"

    @api.model
    def _kinds(self):
        return [*super()._kinds(), DEVICE_TYPES, DEVICES]

    @api.model
    def _named_by(self):
        return {
            **super()._named_by(),
            "cn285.device.type": ("code", "name"),
            "cn285.device": ("serial", "external_id"),
        }
