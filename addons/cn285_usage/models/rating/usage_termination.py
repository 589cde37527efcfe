from collections import defaultdict
from decimal import Decimal

from odoo import models


class Contract(models.Model):
    _inherit = "cn285.contract"

    def _open_usage(self, last_day):
        """Usage that a termination leaves to bill, with what it costs so far."""
        entries = super()._open_usage(last_day)
        if not any(entry["amount"] is None for entry in entries):
            return entries
        estimates, failed = self._usage_estimates()
        amounts = defaultdict(Decimal)
        for one in estimates:
            amounts[one.row.item_id.id, one.row.period_start.isoformat()] += one.amount - one.billed
        for entry in entries:
            key = entry["item_id"], entry["period_start"]
            # What cannot be rated, or has not begun, has no amount.
            if entry["amount"] is None and key in amounts and self not in failed:
                entry["amount"] = float(amounts[key])
        return entries
