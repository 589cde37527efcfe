"""What a billing run does about usage before it collects what is due."""

from odoo import models
from odoo.fields import Domain


class BillingRun(models.Model):
    _inherit = "cn285.billing.run"

    def _prepare_due_rows(self):
        """Around the rating of the periods that are due, in this order:

        1. what usage has triggered is planned;
        2. late usage of billed periods makes its differences: the periods that are due begin with
           what the earlier ones have left of an allowance;
        3. what was rated but not invoiced is rated again;
        4. (the periods that are due are rated);
        5. late usage once more, for what counts these periods, such as bounds of the contract;
        6. what is missing for too long is reported.
        """
        not_triggered = self._plan_triggered()
        self._plan_late_usage()
        schedules = self.env["cn285.billing.schedule"]
        schedules.search(self._due_domain() & Domain("kind", "=", "usage"))._unrate()
        result = super()._prepare_due_rows()
        # What could not be rated before is tried, and fails, again.
        self._set_aside(self._plan_late_usage(), kind="rating")
        self.env.flush_all()
        self._set_aside(self._own_contracts(not_triggered), kind="rating")
        self._report_missing()
        return result

    def _plan_late_usage(self):
        """Make difference rows; returns ``{contract: reason}`` of what could not be rated."""
        schedules = self.env["cn285.billing.schedule"]
        since = schedules._late_usage_since(self.date)
        _created, failed = schedules._plan_differences(self.company_id, since)
        return failed
