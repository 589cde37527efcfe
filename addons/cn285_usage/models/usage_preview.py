"""Previews of the next bills: usage of periods that are over is on them."""

from odoo import models
from odoo.addons.cn285_contract.models.common import OPEN_STATES


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _has_more_to_play(self):
        return super()._has_more_to_play() or bool(self._known_usage())

    def _known_usage(self):
        """Rows of usage whose period is over, and that are not billed yet."""
        today = self.company_id._cn285_today()
        return self.schedule_ids.filtered(
            lambda row: row.kind == "usage" and row.state in OPEN_STATES and row.period_end < today
        )

    def _play(self, count):
        """Rate what a billing run of today would; what cannot be rated is left out."""
        known = self._known_usage()
        known._unrate()
        known._rate_waiting()
        return super()._play(count)
