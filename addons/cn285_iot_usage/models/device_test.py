from decimal import Decimal

import pytz
from odoo import api, fields, models
from odoo.addons.cn285_contract.models.common import LIVE_STATES, as_decimal
from odoo.addons.cn285_iot.engine.allowance import free_part
from odoo.addons.cn285_usage.models.measure.usage_measure import utc
from odoo.exceptions import UserError

STATES = [
    ("free", "Free"),
    ("parked", "To Be Decided"),
    ("due", "Billed Once Activated"),
    ("billed", "Billed"),
    ("dismissed", "Not Billed"),
]


class DeviceTest(models.Model):
    """What a device used before its first activation: free up to its type's allowance."""

    _name = "cn285.device.test"
    _description = "Test Usage of a Device"
    _inherit = ["cn285.editable", "cn285.guarded"]
    _is_history = True
    _order = "id desc"
    _rec_name = "transaction_id"

    device_id = fields.Many2one(
        "cn285.device", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        related="device_id.company_id", store=True, precompute=True, index=True
    )
    metric_id = fields.Many2one(
        "cn285.usage.metric", required=True, readonly=True, ondelete="restrict"
    )
    source = fields.Char(required=True, readonly=True)
    transaction_id = fields.Char(required=True, readonly=True)
    occurred_at = fields.Datetime(required=True, readonly=True)
    quantity = fields.Float(digits=(16, 6), readonly=True)
    free_quantity = fields.Float(string="Of It Free", digits=(16, 6), readonly=True)
    state = fields.Selection(STATES, string="Status", required=True, readonly=True)

    _once = models.Constraint(
        "unique(company_id, source, transaction_id)", "This test was received already."
    )
    _due_idx = models.Index("(company_id, device_id) WHERE state = 'due'")

    # === RECEIVED === #

    @api.model
    def _receive(self, tests):
        """Note test usage, each once; what is beyond an allowance is as the device's type says.

        :param tests: list of :class:`~.usage_event_tests.Test`, in the order in which they came
        :returns: what became of each: ``accepted``, ``parked``, ``duplicates``, or the code of a
            refusal
        """
        # sudo: history that the program writes for whoever records usage
        records = self.sudo()
        devices = records.env["cn285.device"].browse({one.device_id: None for one in tests})
        # Two ingests of the same devices are done one after the other.
        devices.lock_for_update(allow_referencing=True)
        kept = {
            (one.source, one.transaction_id): (one.device_id.id, one.occurred_at, one.quantity)
            for one in records.search(
                [
                    ("company_id", "in", devices.company_id.ids),
                    ("transaction_id", "in", [one.transaction_id for one in tests]),
                ]
            )
        }
        used = {
            device: as_decimal(total)
            for device, total in records._read_group(
                [("device_id", "in", devices.ids)], ["device_id"], ["free_quantity:sum"]
            )
        }
        results, creates = [], []
        for test in tests:
            key = test.source, test.transaction_id
            said = test.device_id, test.occurred_at, float(test.quantity)
            if key in kept:
                results.append("duplicates" if kept[key] == said else "conflict")
                continue
            device = devices.browse(test.device_id)
            device_type, before = device.type_id, used.get(device, Decimal(0))
            free = free_part(test.quantity, before, as_decimal(device_type.test_allowance))
            state = "free"
            if free < test.quantity:
                state = {"billed": "due", "parked": "parked"}.get(device_type.test_more)
            if not state:
                results.append("test_used_up")
                continue
            kept[key], used[device] = said, before + free
            results.append("parked" if state == "parked" else "accepted")
            creates.append(
                {
                    "device_id": test.device_id,
                    "metric_id": device_type.test_metric_id.id,
                    "source": test.source,
                    "transaction_id": test.transaction_id,
                    "occurred_at": test.occurred_at,
                    "quantity": float(test.quantity),
                    "free_quantity": float(free),
                    "state": state,
                }
            )
        records.create(creates)
        return results

    # === BEYOND THE ALLOWANCE === #

    def action_bill(self):
        """What is beyond the allowance is billed with the first day of the service."""
        self._decide("due")
        self._bill_due()
        return True

    def action_dismiss(self):
        """What is beyond the allowance is not billed."""
        self._decide("dismissed")
        return True

    def _decide(self, state):
        # Who may write the device may decide about its tests.
        self.device_id.check_access("write")
        # sudo: history that the program writes
        tests = self.sudo()
        tests.lock_for_update()
        if any(one.state not in ("parked", "due") for one in tests):
            raise UserError(self.env._("It was decided, or billed, already."))
        tests.write({"state": state})

    @api.model
    def _cron_bill_due(self):
        """Tests of devices that are in service by now are billed, company by company."""
        for company in self.env["res.company"]._cn285_daily_companies():
            self.with_company(company).search(
                [("state", "=", "due"), ("company_id", "=", company.id)]
            )._bill_due()

    def _bill_due(self):
        """Bill what these tests used beyond allowances, of devices whose first service has begun.

        For each device one event on the first instant of the service; a test is billed once.
        """
        # sudo: what is due is billed, whoever let the service begin
        due = self.sudo().filtered(lambda one: one.state == "due")
        now = fields.Datetime.now()
        for (device, metric), tests in due.grouped(
            lambda one: (one.device_id, one.metric_id)
        ).items():
            begun = device.assignment_ids.filtered(
                lambda one: one.item_id.state in LIVE_STATES and one.item_id.date_start
            )
            first = begun.sorted("date_start")[:1]
            if not first:
                continue
            company = device.company_id
            day = max(first.date_start, first.item_id.date_start)
            moment = utc(day, pytz.timezone(company.cn285_tz or "UTC"))
            if moment > now:
                continue
            events = self.env["cn285.usage.event"].sudo().with_company(company)
            report = events.ingest(
                [
                    {
                        "source": "cn285-tests",
                        "transaction_id": f"{device.id}-{max(tests.ids)}",
                        "item_id": first.item_id.id,
                        "metric_id": metric.id,
                        "occurred_at": moment,
                        "quantity": sum(one.quantity - one.free_quantity for one in tests),
                    }
                ]
            )
            if not report["refused"]:
                tests.write({"state": "billed"})
