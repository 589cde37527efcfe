"""Late usage of some contracts, before a run has looked at it: for what is shown ahead of bills."""

from datetime import timedelta

from odoo import api, models

from .usage_batch import BILLED_STATES
from .usage_item import DIFFERENCE_DAYS


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    @api.model
    def _late_rows(self, contracts):
        """Billed rows of contracts that a run of today would rate anew; nothing is written.

        Those that late usage has touched, of these contracts or of their pools, and those that
        were marked before.

        :param contracts: of one company
        """
        company = contracts.company_id
        # sudo: what others use of a pool changes these contracts' amounts; which arrivals were
        # looked at is a program's note.
        pools = contracts.item_ids.calculator_ids.pool_id.sudo()
        family = contracts.sudo() | pools.calculator_ids.item_id.contract_id
        ingests = (
            self.env["cn285.usage.ingest"]
            .sudo()
            .search([("company_id", "=", company.id), ("processed", "!=", True)])
        )
        since = company._cn285_today() - timedelta(days=DIFFERENCE_DAYS)
        touched = self.sudo()._touched_by(ingests, since, family)
        touched = touched.filtered(lambda row: row.contract_id in family)
        marked = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("usage_stale", "=", True),
                ("contract_id", "in", contracts.ids),
            ]
        )
        late = (touched._affected() if touched else touched) | marked
        return late.filtered(
            lambda row: row.state in BILLED_STATES and row.contract_id in contracts
        ).sudo(self.env.su)
