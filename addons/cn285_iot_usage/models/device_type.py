from odoo import api, fields, models
from odoo.addons.cn285_contract.models.bounds import UNITS
from odoo.exceptions import ValidationError

MORE = [("refused", "Refused"), ("parked", "Kept Until Somebody Decides"), ("billed", "Billed")]


class DeviceType(models.Model):
    """What devices of a sort may use before their activation: a test."""

    _inherit = "cn285.device.type"

    test_metric_id = fields.Many2one(
        "cn285.usage.metric",
        string="Test Usage Measured By",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Usage by this metric before a device's first activation is free up to the "
        "allowance. Left empty: what is used before is refused.",
    )
    test_allowance = fields.Float(
        digits=(16, 6), help="How much each device may use before its first activation."
    )
    test_more = fields.Selection(
        MORE,
        string="Beyond the Allowance",
        default="parked",
        required=True,
        help="Billed: with the first day of the service, once the device is activated.",
    )

    @api.model
    def _bounds(self):
        return {**super()._bounds(), "test_allowance": UNITS}

    @api.constrains("test_allowance")
    def _check_test_allowance(self):
        for device_type in self:
            if device_type.test_allowance < 0:
                raise ValidationError(
                    self.env._("Device type “%s”: an allowance is not negative.", device_type.name)
                )
