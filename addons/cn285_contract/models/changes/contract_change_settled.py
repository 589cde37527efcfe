import logging

from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)


class ContractChange(models.Model):
    """Changes after which nothing may stay to pay are billed at once, without waiting for a run."""

    _inherit = "cn285.contract.change"

    def _settle_at_once(self):
        """Bill, and credit, what is due of the contracts of those of these changes that want it.

        Where that is not possible now (a contract that cannot be billed, a run that is at it), the
        change stands, and the next run does it.
        """
        for change in self:
            if change.state == "applied" and change._type().settles_at_once:
                change._settle_contract()

    def _settle_contract(self):
        self.ensure_one()
        # The system's own act, whoever withdraws, customers in the portal included: it concerns
        # this contract alone, whose right to be ended was checked before, and bills only what its
        # schedule says is due; the change keeps who asked for it. So its jobs run as the system's.
        change = self.with_user(SUPERUSER_ID).with_company(self.company_id)
        due = Domain("billing_date", "<=", change.company_id._cn285_today())
        rows = change.env["cn285.billing.schedule"].search(
            Domain("contract_id", "=", change.contract_id.id)
            & Domain("state", "=", "planned")
            & (due | Domain("change_id", "=", change.id))
        )
        if not rows.filtered(lambda row: row.kind == "credit"):
            return
        try:
            with self.env.cr.savepoint():
                rows.env["cn285.billing.run"]._bill_ahead(rows)
        except UserError as error:
            _logger.info("%s is credited by the next run: %s", self.contract_id.name, error)
        self.env.invalidate_all()
