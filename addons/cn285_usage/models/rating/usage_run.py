"""What a billing run does about usage before it collects what is due."""

from odoo import models
from odoo.addons.cn285_contract.models.common import insert_steps
from odoo.fields import Domain


class BillingRun(models.Model):
    _inherit = "cn285.billing.run"

    def _steps_before(self):
        """Steps around the rating of the periods that are due.

        Late usage goes first: the periods that are due begin with what the earlier ones have left
        of an allowance. It goes once more behind, for what counts these periods, such as bounds of
        the contract; what could not be rated before is tried, and fails, again.
        """
        first = [self._plan_triggered_rows, self._plan_late_usage, self._unrate_due_rows]
        steps = insert_steps(super()._steps_before(), first)
        again = [self._plan_late_usage_again]
        steps = insert_steps(steps, again, after=self._rate_waiting_rows)
        return [*steps, self._report_missing_usage]

    def _plan_triggered_rows(self, failed):
        """Step: what usage has triggered is planned."""
        failed.update(self._own_contracts(self._plan_triggered()))

    def _plan_late_usage(self, _failed):
        """Step: late usage of billed periods makes its differences."""
        self._plan_differences()

    def _unrate_due_rows(self, _failed):
        """Step: what was rated but not invoiced is rated again."""
        schedules = self.env["cn285.billing.schedule"]
        schedules.search(self._due_domain() & Domain("kind", "=", "usage"))._unrate()

    def _plan_late_usage_again(self, failed):
        """Step: late usage once more."""
        self.env.flush_all()
        failed.update(self._plan_differences())

    def _report_missing_usage(self, _failed):
        """Step: what is missing for too long is reported."""
        self.env.flush_all()
        self._report_missing()

    def _plan_differences(self):
        """Make difference rows; returns ``{contract: reason}`` of what could not be rated."""
        schedules = self.env["cn285.billing.schedule"]
        since = schedules._late_usage_since(self.date)
        _created, failed = schedules._plan_differences(self.company_id, since)
        return self._own_contracts(failed)
