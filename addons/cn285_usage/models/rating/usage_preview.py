"""Previews of the next bills: usage of periods that are over is on them, and what came late."""

from odoo import models
from odoo.addons.cn285_contract.models.common import OPEN_STATES
from odoo.fields import Domain

from .nothing_to_invoice import OCCASIONAL


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _has_more_to_play(self):
        return (
            super()._has_more_to_play()
            or bool(self._known_usage())
            or bool(self.env["cn285.billing.schedule"]._late_rows(self))
        )

    def _known_usage(self):
        """Rows of usage that are not billed yet: of periods that are over, or triggered."""
        today = self.company_id._cn285_today()
        # A fleet has rows by the hundred thousand, and few of them are usage.
        return self.env["cn285.billing.schedule"].search(
            Domain("contract_id", "in", self.ids)
            & Domain("state", "in", OPEN_STATES)
            & (
                Domain("kind", "in", OCCASIONAL)
                | (Domain("kind", "=", "usage") & Domain("period_end", "<", today))
            )
        )

    def _play(self, count):
        """Rate what a billing run of today would; what cannot be rated is left out."""
        self._play_differences()
        known = self._known_usage().filtered(lambda row: row.kind == "usage")
        known._unrate()
        known._rate_waiting()
        self._play_differences()
        return super()._play(count)

    def _play_differences(self):
        """Make the rows of late usage of this contract, through the levels of its own cascades.

        What other contracts were billed is not looked at.
        """
        schedules, company = self.env["cn285.billing.schedule"], self.company_id
        since = schedules._late_usage_since(company._cn285_today())
        levels = self.env["cn285.usage.calculator"]._cascade_levels(company)
        for _level in range(1 + max(levels.values(), default=0)):
            late = schedules._late_rows(self)
            if late:
                batch = late._rate_rows(late._billed_ratings())
                late._create_differences(batch)
                late._write_inside({"usage_stale": False})
            changed = schedules._retriggered(company, since)
            changed.filtered(lambda row: row.contract_id == self)._write_inside(
                {"usage_stale": True}
            )
