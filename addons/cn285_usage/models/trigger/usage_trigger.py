"""Looking for what usage triggers, once at a time in a company."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.cn285_contract.models.isolation import each_or_apart, of_contracts
from odoo.tools import SQL

from .usage_delivery import LOOK_BACK_DAYS


class UsageIngestLog(models.Model):
    _inherit = "cn285.usage.ingest.log"

    triggered = fields.Boolean(readonly=True, help="It was looked at for what it triggers.")

    _untriggered_idx = models.Index("(company_id, id) WHERE triggered IS NOT TRUE")


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    @api.model
    def _has_triggers(self, company):
        """Whether usage of the company may be billed otherwise than by periods; one index look."""
        self.flush_model(["company_id", "billing_type", "usage_billing", "state"])
        [(found,)] = self.env.execute_query(
            SQL(
                """SELECT EXISTS (SELECT 1 FROM cn285_contract_item
                                   WHERE company_id = %s AND billing_type = 'usage'
                                     AND usage_billing <> 'period'
                                     AND state IN ('active', 'ended'))""",
                company.id,
            )
        )
        return found


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    @api.model
    def _plan_triggered(self, company, everything=False):
        """Make rows for all that usage triggers in a company by now, rated and due today.

        Looked at is what has arrived since the last look; with ``everything`` also what changed
        otherwise, such as terms. The number of queries does not depend on that of the items.

        :returns: the rows that are due now because of it, and ``{contract: reason}`` of what could
            not be rated
        :raises LockError: when another process is at it
        """
        self.flush_model()
        if not self.env["cn285.contract.item"]._has_triggers(company):
            return self.browse(), {}
        # sudo: rows follow from usage and terms; who bills, or sends events, may not write them.
        schedules = self.sudo().with_company(company)
        schedules.env["cn285.usage.turn"]._take(company)
        ingests = schedules.env["cn285.usage.ingest.log"].search(
            [
                ("company_id", "=", company.id),
                ("triggered", "!=", True),
                ("id", "not in", self.env["cn285.usage.event"]._logs_in_doubt()),
            ]
        )
        rows, failed = schedules._plan_deliveries(company, ingests, everything)
        waiting = schedules._waiting_for_triggers(company)
        if not everything:
            since = company._cn285_today() - timedelta(days=LOOK_BACK_DAYS)
            waiting &= schedules._touched_by(ingests, since) if ingests else schedules.browse()
        by_trigger = waiting.grouped(lambda row: row.item_id.usage_billing)
        plans = {
            "threshold": lambda part: part._plan_thresholds(),
            "complete": lambda part: (part._plan_complete(), {}),
        }
        for trigger, plan in plans.items():
            due, failing = by_trigger.get(trigger, schedules.browse())._plan_apart(plan)
            rows |= due
            failed.update(failing)
        ingests._write_inside({"triggered": True})
        self.env.flush_all()
        return self.browse(rows.ids), failed

    def _plan_apart(self, plan):
        """Plan what these waiting rows call for; a contract that cannot be read stops itself only.

        :param plan: function of rows that returns those due, and ``{contract: reason}``
        :returns: the same of all
        """
        parts, failed = each_or_apart(
            self.contract_id,
            lambda contracts: plan(of_contracts(self, contracts)),
        )
        for _due, failing in parts:
            failed.update(failing)
        return self.browse().union(*(due for due, _failing in parts)), failed

    @api.model
    def _plan_deliveries(self, company, ingests, everything):
        deliveries = self.env["cn285.usage.delivery"]
        ranges = [(one.first_seq, one.last_seq) for one in ingests if one.last_seq]
        if ranges:
            deliveries._link(company, ranges)
        if everything:
            deliveries._link(company)
        return deliveries._plan(company)

    @api.model
    def _waiting_for_triggers(self, company):
        """Rows of running periods that may be billed before they are due, or as soon as complete.

        A period that is due is billed as a whole by the next run, threshold or not.
        """
        today = company._cn285_today()
        waiting = [
            ("company_id", "=", company.id),
            ("kind", "=", "usage"),
            ("state", "=", "waiting"),
            ("period_start", "<=", today),
        ]
        reaching = self.search(
            [
                *waiting,
                ("billing_date", ">", today),
                ("item_id.usage_billing", "=", "threshold"),
                ("item_id.calculator_ids", "!=", False),
            ]
        )
        return reaching | self.search([*waiting, ("item_id.usage_billing", "=", "complete")])


class InvoiceBuilder(models.AbstractModel):
    _inherit = "cn285.invoice.builder"

    @api.model
    def _row_obstacle(self, row):
        """No usage needs a price of the product: its calculators have theirs."""
        if row.kind.startswith("usage"):
            return self._purchase_obstacle(row)
        return super()._row_obstacle(row)
