from odoo import api, models
from odoo.addons.cn285_contract.models.bulk import CONCURRENCY_ERRORS, commit_batch
from odoo.addons.cn285_contract.models.common import in_users_language
from odoo.addons.cn285_contract.models.isolation import each_or_apart
from odoo.addons.queue_job.exception import RetryableJobError

from .fleet_order import AT_ONCE

# Devices that are done, and committed, together.
BATCH = 500


class FleetOrder(models.Model):
    """How an order is done: batch after batch; bad devices are set aside with a reason."""

    _inherit = "cn285.fleet.order"

    def _start(self, in_jobs=False):
        """Do it now where it is for few devices, and somebody waits; else order the first job."""
        self.ensure_one()
        # sudo: as of _place
        lines = self.sudo().line_ids
        lines.filtered(lambda line: not line.device_id)._set(
            "refused", self.env._("there is no device with this number.")
        )
        if len(lines) <= AT_ONCE and not in_jobs:
            self._run_batch()
        else:
            self.sudo().state = "running"
            self._delay()

    def _delay(self):
        last = self.sudo().line_ids.search_count(self._waiting_domain())
        self.with_delay(
            channel="root.fleet",
            description=self.env._("Fleet order %s", self.name),
            identity_key=f"cn285.fleet.order-{self.id}-{last}",
        )._job_run()

    def _job_run(self):
        """Job: the next batch, and a job for the one after it. Safe to run again."""
        self = in_users_language(self.exists())
        if not self:
            return None
        try:
            count = self._run_batch()
        except CONCURRENCY_ERRORS as error:
            message = self.env._("Another process changes the same contract; this batch waits.")
            raise RetryableJobError(message, seconds=5, ignore_retry=True) from error
        if self.state != "done":
            self._delay()
        return self.env._("%s devices", count)

    def _waiting_domain(self):
        return [("order_id", "=", self.id), ("state", "=", "waiting")]

    def _run_batch(self):
        """Do the next devices; what fails is refused alone, with the reason.

        :returns: how many devices were looked at
        """
        self.ensure_one()
        self = self.with_company(self.company_id)
        # sudo: lines are the program's; what they order is done in the user's name
        order = self.sudo()
        order.lock_for_update()
        lines = order.line_ids.search(order._waiting_domain(), order="id", limit=BATCH)
        self._do_apart(lines)
        if not order.line_ids.search_count(order._waiting_domain(), limit=1):
            order.state = "done"
        commit_batch(self.env)
        return len(lines)

    def _do_now(self):
        """Do all that is waiting inside the transaction of whoever calls: nothing is committed."""
        self.ensure_one()
        self = self.with_company(self.company_id)
        # sudo: as of _run_batch
        order = self.sudo()
        order.lock_for_update()
        self._do_apart(order.line_ids.search(order._waiting_domain(), order="id"))
        order.state = "done"

    def _do_apart(self, lines):
        """Do it for lines; what fails is refused alone, with the reason."""
        _done, failed = each_or_apart(lines, lambda part: self._do(part))
        for line, reason in failed.items():
            line._set("refused", reason)

    def _do(self, lines):
        """Do it for lines that have a device, and are waiting.

        :param lines: by sudo
        """
        # Two orders for the same device are done one after the other.
        lines.device_id.lock_for_update(allow_referencing=True)
        devices = lines.device_id.sudo(self.env.su).with_env(self.env)
        steps = {
            "activate": devices._order_activation,
            "suspend": devices._order_suspension,
            "resume": devices._order_resumption,
            "end": devices._order_end,
            "return": devices._order_end,
            "retire": devices._order_end,
            "move": devices._order_move,
        }
        outcome = steps[self.action](self)
        for line in lines:
            state, reason, change, item = outcome[line.device_id]
            changes = {line.device_id: change} if change else None
            items = {line.device_id: item} if item else None
            line._set(state, reason, changes, items)
        return lines

    @api.model
    def _make_change(self, contract, kind, first_day, values):
        """A contract change of the user's, planned, and applied where it is due.

        :param first_day: the first day on which it holds
        """
        changes = self.env["cn285.contract.change"]
        change = changes.create(
            {
                "contract_id": contract.id,
                "type": kind,
                "date_effective": first_day,
                "values": values,
                "note": self.env._("Fleet order %s", self.name),
            }
        )
        change.date_effective = change._on_type_day(first_day)
        change.action_schedule()
        return change
