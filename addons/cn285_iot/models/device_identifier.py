from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.identifiers import KINDS, normalised, problem

KIND_NAMES = [
    ("iccid", "ICCID"),
    ("imei", "IMEI"),
    ("imsi", "IMSI"),
    ("msisdn", "Phone Number (MSISDN)"),
    ("eui", "EUI-64"),
    ("mac", "MAC Address"),
    ("other", "Other"),
]


class DeviceIdentifier(models.Model):
    """A number by which a network knows a device: once in a company, however it is written."""

    _name = "cn285.device.identifier"
    _description = "Device Identifier"
    _inherit = ["cn285.guarded", "cn285.bounded"]
    _order = "device_id, kind, id"
    _rec_name = "value"

    device_id = fields.Many2one("cn285.device", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(
        related="device_id.company_id", store=True, precompute=True, index=True
    )
    kind = fields.Selection(KIND_NAMES, required=True)
    value = fields.Char(required=True, index=True)
    value_key = fields.Char(
        compute="_compute_value_key",
        store=True,
        precompute=True,
        index=True,
        help="As it is compared: without separators.",
    )

    _once = models.Constraint(
        "unique(company_id, kind, value_key)", "Another device has this identifier."
    )

    @api.depends("kind", "value")
    def _compute_value_key(self):
        for identifier in self:
            kind, value = identifier.kind or "other", identifier.value or ""
            identifier.value_key = normalised(kind, value)

    @api.constrains("kind", "value")
    def _check_value(self):
        for identifier in self:
            code = problem(identifier.kind, identifier.value_key or "")
            if code:
                labels = dict(self._fields["kind"]._description_selection(self.env))
                raise ValidationError(
                    self.env._(
                        "%(kind)s “%(value)s” of device %(device)s: %(reason)s",
                        kind=labels[identifier.kind],
                        value=identifier.value or "",
                        device=identifier.device_id.serial,
                        reason=self._problem_words(code),
                    )
                )

    @api.model
    def _problem_words(self, code):
        return {
            "empty": self.env._("it is empty."),
            "length": self.env._("it has not the right length."),
            "digits": self.env._("it consists of digits alone."),
            "hex": self.env._("it consists of the digits 0 to 9 and the letters A to F."),
            "check": self.env._("its check digit is wrong: is there a slip in it?"),
        }[code]

    @api.model
    def _keys_of(self, text):
        """As what a text is compared with identifiers of each kind."""
        return list({normalised(kind, text) for kind in KINDS} - {""})
