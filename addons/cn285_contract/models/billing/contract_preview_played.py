from dateutil.relativedelta import relativedelta
from odoo import models

from ..clock import imagined_day
from .contract_preview import PREVIEW_YEARS


class _Imagined(Exception):
    """Leaves the savepoint in which the future was played, so that nothing of it stays."""


class Contract(models.Model):
    """Previews of contracts that will change: the future is played, and undone."""

    _inherit = "cn285.contract"

    def _preview_played(self, count):
        """The next invoices of a contract that will change."""
        previews = []
        try:
            with self.env.cr.savepoint():
                silent = self.with_context(tracking_disable=True, mail_notrack=True)
                previews += silent._play(count)
                raise _Imagined
        except _Imagined:
            self.env.invalidate_all()
        return previews

    def _has_more_to_play(self):
        """Whether the next bills depend on more than the terms as they are."""
        return "scheduled" in self.change_ids.mapped("state")

    def _play(self, count):
        """Let changes take effect and bill, day by day, until ``count`` invoices are known.

        It goes through the same methods as the real thing, on days that are imagined; the caller
        undoes all of it. Usage that is not known yet is left out.
        """
        today = self.company_id._cn285_today()
        day, last = today, today + relativedelta(years=PREVIEW_YEARS)
        run = self.env["cn285.billing.run"].create(
            {"name": "preview", "company_id": self.company_id.id, "date": today, "post": False}
        )
        previews = []
        while day and day <= last and len(previews) < count:
            with imagined_day(day):
                self.env["cn285.contract.change"]._apply_due(self)
                previews += self._play_billing(run, day)
                day = self._next_event(day, last)
        return previews[:count]

    def _play_billing(self, run, day):
        builder = self.env["cn285.invoice.builder"]
        rows = self.schedule_ids.filtered(
            lambda row: row.state == "planned" and row.billing_date <= day
        )
        groups = builder._group_rows(rows)
        previews = [
            self._preview_invoice(key, groups[key])
            for key in sorted(groups)
            if not groups[key]._owes_nothing()
        ]
        if groups:
            run._invoice_groups(groups)
        return previews

    def _next_event(self, day, last):
        """The next day on which something is billed or changes, None if there is none."""
        while True:
            days = [
                change.date_effective
                for change in self.change_ids
                if change.state == "scheduled" and change.date_effective > day
            ]
            days += [
                row.billing_date
                for row in self.schedule_ids
                if row.state == "planned" and row.billing_date > day
            ]
            planned = [
                item.planned_until
                for item in self.item_ids
                if item.state == "active" and item.planned_until
            ]
            if days and (not planned or min(days) < min(planned)):
                return min(days)
            if not planned or min(planned) > last:
                return min(days, default=None)
            self.item_ids._replan_until(min(planned) + relativedelta(years=1))
