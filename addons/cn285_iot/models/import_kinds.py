"""Kinds of rows that can be imported: types of devices, devices, their identifiers and services."""

from odoo import api, models
from odoo.addons.cn285_import.models.cells import CellError, split_list
from odoo.addons.cn285_import.models.kinds import Column, Kind, columns_of
from odoo.fields import Command

from ..engine.identifiers import KINDS


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
    """Devices that came in by a file need nobody's hand: they are ready to be activated."""
    devices = load.env["cn285.device"].browse(load.loaded["devices"])
    devices.filtered(lambda device: device.state == "draft")._update_state("pending")


DEVICE_TYPES = Kind(
    "device_types",
    "cn285.device.type",
    columns_of(
        "name",
        "code",
        "product_id",
        "plan_id",
        "term_months",
        "starts",
        "suspended_billing",
        "ownership",
        identifiers="asked_kinds",
    ),
    required=("name",),
    key=("code", "name"),
    adopt=("code",),
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
    ),
    required=("serial", "type"),
    key=("serial", "type"),
    finish=_make_ready,
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
