from datetime import timedelta
from decimal import Decimal

from odoo import models

# How many periods that are over tell what usage comes to.
PERIODS = 3


class ContractChange(models.Model):
    """What a change of the price of usage is about, of which nobody knows yet how much it will be.

    Rules of approval with an amount go by it.
    """

    _inherit = "cn285.contract.change"

    def _usage_at_stake(self):
        """What it would have made of a period's usage: the largest difference of the last ones.

        Each of the last three periods that are over is rated as it was billed, and as if the change
        had been in force from its first day on. Nothing is written.

        :returns: float excluding tax, never below zero; 0.0 where no period is over, or none of
            them can be rated any more
        """
        self.ensure_one()
        # sudo: rates what the user may not read, and tells one figure of his own contract.
        change = self.sudo().with_context(
            tracking_disable=True, mail_notrack=True, mail_activity_quick_update=True
        )
        self.env.flush_all()
        differences = [Decimal(0)]
        for row in change.item_id._last_usage_rows(PERIODS):
            as_billed = row._rated_amount()
            changed = change._undone(lambda row=row: change._rated_with_it(row))
            if None not in (as_billed, changed):
                differences.append(abs(changed - as_billed))
        return float(max(differences))

    def _rated_with_it(self, row):
        """What a row comes to with this change from its first day on; the caller undoes it."""
        ahead = self._first_day() - self.date_effective
        self._write_inside({"date_effective": row.period_start - ahead})
        self._type().apply(self)
        self.env.flush_all()
        self.env.invalidate_all()
        return row._rated_amount()


class ContractItem(models.Model):
    _inherit = "cn285.contract.item"

    def _last_usage_rows(self, count):
        """The item's last rows of usage whose period is over, the latest first."""
        self.ensure_one()
        yesterday = self.company_id._cn285_today() - timedelta(days=1)
        return self.env["cn285.billing.schedule"].search(
            [
                ("item_id", "=", self.id),
                ("kind", "=", "usage"),
                ("state", "!=", "cancelled"),
                ("period_end", "<=", yesterday),
            ],
            order="period_start desc, id desc",
            limit=count,
        )


class BillingSchedule(models.Model):
    _inherit = "cn285.billing.schedule"

    def _rated_amount(self):
        """What a row's usage comes to by the terms of its days, billed or not; nothing is stored.

        :returns: Decimal excluding tax, None where it cannot be rated
        """
        self.ensure_one()
        batch = self._rate_rows()
        if batch.failed:
            return None
        outcomes = batch.outcomes.get(self.id, ())
        return sum((outcome.rating.amount for outcome in outcomes), Decimal(0))
