# pylint: disable=missing-return
from odoo import models

from .mrr_roll import COUNTS, FLOWS, LEVELS, RATIOS


class MrrMonthSum(models.Model):
    """What customers' months come to, by month and cohort: of these dashboards are made."""

    _name = "cn285.mrr.month.sum"
    _description = "Recurring Revenue by Month and Cohort"
    _inherit = ["cn285.mrr.roll", "cn285.table.sums"]
    _auto = False
    _rows = "cn285.mrr.month"
    _kept_by = ("company_id", "month", "cohort", "number")
    _summed = (*LEVELS, *FLOWS, *COUNTS)
    _following = ("company_currency_id",)
    # Written before it is read: the database sums what it has.
    _depends = {"cn285.mrr.month": [*_kept_by, *_summed]}

    def _is_summed(self, spec):
        """Ratios follow from sums, as the year's revenue does."""
        name, _colon, function = spec.partition(":")
        if name in RATIOS:
            return function == "avg"
        return spec == "arr:sum" or super()._is_summed(spec)
