from odoo import models


class Device(models.Model):
    """Programs read what was changed since they looked last."""

    _inherit = "cn285.device"

    _changed_idx = models.Index("(write_date, id)")
